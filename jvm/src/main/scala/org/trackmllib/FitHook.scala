package org.trackmllib

import java.util.function.BiFunction

import org.apache.spark.ml.Estimator
import org.apache.spark.ml.tuning.TrackedTuners
import org.apache.spark.sql.Dataset

/**
 * What the rewritten `fit(Dataset)` asks first; null lets Spark's code run. A class of its own: the
 * JVM loads Spark's tuners together with [[TrackedTuners]], and then they cannot be defined anew.
 *
 * Where there are several class loaders with Spark, a tuner may be of another one than ours: to us
 * it is no Estimator.
 */
private[trackmllib] final class FitHook extends BiFunction[AnyRef, AnyRef, AnyRef] {
  override def apply(tuner: AnyRef, argument: AnyRef): AnyRef = (tuner, argument) match {
    case (tuner: Estimator[_], dataset: Dataset[_]) if loads =>
      TrackedTuners.fitOrNull(tuner, dataset, byHook = OwnFit.of(tuner).forall(_.byHook))
    case (tuner: Estimator[_], _: Estimator[_]) if loads =>
      OwnFitHook.meet(tuner.getClass)
      null
    case _ => null
  }

  /** Whether what follows links with this Spark; said once where it does not. */
  private lazy val loads: Boolean =
    try Seq[AnyRef](TrackedTuners, OwnFit, OwnFitHook).forall(_ ne null)
    catch {
      case t: Throwable =>
        Guard.report("loading the tracked tuners", t)
        false
    }
}
