package org.trackmllib;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The edge between Spark and us: nothing of ours gets past it, {@link LinkageError}s included (in a
 * listener they would stop the SparkContext).
 */
public final class Guard {
    private static final Logger LOG = LoggerFactory.getLogger("org.trackmllib");

    private Guard() {}

    /** What may fail. */
    @FunctionalInterface
    public interface Action {
        void run() throws Exception;
    }

    /** Runs {@code action}; what it throws becomes one warning that says what could not be done. */
    public static void run(String what, Action action) {
        try {
            action.run();
        } catch (Throwable t) {
            report(what, t);
        }
    }

    /** The warning for a failure of ours, or of an object of the user's that we asked something. */
    public static void report(String what, Throwable t) {
        if (t instanceof InterruptedException) Thread.currentThread().interrupt();
        try {
            LOG.warn(Messages.internalError(what), t);
        } catch (Throwable unprintable) {
            // Its getMessage() throws, for instance.
            LOG.warn(Messages.internalError(what) + " " + t.getClass().getName());
        }
    }
}
