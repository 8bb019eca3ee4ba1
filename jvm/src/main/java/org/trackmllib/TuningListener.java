package org.trackmllib;

import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;

/**
 * Switches trackmllib on: {@code --conf spark.extraListeners=org.trackmllib.TuningListener}.
 *
 * <p>Java, and Scala code is touched after the check only: a jar of the wrong Scala version must not
 * keep a session from starting.
 */
public class TuningListener extends SparkListener {
    public TuningListener(SparkConf conf) {
        if (ScalaLine.fits()) Guard.run("start", () -> Startup.start(conf));
    }

    @Override
    public void onApplicationEnd(SparkListenerApplicationEnd end) {
        if (ScalaLine.fits()) Guard.run("stop", Startup::stop);
    }
}
