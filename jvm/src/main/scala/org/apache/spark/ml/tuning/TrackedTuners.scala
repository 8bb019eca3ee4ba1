package org.apache.spark.ml.tuning

import java.util.concurrent.atomic.AtomicInteger

import scala.concurrent.ExecutionContext

import org.apache.spark.ml.{Estimator, Model, PipelineModel, PipelineStage, Transformer}
import org.apache.spark.ml.evaluation.Evaluator
import org.apache.spark.ml.param.{Param, ParamMap, Params}
import org.apache.spark.ml.tuning.{
  CrossValidator => SparkCrossValidator,
  TrainValidationSplit => SparkTrainValidationSplit
}
import org.apache.spark.ml.util.Instrumentation
import org.apache.spark.sql.Dataset
import org.apache.spark.sql.types.StructType
import org.trackmllib.{Guard, OwnFit, Tuning, TuningInfo}

/**
 * Spark's own `fit`, watched. It runs on an inner tuner that has the user's uid and params, and in
 * which estimator, evaluator and execution context tell a [[Tuning]] what they are doing. The inner
 * classes are in this package since the execution context is private to `org.apache.spark.ml`.
 */
object TrackedTuners {

  /** The model, or null where the tuner is to be left to Spark. What Spark throws, it throws. */
  def fitOrNull(tuner: Estimator[_], dataset: Dataset[_], byHook: Boolean): Model[_] = {
    OwnFit.reachesSpark()
    val tracked =
      try prepare(tuner, dataset, byHook)
      catch {
        case t: Throwable =>
          Guard.report("preparing a tuning", t)
          null
      }
    if (tracked == null) null else tracked.fit(dataset)
  }

  private def prepare(
      tuner: Estimator[_],
      dataset: Dataset[_],
      byHook: Boolean
  ): TrackedFit[_] = {
    def tuning = tuningOf(tuner, dataset, byHook)
    tuner match {
      case _: Inner => null
      case cv: SparkCrossValidator =>
        tuning.map(t => new TrackedFit(cv, t, new CrossValidator(cv, t))).orNull
      case tvs: SparkTrainValidationSplit =>
        tuning.map(t => new TrackedFit(tvs, t, new TrainValidationSplit(tvs, t))).orNull
      case _ => null
    }
  }

  /** None where the fit is not to be tracked, or is none that could succeed. */
  def tuningOf(tuner: Estimator[_], dataset: Dataset[_], byHook: Boolean): Option[Tuning] = {
    val known = tuner match {
      case cv: SparkCrossValidator if isComplete(cv, dataset) => Some(info(cv, "CrossValidator"))
      case tvs: SparkTrainValidationSplit if isComplete(tvs, dataset) =>
        Some(info(tvs, "TrainValidationSplit"))
      case _ => None
    }
    known.flatMap(Tuning(_, dataset.sparkSession, byHook))
  }

  def metricsOf(model: Model[_]): Array[Double] = model match {
    case m: CrossValidatorModel => m.avgMetrics
    case m: TrainValidationSplitModel => m.validationMetrics
    case _ => Array.empty
  }

  /** As MLflow has Spark's models: each is a pipeline. */
  def logBest(tuning: Tuning, model: Model[_]): Unit = tuning.logModel {
    val best = (model: @unchecked) match {
      case m: CrossValidatorModel => m.bestModel
      case m: TrainValidationSplitModel => m.bestModel
    }
    best match {
      case pipeline: PipelineModel => pipeline
      case stage => new PipelineModel(stage.uid, Array[Transformer](stage))
    }
  }

  /** What is not complete goes straight to Spark, so that users get Spark's own error. */
  private def isComplete(tuner: ValidatorParams, dataset: Dataset[_]): Boolean =
    dataset != null &&
      Seq(tuner.estimator, tuner.evaluator, tuner.estimatorParamMaps)
        .forall(p => tuner.get(p).orElse(tuner.getDefault(p)).exists(_ != null)) &&
      valueOf(tuner)(_.estimatorParamMaps).nonEmpty

  /** As Spark reads it: a subclass may have another idea of what `getEstimator` gives. */
  private def valueOf[T](tuner: ValidatorParams)(param: ValidatorParams => Param[T]): T =
    tuner.getOrDefault(param(tuner))

