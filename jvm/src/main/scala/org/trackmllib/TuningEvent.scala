package org.trackmllib

import scala.collection.immutable.ListMap

import com.fasterxml.jackson.databind.annotation.JsonDeserialize
import org.apache.spark.scheduler.SparkListenerEvent

/**
 * What happens in a tuning, as Spark listener events: Spark's event log holds the same JSON lines as
 * the journal and the bridge. The golden lines of the protocol are in tests/golden.
 */
sealed trait TuningEvent extends SparkListenerEvent {
  def version: Int

  /** The id of the tuning, new for each fit. */
  def tuning: String

  /** Milliseconds since 1970. */
  def time: Long
}

final case class TuningStarted(
    version: Int,
    tuning: String,
    time: Long,
    language: String,
    trackmllib: String,
    applicationId: Option[String],
    applicationName: Option[String],
    user: Option[String],
    tuner: StageName,
    estimator: StageName,
    evaluator: StageName,
    metric: String,
    largerBetter: Boolean,
    params: ListMap[String, Any],
    grid: Seq[GridParam],
    trials: Int,
    parent: Option[ParentTrial],
    destination: Destination
) extends TuningEvent

final case class TrialStarted(
    version: Int,
    tuning: String,
    time: Long,
    trial: Int,
    fold: Option[Int],
    measured: Boolean,
    setting: Seq[SettingParam]
) extends TuningEvent

final case class TrialFinished(
    version: Int,
    tuning: String,
    time: Long,
    trial: Int,
    fold: Option[Int],
    metric: Double,
    @JsonDeserialize(contentAs = classOf[java.lang.Double]) std: Option[Double],
    @JsonDeserialize(contentAs = classOf[java.lang.Double]) fitSeconds: Option[Double],
    @JsonDeserialize(contentAs = classOf[java.lang.Double]) evaluateSeconds: Option[Double]
) extends TuningEvent

final case class TrialFailed(
    version: Int,
    tuning: String,
    time: Long,
    trial: Int,
    fold: Option[Int],
    error: String
) extends TuningEvent

/** What a trial cost, told after its end, once Spark's listener bus has seen its last task. */
final case class TrialMeasured(
    version: Int,
    tuning: String,
    time: Long,
    trial: Int,
    fold: Option[Int],
    resources: Resources
) extends TuningEvent

final case class TuningFinished(version: Int, tuning: String, time: Long, bestTrial: Option[Int])
    extends TuningEvent

final case class TuningFailed(
    version: Int,
    tuning: String,
    time: Long,
    error: String,
    interrupted: Boolean
) extends TuningEvent

object TuningEvent {

  /** The protocol's version, in every event. */
  val Version = 1

  /** All of them: one that does not link is to be found out before a fit begins, not in its trials. */
  val kinds: Seq[Class[_ <: TuningEvent]] = Seq(
    classOf[TuningStarted],
    classOf[TrialStarted],
    classOf[TrialFinished],
    classOf[TrialFailed],
    classOf[TrialMeasured],
    classOf[TuningFinished],
    classOf[TuningFailed]
  )
}

/** A tuner, estimator or evaluator. */
final case class StageName(className: String, uid: String)

/**
 * A param that the grid varies. Its parent is the class of the stage that it belongs to, and the
 * stage's place among those of that class (`HashingTF_2`) where the grid has a param of this name of
 * several of them. In older journals it is the stage's uid.
 */
final case class GridParam(parent: String, name: String)

/** A param of one map of the grid. */
final case class SettingParam(parent: String, name: String, value: Any)

/**
 * A stage as the value of a param.
 *
 * @param apart
 *   the names of the params by which it differs from another value of the grid
 * @param params
 *   those, and what somebody has set
 */
final case class StageValue(className: String, apart: Seq[String], params: ListMap[String, Any])

/** What the tasks of a trial used, those that failed or were tried again included. */
final case class Resources(
    executorCpuSeconds: Double,
    executorRunSeconds: Double,
    jobs: Long,
    tasks: Long,
    shuffleReadBytes: Long,
    shuffleWriteBytes: Long,
    inputBytes: Long,
    peakExecutionMemoryBytes: Long,
    jvmGcSeconds: Double
)

/** Where a nested tuning ran: in a trial, or (no trial) in the final refit. */
final case class ParentTrial(tuning: String, trial: Option[Int])

/** Where to log, and whether with a view for MLflow's UI; what is empty is MLflow's own choice. */
final case class Destination(
    trackingUri: Option[String],
    experimentId: Option[String],
    experimentName: Option[String],
    runId: Option[String],
    runName: Option[String],
    view: Boolean
)
