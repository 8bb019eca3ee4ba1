package org.trackmllib.bridge

import java.util.concurrent.{LinkedBlockingQueue, TimeUnit}

import org.slf4j.LoggerFactory

/** What the sidecar may call through py4j, and nothing else. */
final class SidecarCalls private[bridge] (lines: LinkedBlockingQueue[String]) {
  @volatile private[bridge] var polled = false

  /** The next lines, at most `max`, joined by newlines; empty when none came in time. */
  def poll(max: Int, timeoutMillis: Long): String = {
    polled = true
    val first = lines.poll(timeoutMillis, TimeUnit.MILLISECONDS)
    if (first == null) ""
    else {
      val batch = new java.util.ArrayList[String]
      batch.add(first)
      lines.drainTo(batch, max - 1)
      String.join("\n", batch)
    }
  }

  /**
   * MLflow has everything of the tuning so far.
   *
   * @param runId
   *   its main run, or null
   * @param problem
   *   null, or why MLflow does not have it for now
   */
  def done(tuning: String, runId: String, problem: String): Unit =
    Bridge.done(tuning, Outcome(Option(runId), Option(problem)))

  /** Why MLflow has not taken something of the tuning, which is tried again. */
  def trouble(tuning: String, reason: String): Unit = Bridge.trouble(tuning, reason)

  /** How tunings come along, on the driver's terminal: a line that is drawn over and over. */
  def show(text: String): Unit = {
    System.err.print(text)
    System.err.flush()
  }

  /** Where a tuning is and what has come of it, for who reads the driver's log. */
  def log(text: String): Unit = SidecarCalls.log.info(text)

  /**
   * The answer to a request: a value, or the problem that there was.
   *
   * @return
   *   whether somebody still waits for it
   */
  def reply(id: Int, value: String, problem: String): Boolean =
    Requests.reply(id, Option(problem).toLeft(Option(value)))
}

private object SidecarCalls {
  private val log = LoggerFactory.getLogger("org.trackmllib")
}
