package org.trackmllib

import java.util.concurrent.LinkedBlockingQueue

import org.apache.spark.SparkInternals
import org.trackmllib.resources.Measuring

/**
 * A PySpark tuning in the JVM of its driver: the tuning's hook tells its events here too, so that
 * they are in the event log, and its trials are measured. Over py4j, each thread of Python's has one
 * thread of its own here.
 */
final class PythonTuning(tuning: String) {
  private val sc = SparkInternals.activeContextOrNull
  private val inTrial = ThreadLocal.withInitial[Boolean](() => false)
  private val measured = new LinkedBlockingQueue[String]
  private val measuring = Measuring(sc, tuning) { event =>
    measured.add(EventJson.write(event))
    EventLog.post(sc, event)
  }

  def measures: Boolean = measuring.isDefined

  /** Takes one event line; the lines of what has been measured meanwhile, joined by newlines. */
  def tell(line: String): String = {
    val event = EventJson.read(line)
    event match {
      case e: TrialStarted if e.measured => measuring.foreach(begin(_, e))
      case _ =>
    }
    EventLog.post(sc, event)
    event match {
      case _: TrialFinished | _: TrialFailed if inTrial.get => measuring.foreach(end)
      case _ =>
    }
    lines
  }

  /** The same lines, once all trials that have ended are measured, or after a moment. */
  def rest(): String = {
    measuring.foreach(_.await())
    lines
  }

  private def begin(measuring: Measuring, event: TrialStarted): Unit = {
    measuring.begin(event.trial, event.fold)
    inTrial.set(true)
  }

  private def end(measuring: Measuring): Unit = {
    inTrial.set(false)
    measuring.end()
    measuring.ended()
  }

  private def lines: String = {
    val batch = new java.util.ArrayList[String]
    measured.drainTo(batch)
    String.join("\n", batch)
  }
}
