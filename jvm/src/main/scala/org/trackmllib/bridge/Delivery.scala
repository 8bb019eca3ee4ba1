package org.trackmllib.bridge

import java.nio.file.Path

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
  TuningEvent,
  TuningFailed
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
  private[bridge] lazy val store = Patience.storeOf(settings)
  private[bridge] lazy val journal = Journal.open(settings, tuning)
  private[bridge] var running = true
  private[bridge] var awaited = false

  /** The journal's file, as the sidecar knows it. */
  private[bridge] var told: Option[Path] = None
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

  /** Whether the fit goes on, or a trial that has outlived it. */
  private[bridge] def goesOn: Boolean = running || trialsInFlight > 0

  /**
   * The fit is over: the outermost one waits until MLflow has everything, for a bounded time.
   *
   * @param interrupted
   *   somebody stopped the fit, and waits for its end
   */
  def end(whole: Boolean, interrupted: Boolean): Unit = {
    if (!whole) giveUp()
    Bridge.finish(this)
    if (root == tuning) {
      val flushTimeout = if (whole) settings.flushTimeoutMillis else 0
      val missing =
        if (interrupted) {
          val moment = math.min(flushTimeout, Delivery.MillisAfterInterrupt)
          val flag = Thread.interrupted() // that one has stopped the fit already
          try Bridge.await(this, moment, Messages.fitInterrupted())
          finally if (flag) Thread.currentThread().interrupt()
        } else Bridge.await(this, flushTimeout, Messages.flushTimeout())
      missing.foreach { m =>
        Delivery.log.warn(Messages.notInMlflow(m.reason, m.journals, m.sidecarWorks))
      }
      mainRun.foreach(TrackMLlib.remember)
    }
  }

  /** A part of the events is lost, and nobody is to wait for the rest. */
  private def giveUp(): Unit = Guard.run(
    "the end of a tuning",
    () => {
      val now = System.currentTimeMillis
      val end = TuningFailed(TuningEvent.Version, tuning, now, Messages.eventsLost(), true)
      Bridge.send(this, EventJson.write(end))
    }
  )

  /** Known once MLflow has it. */
  def mainRun: Option[String] = outcome.flatMap(_.runId)
}

private object Delivery {
  val MillisAfterInterrupt = 2000L
  val log = LoggerFactory.getLogger("org.trackmllib")
}

/** What the sidecar said of a tuning: all is in MLflow (no problem), or it gave up for now. */
private[bridge] final case class Outcome(runId: Option[String], problem: Option[String])

/** What is not in MLflow at the end of a fit. */
private[bridge] final case class Missing(reason: String, journals: String, sidecarWorks: Boolean)
