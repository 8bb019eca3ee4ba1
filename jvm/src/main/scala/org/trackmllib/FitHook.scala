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
    if (!loads) null
    else
      TrackedTuners.fitOrNull(
        tuner.asInstanceOf[Estimator[_]],
        dataset.asInstanceOf[Dataset[_]],
        byHook = true
      )

  /** Whether what follows links with this Spark; said once where it does not. */
  private lazy val loads: Boolean =
    try TrackedTuners ne null
    catch {
      case t: Throwable =>
        Guard.report("loading the tracked tuners", t)
        false
    }
}
