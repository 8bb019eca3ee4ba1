package org.trackmllib;

import org.apache.spark.SparkContext;
import org.apache.spark.SparkInternals;

/** Adds the listener to the running context, unless {@code spark.extraListeners} named it already. */
final class ListenerOnce {
    private ListenerOnce() {}

    static synchronized void add() {
        SparkContext sc = SparkInternals.activeContextOrNull();
        if (sc != null && !SparkInternals.hasListener(sc, TuningListener.class)) {
            sc.addSparkListener(new TuningListener(sc.getConf()));
        }
    }
}
