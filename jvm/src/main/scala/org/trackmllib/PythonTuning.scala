package org.trackmllib

import java.util.concurrent.{ConcurrentHashMap, LinkedBlockingQueue}

import org.apache.spark.SparkInternals
import org.trackmllib.resources.Measuring

/**
 * A PySpark tuning in the JVM of its driver: the tuning's hook tells its events here too, so that
 * they are in the event log, and its trials are measured. Over py4j, each thread of Python's has one
 * thread of its own here.
 */
final class PythonTuning(tuning: String) {
  private val sc = SparkInternals.activeContextOrNull
  private val running = ConcurrentHashMap.newKeySet[(Int, Option[Int])]
  private val inTrial = new ThreadLocal[(Int, Option[Int])]
  private val measured = new LinkedBlockingQueue[String]
  private val measuring = Measuring(sc, tuning) { event =>
    measured.add(EventJson.write(event))
    EventLog.post(sc, event)
  }

  def measures: Boolean = measuring.isDefined

  /** Takes event lines; the lines of what has been measured meanwhile. Both joined by newlines. */
  def tell(events: String): String = {
    events.split('\n').map(EventJson.read).foreach(take)
    lines
  }

  /** The same lines, once all trials that have ended are measured, or after a moment. */
  def rest(): String = {
    measuring.foreach(_.await())
    lines
  }

  private def take(event: TuningEvent): Unit = {
    event match {
      case e: TrialStarted if e.measured => measuring.foreach(begin(_, (e.trial, e.fold)))
      case e: TrialFinished => measuring.foreach(end(_, (e.trial, e.fold)))
      case e: TrialFailed => measuring.foreach(end(_, (e.trial, e.fold)))
      case _ =>
    }
    EventLog.post(sc, event)
  }

  private def begin(measuring: Measuring, trial: (Int, Option[Int])): Unit = {
    if (inTrial.get != null) leave(measuring)
    measuring.begin(trial._1, trial._2)
    running.add(trial)
    inTrial.set(trial)
  }

  /** Perhaps told by another thread than the trial's, which is not in any other's then. */
  private def end(measuring: Measuring, trial: (Int, Option[Int])): Unit = {
    if (inTrial.get == trial) leave(measuring)
    if (running.remove(trial)) measuring.ended()
  }

  private def leave(measuring: Measuring): Unit = {
    inTrial.remove()
    measuring.end()
  }

  private def lines: String = {
    val batch = new java.util.ArrayList[String]
    measured.drainTo(batch)
    String.join("\n", batch)
  }
}
