package org.trackmllib;

import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.slf4j.LoggerFactory;

/**
 * Switches trackmllib on: {@code --conf spark.extraListeners=org.trackmllib.TuningListener}.
 *
 * <p>Java, and Scala code is touched after the check only: a jar of the wrong Scala version must not
 * keep a session from starting.
 */
public class TuningListener extends SparkListener {
    private final boolean fits;

    public TuningListener(SparkConf conf) {
        fits = scalaFits();
        if (fits) Guard.run("start", () -> Startup.start(conf));
    }

    @Override
    public void onApplicationEnd(SparkListenerApplicationEnd end) {
        if (fits) Guard.run("stop", Startup::stop);
    }

    private static boolean scalaFits() {
        String running = scala.util.Properties.versionNumberString();
        boolean fits = running.startsWith(BuildInfo.SCALA_BINARY_VERSION + ".");
        if (!fits) {
            LoggerFactory.getLogger("org.trackmllib")
                    .warn(Messages.wrongScala(BuildInfo.SCALA_BINARY_VERSION, running));
        }
        return fits;
    }
}
