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
        return "trackmllib is off: this jar is for Scala " + jar + " (trackmllib_" + jar
                + "), and Spark runs on Scala " + running + "." + UNHARMED + " Use trackmllib_" + right
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
        return ids + " of the environment are ignored: they belong to another store than"
                + " spark.trackmllib.trackingUri. To choose a place in that one, set"
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

    public static String notInMlflow(String reason, String journals) {
        return "trackmllib: not everything of this tuning is in MLflow: " + reason
                + ". The fit and its model are not affected. "
                + (journals.isEmpty()
                        ? "What is missing is lost, since there was no room for a journal."
                        : "Everything is kept in the journal; once MLflow is reachable, run:"
                                + " trackmllib replay " + journals);
    }

    public static String noSidecar(String command, String reason) {
        return "trackmllib cannot log to MLflow: its Python process (" + command + ") " + reason + "."
                + UNHARMED
                + " Install mlflow-skinny (or mlflow) in that Python, version 3.10 or newer, or name"
                + " another one by spark.trackmllib.python; trackmllib replay logs what is kept.";
    }

    public static String startFailed(String error) {
        return "could not be started: " + error;
    }

    public static String sidecarEnded(int exitCode, String lastLine) {
        return "ended with exit code " + exitCode
                + (lastLine.isEmpty() ? "" : ", its last words: " + lastLine);
    }

    public static String noAnswer(long millis, String trouble) {
        return "MLflow did not take it within " + millis / 1000.0
                + " s (spark.trackmllib.flushTimeout)"
                + (trouble.isEmpty() ? "" : ": " + trouble);
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
        return "the tuning's main run is not there";
    }

    public static String noRun(String name, String reason) {
        return "trackmllib could not create the run \"" + name + "\" in MLflow: " + reason
                + ". The block runs without it, and its tunings are logged in runs of their own.";
    }

    public static String runNotEnded(String id, String reason) {
        return "trackmllib could not end the run " + id + " in MLflow: " + reason
                + ". The block's result is not affected; MLflow shows the run as running until you end it.";
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
