package org.trackmllib

import java.util.concurrent.{ConcurrentHashMap, LinkedBlockingQueue}

import org.apache.spark.SparkInternals
import org.trackmllib.resources.Measuring

/**
 * A PySpark tuning in the JVM of its driver: the tuning's hook tells its events here too, so that
 * they are in the event log, and its trials are measured.
 */
final class PythonTuning(tuning: String) {
  private val sc = SparkInternals.activeContextOrNull
  private val running = ConcurrentHashMap.newKeySet[(Int, Option[Int])]
  private val measured = new LinkedBlockingQueue[String]
  private val measuring = Measuring(sc, tuning) { event =>
    measured.add(EventJson.write(event))
    EventLog.post(sc, event)
  }

  def measures: Boolean = measuring.isDefined

  /**
   * The jobs of this thread, which is one thread's of Python, are those of a trial from here on;
   * `fold` may be null.
   */
  def begin(trial: Int, fold: Integer): Unit = measuring.foreach { measuring =>
    val foldOrNone = Option(fold).map(_.intValue)
    measuring.begin(trial, foldOrNone)
    running.add((trial, foldOrNone))
  }

  /** Takes event lines, joined by newlines. */
  def tell(events: String): Unit = events.split('\n').map(EventJson.read).foreach { event =>
    event match {
      case e: TrialFinished => end((e.trial, e.fold))
      case e: TrialFailed => end((e.trial, e.fold))
      case _ =>
    }
    EventLog.post(sc, event)
  }

  private def end(trial: (Int, Option[Int])): Unit =
    if (running.remove(trial)) measuring.foreach(_.ended())

  /** Event lines of what was measured, once that is all trials that have ended, or after a moment. */
  def rest(): String = {
    measuring.foreach(_.await())
    val batch = new java.util.ArrayList[String]
    measured.drainTo(batch)
    String.join("\n", batch)
  }
}