  private def info(tuner: ValidatorParams, className: String): TuningInfo = {
    val params = Seq("numFolds", "trainRatio", "seed", "parallelism", "foldCol")
      .filter(tuner.hasParam)
      .map(name => name -> tuner.getOrDefault(tuner.getParam(name)))
      .filter(_ != ("foldCol" -> ""))
    TuningInfo(
      className,
      tuner.uid,
      valueOf(tuner)(_.estimator),
      valueOf(tuner)(_.evaluator),
      valueOf(tuner)(_.estimatorParamMaps),
      params
    )
  }

  /** One fit: the inner tuner's, whose model is told that it is the user's tuner's. */
  private final class TrackedFit[M <: Model[M]](
      user: Estimator[M],
      tuning: Tuning,
      inner: Estimator[M]
  ) {
    def fit(dataset: Dataset[_]): Model[_] = {
      tuning.started()
      val model =
        try inner.fit(dataset).setParent(user)
        catch {
          case t: Throwable =>
            tuning.failed(t)
            throw t
        }
      tuning.finished()
      logBest(tuning, model)
      model
    }
  }

  /** What both inner tuners do; the hook knows them by it. */
  private trait Inner extends PipelineStage with ValidatorParams {
    protected def user: PipelineStage with ValidatorParams

    protected def takeOver(tuning: Tuning): Unit = {
      // All defaults too: that of the seed is a hash of the class name, which is another one here.
      for (theirs <- user.params if hasParam(theirs.name)) {
        val ours = getParam(theirs.name).asInstanceOf[Param[Any]]
        user.getDefault(theirs).foreach(value => setDefault(ours, value))
        user.get(theirs).foreach(value => set(ours, value))
      }
      val theirEstimator = valueOf(user)(_.estimator)
      set(estimator, new TrackedEstimator(theirEstimator.asInstanceOf[Estimator[AnyModel]], tuning))
      set(evaluator, new TrackedEvaluator(valueOf(user)(_.evaluator), tuning))
    }

    // What Spark's fit asks of a tuner: the answers are the user's own, a subclass's too.

    override def transformSchema(schema: StructType, logging: Boolean): StructType =
      TunerAccess.transformSchema(user, schema, logging)

    override protected def logTuningParams(log: Instrumentation): Unit =
      TunerAccess.logTuningParams(user, log)

    override protected def copyValues[T <: Params](model: T, extra: ParamMap): T =
      TunerAccess.copyValues(user, model, extra)
  }

  // Spark's simple class names: they show in thread names and in Spark's log.
  private final class CrossValidator(override val user: SparkCrossValidator, tuning: Tuning)
      extends SparkCrossValidator(user.uid)
      with Inner {
    takeOver(tuning)

    override private[ml] def getExecutionContext: ExecutionContext =
      new TrialContext(user.getExecutionContext, tuning)
  }

  private final class TrainValidationSplit(
      override val user: SparkTrainValidationSplit,
      tuning: Tuning
  ) extends SparkTrainValidationSplit(user.uid)
      with Inner {
    takeOver(tuning)

    override private[ml] def getExecutionContext: ExecutionContext =
      new TrialContext(user.getExecutionContext, tuning)
  }

  /** Spark submits each trial of each fold once, in order. */
  private final class TrialContext(spark: ExecutionContext, tuning: Tuning)
      extends ExecutionContext {
    private val submitted = new AtomicInteger

    override def execute(runnable: Runnable): Unit = {
      val trial = tuning.trial(submitted.getAndIncrement())
      spark.execute(() => tuning.run(trial)(runnable.run()))
    }

    override def reportFailure(cause: Throwable): Unit = spark.reportFailure(cause)
  }

  // Stands for a model type that is not known; nothing is ever cast to it.
  private abstract class AnyModel extends Model[AnyModel]

  private final class TrackedEstimator[M <: Model[M]](user: Estimator[M], tuning: Tuning)
      extends Estimator[M] {
    override val uid: String = user.uid

    override def fit(dataset: Dataset[_], setting: ParamMap): M =
      tuning.watchFit(setting)(user.fit(dataset, setting))

    override def fit(dataset: Dataset[_]): M = user.fit(dataset)
    override def transformSchema(schema: StructType): StructType = user.transformSchema(schema)
    override def copy(extra: ParamMap): Estimator[M] = user.copy(extra)
  }

  private final class TrackedEvaluator(user: Evaluator, tuning: Tuning) extends Evaluator {
    override val uid: String = user.uid

    override def evaluate(dataset: Dataset[_]): Double =
      tuning.watchEvaluation(user.evaluate(dataset))

    override def isLargerBetter: Boolean = user.isLargerBetter
    override def copy(extra: ParamMap): Evaluator = user.copy(extra)
  }
}
