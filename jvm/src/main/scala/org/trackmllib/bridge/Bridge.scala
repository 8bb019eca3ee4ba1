package org.trackmllib.bridge

import java.util.concurrent.TimeUnit.MILLISECONDS

import scala.collection.mutable

import org.slf4j.LoggerFactory
import org.trackmllib.{Messages, Settings}

/**
 * Hands event lines to the driver's one sidecar, which is started by the first of them. Its lock
 * orders what is in the journals and what is in the sidecar's queue, so that a restarted sidecar gets
 * from the journals just what it has to.
 */
private[trackmllib] object Bridge {
  private val log = LoggerFactory.getLogger("org.trackmllib")

  /** The tunings that MLflow does not have in full yet. */
  private val open = mutable.LinkedHashMap.empty[String, Delivery]
  private var sidecar: Option[Sidecar] = None

  /** How often it was started again since one last brought a tuning into MLflow. */
  private var restarts = 0

  /** The interpreter that does not work, with the reason: it is not tried again. */
  private var unusable: Option[(String, String)] = None

  def send(delivery: Delivery, line: String): Unit = synchronized {
    val running = sidecarFor(delivery.settings)
    delivery.outcome = None
    open.put(delivery.tuning, delivery)
    delivery.journal.append(line)
    running.foreach(_.offer(line))
  }

  /** A line that nobody waits for; dropped where MLflow has all else of the tuning. */
  def add(delivery: Delivery, line: String): Unit = synchronized {
    if (open.get(delivery.tuning).exists(_.outcome.forall(_.problem.nonEmpty))) {
      delivery.journal.append(line)
      sidecar.foreach(_.offer(line))
    }
  }

  /** The fit is over. Nobody waits for a nested one that outlives its outermost fit. */
  def finish(delivery: Delivery): Unit = synchronized {
    delivery.running = false
    val nested = delivery.root != delivery.tuning
    delivery.awaited = nested && !open.get(delivery.root).exists(_.running)
    settle(delivery)
  }

  /** Removes the journal of a tuning of which MLflow has everything. */
  def settle(delivery: Delivery): Unit = synchronized {
    val idle = !delivery.running && delivery.trialsInFlight == 0
    if (idle && delivery.outcome.exists(_.problem.isEmpty)) {
      open -= delivery.tuning
      delivery.journal.delete()
    }
    release()
  }

  /** Waits for all tunings of the root; what is missing in the end is said. */
  def await(root: String, millis: Long): Option[Missing] = synchronized {
    def tunings: Seq[Delivery] = open.values.filter(d => d.root == root && !d.running).toSeq
    def waiting: Boolean = sidecar.nonEmpty && tunings.exists(_.outcome.isEmpty)
    val deadline = System.nanoTime + MILLISECONDS.toNanos(millis)
    var interrupted = false
    while (waiting && !interrupted && System.nanoTime < deadline) {
      try wait(math.max(1L, (deadline - System.nanoTime) / 1000000))
      catch { case _: InterruptedException => interrupted = true }
    }
    if (interrupted) Thread.currentThread().interrupt()
    val missing = tunings.filter(_.outcome.forall(_.problem.nonEmpty))
    tunings.foreach(_.awaited = true)
    val result = missing.headOption.map { first =>
      val reason = first.outcome
        .flatMap(_.problem)
        .orElse(if (sidecar.isEmpty) unusable.map(_._2) else None)
        .orElse(if (interrupted) Some(Messages.interrupted()) else None)
        .getOrElse(Messages.noAnswer(millis, first.trouble.getOrElse("")))
      Missing(reason, missing.flatMap(_.journal.path).mkString(" "))
    }
    release()
    result
  }

  /** The sidecar's word on a tuning; it may come again, after late events. */
  def done(tuning: String, outcome: Outcome): Unit = synchronized {
    open.get(tuning).foreach { delivery =>
      delivery.outcome = Some(outcome)
      if (outcome.problem.isEmpty) restarts = 0
      settle(delivery)
    }
    notifyAll()
  }

  /** What the sidecar has to say of a tuning meanwhile. */
  def trouble(tuning: String, reason: String): Unit = synchronized {
    open.get(tuning).foreach(_.trouble = Some(reason))
  }

  /** Puts a line that is no event; the reason where there is no sidecar to take it. */
  def offer(settings: Settings, line: String): Option[String] = synchronized {
    sidecarFor(settings) match {
      case Some(running) =>
        running.offer(line)
        None
      case None => unusable.map(_._2)
    }
  }

  /** The application is over: so is the sidecar, unless a fit goes on. */
  def stop(): Unit = synchronized {
    if (!open.values.exists(d => d.running || d.trialsInFlight > 0)) {
      sidecar.foreach(_.stop())
      sidecar = None
      unusable = None
    }
  }

  /** A sidecar's process is gone; it is started once more if it had worked, and again if that did. */
  private[bridge] def ended(gone: Sidecar, how: String): Unit = synchronized {
    if (sidecar.contains(gone)) {
      sidecar = None
      Requests.failAll(how)
      if (!gone.worked || (restarts > 0 && open.nonEmpty)) {
        unusable = Some(gone.python -> how)
        log.warn(Messages.noSidecar(gone.python, how))
      } else if (open.nonEmpty) {
        restarts += 1
        sidecar = Some(start(gone.settings))
      }
    }
    release()
    notifyAll()
  }

  private def sidecarFor(settings: Settings): Option[Sidecar] = {
    if (sidecar.isEmpty && !unusable.exists(_._1 == settings.python)) {
      sidecar = Some(start(settings))
    }
    sidecar
  }

  private def start(settings: Settings): Sidecar = {
    val lines = open.values.toSeq.flatMap(_.journal.lines)
    val directory = open.values.flatMap(_.journal.path).headOption.map(_.getParent)
    val started = new Sidecar(
      settings,
      directory.getOrElse(JournalDirectory.of(settings)),
      resume = lines.nonEmpty
    )
    lines.foreach(started.offer)
    started.start()
    started
  }

  /** Where no sidecar is there to deliver them, the journals of what is over are for `replay`. */
  private def release(): Unit = if (sidecar.isEmpty) {
    val over = open.values.filter(d => d.awaited && d.trialsInFlight == 0).toSeq
    over.foreach { delivery =>
      delivery.journal.close()
      open -= delivery.tuning
    }
  }
}
