package org.trackmllib.bridge

import java.util.concurrent.TimeUnit.{MILLISECONDS, NANOSECONDS}

import scala.collection.immutable.ListMap
import scala.collection.mutable

import org.apache.spark.SparkInternals
import org.trackmllib.{EventJson, Messages, Settings}

/**
 * Hands event lines to the driver's one sidecar, which is started by the first of them. Its lock
 * orders what is in the journals and what is in the sidecar's queue, so that a restarted sidecar gets
 * from the journals just what it has to.
 */
private[trackmllib] object Bridge {

  /** The tunings that MLflow does not have in full yet. */
  private val open = mutable.LinkedHashMap.empty[String, Delivery]
  private var sidecar: Option[Sidecar] = None

  /** How often it was started again since one last brought a tuning into MLflow. */
  private var restarts = 0

  private var unusable: Option[Unusable] = None

  /** How many blocks of `withRun` go on. */
  private var blocks = 0

  /** Whether no application needs the sidecar once nothing goes on. */
  private var applicationOver = false

  def send(delivery: Delivery, line: String): Unit = synchronized {
    val running = sidecarFor(delivery.settings)
    delivery.outcome = None
    open.put(delivery.tuning, delivery)
    append(delivery, line)
    running.foreach(_.offer(line))
  }

  /** A line that nobody waits for; dropped where MLflow has all else of the tuning. */
  def add(delivery: Delivery, line: String): Unit = synchronized {
    if (open.get(delivery.tuning).exists(_.outcome.forall(_.problem.nonEmpty))) {
      append(delivery, line)
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

  /** The sidecar lives as long as the block. */
  def during[T](block: => T): T = {
    synchronized { blocks += 1 }
    try block
    finally
      synchronized {
        blocks -= 1
        leave()
      }
  }

  /** Removes the journal of a tuning of which MLflow has everything. */
  def settle(delivery: Delivery): Unit = synchronized {
    if (!delivery.goesOn && delivery.outcome.exists(_.problem.isEmpty)) {
      open -= delivery.tuning
      delivery.journal.delete()
    }
    leave()
    release()
  }

  /**
   * Waits for all tunings of the root; what is missing in the end is said.
   *
   * @param bound
   *   what sets the bound of the wait
   */
  def await(root: Delivery, longest: Long, bound: String): Option[Missing] = synchronized {
    val millis = Patience.millis(root.store, longest)
    def tunings: Seq[Delivery] = open.values.filter(d => d.root == root.tuning && !d.running).toSeq
    def waiting: Boolean = sidecar.nonEmpty && tunings.exists(_.outcome.isEmpty)
    val began = System.nanoTime
    val deadline = began + MILLISECONDS.toNanos(millis)
    var interrupted = false
    while (waiting && !interrupted && System.nanoTime < deadline) {
      try wait(math.max(1L, (deadline - System.nanoTime) / 1000000))
      catch { case _: InterruptedException => interrupted = true }
    }
    if (interrupted) Thread.currentThread().interrupt()
    if (waiting) Patience.lost(root.store, NANOSECONDS.toMillis(System.nanoTime - began))
    val missing = tunings.filter(_.outcome.forall(_.problem.nonEmpty))
    tunings.foreach(_.awaited = true)
    // nobody is to see how it comes along any longer
    val over = EventJson.write(ListMap("returned" -> root.tuning))
    if (missing.nonEmpty) sidecar.foreach(_.offer(over))
    val result = missing.headOption.map { first =>
      val noSidecar = if (sidecar.isEmpty) unusable.map(_.problem) else None
      val reason = first.outcome
        .flatMap(_.problem)
        .orElse(noSidecar)
        .orElse(if (interrupted) Some(Messages.interrupted()) else None)
        .getOrElse(
          Messages.noAnswer(
            millis,
            if (millis < longest) Messages.silentBefore() else bound,
            first.trouble.getOrElse("")
          )
        )
      Missing(reason, missing.flatMap(_.journal.path).mkString(" "), noSidecar.isEmpty)
    }
    leave()
    release()
    result
  }

  /** The sidecar's word on a tuning; it may come again, after late events. */
  def done(tuning: String, outcome: Outcome): Unit = synchronized {
    open.get(tuning).foreach { delivery =>
      delivery.outcome = Some(outcome)
      notifyAll()
      if (outcome.problem.isEmpty) {
        restarts = 0
        Patience.answered(delivery.store)
      }
      settle(delivery)
    }
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
      case None => unusable.map(_.problem)
    }
  }

  /** The application is over: so is the sidecar, once no fit goes on. */
  def stop(): Unit = synchronized {
    applicationOver = true
    leave()
  }

  private def leave(): Unit =
    if (applicationOver && blocks == 0 && open.values.forall(d => d.awaited && !d.goesOn)) {
      sidecar.foreach(_.stop())
      sidecar = None
      unusable = None
      release()
    }

  /** A sidecar's process is gone; it is started once more if it had worked, and again if that did. */
  private[bridge] def ended(gone: Sidecar, how: String): Unit = synchronized {
    if (sidecar.contains(gone)) {
      sidecar = None
      Requests.failAll(how)
      if (!gone.worked || (restarts > 0 && open.nonEmpty)) {
        unusable = Some(Unusable(gone.python, Messages.noSidecar(gone.python, how)))
      } else if (open.nonEmpty) {
        restarts += 1
        sidecar = Some(start(gone.settings))
      }
    }
    release()
    notifyAll()
  }

  private def sidecarFor(settings: Settings): Option[Sidecar] = {
    applicationOver = Option(SparkInternals.activeContextOrNull).forall(_.isStopped)
    if (sidecar.isEmpty && !unusable.exists(_.holds(settings.python))) {
      sidecar = Some(start(settings))
    }
    sidecar
  }

  /** Tells the sidecar where the line is, where that is another file than before. */
  private def append(delivery: Delivery, line: String): Unit = {
    delivery.journal.append(line)
    val path = delivery.journal.path
    if (path.nonEmpty && path != delivery.told) {
      delivery.told = path
      sidecar.foreach(tell(delivery, _))
    }
  }

  private def tell(delivery: Delivery, to: Sidecar): Unit = delivery.told.foreach { path =>
    to.offer(EventJson.write(ListMap("journal" -> path.toString, "tuning" -> delivery.tuning)))
  }

  private def start(settings: Settings): Sidecar = {
    val lines = open.values.toSeq.flatMap(_.journal.lines)
    val started = new Sidecar(settings, resume = lines.nonEmpty)
    open.values.foreach(tell(_, started))
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
