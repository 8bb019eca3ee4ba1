package org.trackmllib

import java.util.concurrent.Callable
import java.util.function.{Consumer, Function => JFunction}

import scala.annotation.varargs

import org.apache.spark.ml.Estimator
import org.apache.spark.ml.tuning.{
  CrossValidator,
  CrossValidatorModel,
  TrackedTuners,
  TrainValidationSplit,
  TrainValidationSplitModel
}
import org.apache.spark.sql.Dataset

/**
 * Says which MLflow run tunings belong to, from Scala and Java. None of it is needed to be tracked:
 * a tuning that is fitted outside of these blocks gets a run of its own.
 *
 * {{{
 * TrackMLlib.withRun("nightly") { run =>
 *   crossValidator.fit(training)
 * }
 * }}}
 */
object TrackMLlib {
  private val ofThread = new ThreadLocal[String]
  @volatile private var newest: Option[String] = None

  /**
   * A new MLflow run for the block: `withRun("nightly") { run => … }`. Tunings that the block fits
   * in its thread are logged under it. It ends as FINISHED, or as FAILED where the block throws.
   */
  def withRun(name: String): RunBlock = new RunBlock(name)

  /** The same for Java: `TrackMLlib.withRun("nightly", run -> cv.fit(training))`. */
  def withRun[T](name: String, block: JFunction[Run, T]): T = withRun(name)(block.apply(_))

  /**
   * The same for a Java block without a value. There is nothing to give for `nothing`: with it, Java
   * tries this one last, and a lambda that fits both is not ambiguous.
   */
  @varargs
  def withRun(name: String, block: Consumer[Run], nothing: Void*): Unit = {
    require(nothing.isEmpty)
    withRun(name)(block.accept(_))
  }

  /** Logs what the block fits in its thread under an MLflow run that exists, and that goes on. */
  def withRunId(id: String): RunIdBlock = new RunIdBlock(id)

  /** The same for Java. */
  def withRunId[T](id: String, block: Callable[T]): T = withRunId(id)(block.call())

  /** The same for a Java block without a value. */
  def withRunId(id: String, block: Runnable): Unit = withRunId(id)(block.run())

  /** Fits and tracks, also where `spark.trackmllib.instrument` is off. */
  def fit(tuner: CrossValidator, dataset: Dataset[_]): CrossValidatorModel =
    tracked[CrossValidatorModel](tuner, dataset)(tuner.fit(dataset))

  /** Fits and tracks, also where `spark.trackmllib.instrument` is off. */
  def fit(tuner: TrainValidationSplit, dataset: Dataset[_]): TrainValidationSplitModel =
    tracked[TrainValidationSplitModel](tuner, dataset)(tuner.fit(dataset))

  /** A subclass may have a `fit` of its own, which is the one that is called then. */
  private def tracked[M <: AnyRef](tuner: Estimator[_], dataset: Dataset[_])(fit: => M): M =
    if (tuner != null && OwnFit.declaredBy(tuner.getClass).nonEmpty)
      OwnFit(tuner, dataset, byHook = false)(fit)
    else
      TrackedTuners.fitOrNull(tuner, dataset, byHook = false) match {
        case null => fit
        case model => model.asInstanceOf[M]
      }

  /** The main run of the last tuning of this thread, else of the driver. */
  def lastRunId: Option[String] = Option(ofThread.get).orElse(newest)

  private[trackmllib] def remember(runId: String): Unit = {
    ofThread.set(runId)
    newest = Some(runId)
  }
}
