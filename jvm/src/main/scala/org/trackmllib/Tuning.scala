package org.trackmllib

import java.util.UUID
import java.util.concurrent.atomic.AtomicBoolean

import scala.collection.immutable.ListMap
import scala.util.Try

import org.apache.spark.SparkContext
import org.apache.spark.ml.PipelineModel
import org.apache.spark.ml.param.ParamMap
import org.apache.spark.sql.SparkSession
import org.trackmllib.bridge.Delivery
import org.trackmllib.resources.Measuring

/** One fit of a tuner, told in events. What fails in here never reaches the fit. */
final class Tuning private (
    start: TuningStarted,
    info: TuningInfo,
    grid: Grid,
    sc: SparkContext,
    delivery: Delivery,
    measuring: Option[Measuring]
) {
  import Tuning.MaxError
  import TuningEvent.Version

  private val broken = new AtomicBoolean
  private val failures = new TrialFailures
  @volatile private var best: Option[Int] = None

  def id: String = start.tuning

  def root: String = delivery.root

  /** A tuning nested in this one goes where this one goes, under a run that it is told. */
  def destinationWithin: Destination = start.destination.copy(runId = None, runName = None)

  def started(): Unit = send(start)

  /** A fit that nobody saw began earlier. */
  def started(began: Long): Unit = send(start.copy(time = began))

  /** The trials of a fit that nobody saw, as its model has them. */
  def found(metrics: Seq[Double]): Unit =
    if (metrics.length == info.maps.length) { // else it is not known whose metrics they are
      metrics.zipWithIndex.foreach { case (metric, index) =>
        send(TrialStarted(Version, id, now, index, None, measured = false, grid.settings(index)))
        send(TrialFinished(Version, id, now, index, None, metric, None, None, None))
      }
      // By Spark's own rule.
      val ranked = metrics.zipWithIndex
      best = Some((if (start.largerBetter) ranked.maxBy(_._1) else ranked.minBy(_._1))._2)
    }

  /** Spark submits the trials fold by fold, in the order of the grid. */
  def trial(number: Int): Trial = {
    guarded(delivery.trialBegun())
    new Trial(number % info.maps.length, number / info.maps.length)
  }

  /** Runs all of a trial: Spark's fit, transform and evaluation, in this thread. */
  def run(trial: Trial)(body: => Unit): Unit = TrialScope.within(this, Some(trial)) {
    val (fold, setting) = (Some(trial.fold), grid.settings(trial.index))
    send(TrialStarted(Version, id, now, trial.index, fold, measuring.isDefined, setting))
    measuring.foreach(_.begin(trial.index, fold))
    try body
    finally {
      measuring.foreach(_.end())
      // Neither fit nor evaluation failed and there is no metric: transform() did.
      if (!trial.reported) failures.unexplained(trial).foreach(report(trial, _))
      guarded(delivery.trialEnded())
    }
  }

  /** A fit of the tuned estimator: that of the thread's trial, else the final refit. */
  def watchFit[T](setting: ParamMap)(fit: => T): T = currentTrial match {
    case Some(trial) =>
      val begin = System.nanoTime
      val model = watch(trial)(fit)
      trial.fitted(begin, System.nanoTime)
      model
    case None =>
      // The map that Spark fits in the end is the best one, by its own rule.
      best = Some(info.maps.indexWhere(_ eq setting)).filter(_ >= 0)
      TrialScope.within(this, None)(fit)
  }

  def watchEvaluation(evaluation: => Double): Double = currentTrial match {
    case Some(trial) =>
      val metric = watch(trial)(evaluation)
      trial.reported = true
      sendEnd(
        TrialFinished(
          Version,
          id,
          now,
          trial.index,
          Some(trial.fold),
          metric,
          None,
          Some(trial.fitSeconds),
          Some(trial.secondsSinceFit)
        )
      )
      metric
    case None => evaluation
  }

  def finished(): Unit = {
    awaitMeasured()
    send(TuningFinished(Version, id, now, best))
    guarded(delivery.end(whole = !broken.get, interrupted = false))
  }

  /** For the outermost tuning: nobody has waited for the run of a nested one. */
  def logModel(best: => PipelineModel): Unit = Guard.run(
    "logging the model",
    () =>
      if (delivery.settings.logModel && root == id)
        BestModel.log(best, id, delivery.mainRun, sc, delivery.settings)
  )

  def failed(thrown: Throwable): Unit = {
    val cause = Failure.cause(thrown)
    failures.explain(cause).foreach { case (trial, error) => report(trial, error) }
    val interrupted = Failure.isInterruption(cause) || sc.isStopped
    if (!interrupted) awaitMeasured()
    send(TuningFailed(Version, id, now, Failure.text(cause), interrupted))
    guarded(delivery.end(whole = !broken.get, interrupted))
  }

  private def awaitMeasured(): Unit = if (!broken.get) measuring.foreach(_.await())

  private def currentTrial: Option[Trial] =
    TrialScope.current.filter(_.tuning eq this).flatMap(_.trial)

  private def watch[T](trial: Trial)(body: => T): T =
    try body
    catch {
      case t: Throwable =>
        trial.reported = true
        failures.explained(t)
        report(trial, Failure.text(t))
        throw t
    }

  private def report(trial: Trial, error: String): Unit =
    sendEnd(TrialFailed(Version, id, now, trial.index, Some(trial.fold), error))

  private def sendEnd(event: => TuningEvent): Unit = {
    send(event)
    measuring.foreach(_.ended())
  }

  /** After a failure of ours there is silence for the rest of this tuning. */
  private def send(event: => TuningEvent): Unit =
    if (!broken.get) guarded(delivery.send(withoutSecrets(event)))

  private def withoutSecrets(event: TuningEvent): TuningEvent = event match {
    case e: TrialFailed => e.copy(error = EventValues.text(grid.text(e.error), MaxError))
    case e: TuningFailed => e.copy(error = EventValues.text(grid.text(e.error), MaxError))
    case other => other
  }

  private def guarded(action: => Unit): Unit =
    try action
    catch {
      case t: Throwable => if (broken.compareAndSet(false, true)) Guard.report("an event", t)
    }

  private def now: Long = System.currentTimeMillis
}

