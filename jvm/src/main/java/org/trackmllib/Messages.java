package org.trackmllib;

import java.io.File;
import java.net.URISyntaxException;
import java.security.CodeSource;

/**
 * What users get to read: what happened, what it means for the training (nothing), what to do.
 *
 * <p>Java, since one of them is for a jar of the wrong Scala version.
 */
public final class Messages {
    private static final String UNHARMED = " Training goes on as without trackmllib.";

    private Messages() {}

    public static String wrongScala(String jar, String running) {
        String right = running.substring(0, running.indexOf('.', running.indexOf('.') + 1));
        return "trackmllib's jar does nothing here: it is for Scala " + jar + " (trackmllib_" + jar
                + "), and Spark runs on Scala " + running + ". What Scala and Java code tunes is not"
                + " tracked; what PySpark tunes is, without what its trials use of Spark." + UNHARMED
                + " Use trackmllib_" + right
                + " instead: trackmllib_2.12 is for Spark 3.5, trackmllib_2.13 for Spark 4.";
    }

    public static String internalError(String what) {
        return "trackmllib failed (" + what + ")." + UNHARMED
                + " Please report this with the stack trace below;"
                + " spark.trackmllib.enabled=false turns trackmllib off.";
    }

    public static String badConf(String name, String value, String accepted, String used) {
        return name + " is \"" + value + "\", but " + accepted + " is expected: trackmllib goes on with "
                + used + ".";
    }

    public static String unknownConf(String name, String[] known) {
        return name + " is no conf of trackmllib and has no effect; there are "
                + String.join(", ", known) + ".";
    }

    public static String idsOfAnotherStore(String ids) {
        return "trackmllib ignores " + ids + " of the environment: set beside another store than"
                + " spark.trackmllib.trackingUri. To choose a place in this one, set"
                + " spark.trackmllib.experimentName or spark.trackmllib.runId.";
    }

    /** Several of these, or one, as one message. */
    public static String atStart(String[] found) {
        return (found.length == 1
                        ? found[0] + " "
                        : "trackmllib found " + found.length + " things to mend:\n  "
                                + String.join("\n  ", found) + "\n")
                + "`trackmllib doctor` looks at the rest, such as MLflow.";
    }

    public static String noHook(String jar) {
        return "trackmllib cannot track fit() by itself: Spark's tuners were loaded before it, and this"
                + " JVM does not let it change them." + UNHARMED
                + " To be tracked, start the driver with -javaagent:" + jar
                + " (spark.driver.extraJavaOptions or spark-submit --driver-java-options),"
                + " or call org.trackmllib.TrackMLlib.fit(tuner, dataset) instead of tuner.fit(dataset).";
    }

    public static String unseenFit(String tuner) {
        return "trackmllib cannot see what the fit() of " + tuner + " does, which is not Spark's: this JVM"
                + " does not let it change that class. A tuning that runs Spark's own fit() in it is"
                + " logged, any other is not." + UNHARMED + " To be tracked in any case, call"
                + " org.trackmllib.TrackMLlib.fit(tuner, dataset) instead of tuner.fit(dataset).";
    }

    public static String journalElsewhere(String wanted, String reason, String used) {
        return "trackmllib cannot keep its events in " + wanted + " (" + reason + ") and keeps them in "
                + used + "." + UNHARMED
                + " spark.trackmllib.journalDir names another directory.";
    }

    public static String noJournal(String wanted, String reason) {
        return "trackmllib cannot keep its events on disk, neither in " + wanted + " (" + reason
                + ") nor in the temporary directory: what MLflow does not take at once is lost."
                + UNHARMED + " Free some space or set spark.trackmllib.journalDir.";
    }

    public static String notInMlflow(String reason, String journals, boolean sidecarWorks) {
        return "trackmllib: not everything of this tuning is in MLflow: " + reason
                + ". The fit and its model are not affected. "
                + (journals.isEmpty()
                        ? "What is missing is lost, since there was no room for a journal."
                        : "Everything is kept in the journal; once "
                                + (sidecarWorks ? "MLflow is reachable" : "that is mended")
                                + ", run: trackmllib replay " + journals);
    }

    /** A reason why something is not in MLflow. */
    public static String noSidecar(String command, String reason) {
        return "the Python process that logs (" + command + ") " + reason
                + ". It needs Python 3.10 or newer with mlflow-skinny (or mlflow): install these, or"
                + " name another interpreter by spark.trackmllib.python";
    }

    public static String startFailed(String error) {
        return "could not be started: " + error;
    }

    public static String sidecarEnded(int exitCode, String lastLine) {
        return "ended with exit code " + exitCode
                + (lastLine.isEmpty() ? "" : ", its last words: " + lastLine);
    }

    /** What sets the bound of the wait may be empty, and so may be the trouble that there was. */
    public static String noAnswer(long millis, String bound, String trouble) {
        return "MLflow did not take it within " + millis / 1000.0 + " s"
                + (bound.isEmpty() ? "" : " (" + bound + ")")
                + (trouble.isEmpty() ? "" : ": " + trouble);
    }

    public static String flushTimeout() {
        return "spark.trackmllib.flushTimeout";
    }

    public static String fitInterrupted() {
        return "no longer, since the fit was interrupted";
    }

    public static String silentBefore() {
        return "no longer, since it kept an earlier fit waiting in vain";
    }

    public static String eventsLost() {
        return "trackmllib failed, and does not know how the tuning went on";
    }

    public static String interrupted() {
        return "the thread was interrupted while it waited for MLflow";
    }

    public static String modelNotLogged(String reason) {
        return "trackmllib could not log the best model to MLflow: " + reason
                + ". The fit and its model are not affected. Save it by its own write method, or set"
                + " spark.trackmllib.logModel=false.";
    }

    public static String noMainRun() {
        return "MLflow does not have the tuning's main run so far";
    }

    public static String noRun(String name, String reason) {
        return "trackmllib could not create the run \"" + name + "\" in MLflow: " + reason
                + ". The block runs without it, and its tunings are logged in runs of their own.";
    }

    public static String runNotEnded(String id, String reason) {
        return "trackmllib did not see the run " + id + " end in MLflow: " + reason
                + ". The block's result is not affected; where MLflow shows the run as running, end it.";
    }

    /** Where the jar (or, in development, the class directory) of {@code type} is. */
    public static String jarPath(Class<?> type) {
        try {
            CodeSource source = type.getProtectionDomain().getCodeSource();
            return new File(source.getLocation().toURI()).getPath();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
