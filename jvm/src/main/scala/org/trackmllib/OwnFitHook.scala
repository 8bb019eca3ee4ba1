package org.trackmllib

import java.util.{Collections, WeakHashMap}
import java.util.function.BiFunction

import org.apache.spark.ml.{Estimator, Model}
import org.apache.spark.sql.{Dataset, SparkSession}
import org.trackmllib.hook.Hook

/** What the `fit(Dataset)` of a subclass asks first, where that is not Spark's. */
private[trackmllib] final class OwnFitHook extends BiFunction[AnyRef, AnyRef, AnyRef] {
  override def apply(tuner: AnyRef, dataset: AnyRef): AnyRef = (tuner, dataset) match {
    case (tuner: Estimator[_], dataset: Dataset[_]) if OwnFit.of(tuner).isEmpty =>
      // It comes back here, and goes on.
      OwnFit(tuner, dataset, byHook = true)(tuner.fit(dataset).asInstanceOf[Model[_]])
    case _ => null
  }
}

private[trackmllib] object OwnFitHook {
  private val met = Collections.newSetFromMap(new WeakHashMap[Class[_], java.lang.Boolean])

  /** Has the class, if it has a `fit` of its own, ask us too. */
  def meet(tuner: Class[_]): Unit = Guard.run(
    "looking at a tuner's class",
    () =>
      OwnFit.declaredBy(tuner).filter(_ => enabled).foreach { own =>
        met.synchronized {
          if (met.add(own) && !Hook.installIn(own)) WarnOnce(Messages.unseenFit(own.getName))
        }
      }
  )

  private def enabled: Boolean =
    SparkSession.getActiveSession.orElse(SparkSession.getDefaultSession).forall(Settings(_).enabled)
}