object Tuning {
  private val MaxError = 5000

  /** None where the conf of this moment says that the fit is not to be tracked. */
  def apply(info: TuningInfo, spark: SparkSession, byHook: Boolean): Option[Tuning] = {
    val conf = Settings(spark)
    if (conf.enabled && (!byHook || conf.instrument) && TuningEvent.kinds.nonEmpty)
      Some(create(info, spark.sparkContext, conf))
    else None
  }

  private def create(info: TuningInfo, sc: SparkContext, conf: Settings): Tuning = {
    val grid = new Grid(info.estimator, info.maps, conf.redaction)
    val scope = TrialScope.current
    val start = TuningStarted(
      version = TuningEvent.Version,
      tuning = UUID.randomUUID.toString.replace("-", ""),
      time = System.currentTimeMillis,
      language = "scala",
      trackmllib = BuildInfo.VERSION,
      applicationId = Some(sc.applicationId),
      applicationName = Some(grid.text(sc.appName)),
      user = Some(text(sc.sparkUser)),
      tuner = StageName(info.className, text(info.uid)),
      estimator = StageName(EventValues.className(info.estimator), text(info.estimator.uid)),
      evaluator = StageName(EventValues.className(info.evaluator), text(info.evaluator.uid)),
      metric = metricName(info.evaluator),
      largerBetter = info.evaluator.isLargerBetter,
      params = ListMap(info.params.map { case (name, value) =>
        name -> EventValues.typed(value, grid.text)
      }: _*),
      grid = grid.params,
      trials = info.maps.length,
      parent = scope.map(_.parent),
      destination = (Run.current, scope) match {
        case (None, Some(outer)) => outer.tuning.destinationWithin
        case (run, _) => conf.destination(run.map(_.id))
      }
    )
    val delivery = new Delivery(start.tuning, scope.map(_.tuning.root), sc, conf)
    val measuring = Measuring(sc, start.tuning)(delivery.measured)
    new Tuning(start, info, grid, sc, delivery, measuring)
  }

  private def text(value: String): String = EventValues.text(value)

  /** An Evaluator need not have a `getMetricName`; all of Spark's have. */
  private def metricName(evaluator: AnyRef): String =
    Try(evaluator.getClass.getMethod("getMetricName").invoke(evaluator).toString)
      .fold(_ => "metric", text)
}
