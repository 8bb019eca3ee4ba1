package org.trackmllib.bridge

import org.apache.spark.SparkContext
import org.slf4j.LoggerFactory
import org.trackmllib.{
  EventJson,
  EventLog,
  Guard,
  Messages,
  Settings,
  TrackMLlib,
  TrialMeasured,
  TuningEvent
}

/**
 * The way of one tuning's events: journal, listener bus, sidecar. The mutable state is guarded by
 * [[Bridge]], which knows all deliveries.
 *
 * @param parentRoot
 *   for a nested tuning, the outermost one: that one's fit waits for all that ran in it
 */
final class Delivery(
    val tuning: String,
    parentRoot: Option[String],
    sc: SparkContext,
    val settings: Settings
) {
  val root: String = parentRoot.getOrElse(tuning)

  @volatile private var onBus = true
  private[bridge] lazy val journal = Journal.open(settings, tuning)
  private[bridge] var running = true
  private[bridge] var awaited = false
  private[bridge] var trialsInFlight = 0
  private[bridge] var outcome: Option[Outcome] = None
  private[bridge] var trouble: Option[String] = None

  def send(event: TuningEvent): Unit = {
    Bridge.send(this, EventJson.write(event))
    post(event)
  }

  /** Comes when the bus has got to it; where the tuning is in MLflow by then, it is late. */
  def measured(event: TrialMeasured): Unit = {
    Bridge.add(this, EventJson.write(event))
    post(event)
  }

  /** Where Spark's bus does not take it, MLflow does all the same. */
  private def post(event: TuningEvent): Unit = if (onBus)
    try EventLog.post(sc, event)
    catch {
      case t: Throwable =>
        onBus = false
        Guard.report("an event on Spark's bus", t)
    }

  def trialBegun(): Unit = Bridge.synchronized { trialsInFlight += 1 }

  def trialEnded(): Unit = Bridge.synchronized {
    trialsInFlight -= 1
    Bridge.settle(this)
  }

  /** The fit is over: the outermost one waits until MLflow has everything, for a bounded time. */
  def end(whole: Boolean): Unit = {
    Bridge.finish(this)
    if (root == tuning) {
      val missing = Bridge.await(root, if (whole) settings.flushTimeoutMillis else 0)
      missing.foreach { m => Delivery.log.warn(Messages.notInMlflow(m.reason, m.journals)) }
      mainRun.foreach(TrackMLlib.remember)
    }
  }

  /** Known once MLflow has it. */
  def mainRun: Option[String] = outcome.flatMap(_.runId)
}

private object Delivery {
  val log = LoggerFactory.getLogger("org.trackmllib")
}

/** What the sidecar said of a tuning: all is in MLflow (no problem), or it gave up for now. */
private[bridge] final case class Outcome(runId: Option[String], problem: Option[String])

/** What is not in MLflow at the end of a fit. */
private[bridge] final case class Missing(reason: String, journals: String)
