package org.trackmllib

import org.apache.spark.ml.{Estimator, Model}
import org.apache.spark.ml.tuning.{CrossValidator, TrackedTuners, TrainValidationSplit}
import org.apache.spark.sql.Dataset

/**
 * The `fit` of a subclass that has one of its own. It may come to Spark's, which is followed as it
 * runs; else it is logged from the model that it gives.
 */
final class OwnFit private (val tuner: Estimator[_], val byHook: Boolean) {
  @volatile private var seen = false
  @volatile private var over = false
}

object OwnFit {
  // It may run Spark's in a thread that it starts.
  private val local = new InheritableThreadLocal[OwnFit]

  private val stock = Set[Class[_]](classOf[CrossValidator], classOf[TrainValidationSplit])

  /** The class that a tuner has its `fit(Dataset)` from, where that is none of Spark's. */
  def declaredBy(tuner: Class[_]): Option[Class[_]] =
    Some(tuner.getMethod("fit", classOf[Dataset[_]]).getDeclaringClass).filterNot(stock)

  /** That of this tuner, where this thread is in it. */
  def of(tuner: AnyRef): Option[OwnFit] =
    Option(local.get).filter(own => (own.tuner eq tuner) && !own.over)

  /** What is tuned from here on is followed: the own fit around it has nothing to be logged. */
  def reachesSpark(): Unit = Option(local.get).foreach(_.seen = true)

  def apply[M](tuner: Estimator[_], dataset: Dataset[_], byHook: Boolean)(fit: => M): M = {
    val began = System.currentTimeMillis
    val outer = local.get
    val own = new OwnFit(tuner, byHook)
    local.set(own)
    def log(end: Tuning => Unit): Unit = {
      own.over = true
      local.set(outer)
      if (!own.seen) Guard.run("logging a fit", () => logUnseen(own, dataset, began)(end))
    }
    val model =
      try fit
      catch {
        case t: Throwable =>
          log(_.failed(t))
          throw t
      }
    log { tuning =>
      val result = model.asInstanceOf[Model[_]]
      tuning.found(TrackedTuners.metricsOf(result).toSeq)
      tuning.finished()
      TrackedTuners.logBest(tuning, result)
    }
    model
  }

  private def logUnseen(own: OwnFit, dataset: Dataset[_], began: Long)(end: Tuning => Unit): Unit =
    TrackedTuners.tuningOf(own.tuner, dataset, own.byHook).foreach { tuning =>
      reachesSpark()
      tuning.started(began)
      end(tuning)
    }
}
