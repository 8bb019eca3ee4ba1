package org.trackmllib

import java.util.function.BiFunction

import org.apache.spark.ml.Estimator
import org.apache.spark.ml.tuning.TrackedTuners
import org.apache.spark.sql.Dataset

/**
 * What the rewritten `fit(Dataset)` asks first; null lets Spark's code run. A class of its own: the
 * JVM loads Spark's tuners together with [[TrackedTuners]], and then they cannot be defined anew.
 */
private[trackmllib] final class FitHook extends BiFunction[AnyRef, AnyRef, AnyRef] {
  override def apply(tuner: AnyRef, dataset: AnyRef): AnyRef =
    TrackedTuners.fitOrNull(
      tuner.asInstanceOf[Estimator[_]],
      dataset.asInstanceOf[Dataset[_]],
      byHook = true
    )
}
