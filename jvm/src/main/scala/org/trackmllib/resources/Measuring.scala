package org.trackmllib.resources

import java.util.concurrent.TimeUnit.MILLISECONDS

import org.apache.spark.{SparkContext, SparkInternals}
import org.trackmllib.{Guard, TrialMeasured, TuningEvent}

/**
 * Has what the trials of one tuning use measured, and told in events. What fails in here costs the
 * figures and nothing else.
 */
final class Measuring private (
    sc: SparkContext,
    val tuning: String,
    private val listener: ResourceListener,
    tell: TrialMeasured => Unit
) {
  private val before = new ThreadLocal[String]
  private var expected = 0

  /** The jobs of this thread are the trial's from here on. */
  def begin(trial: Int, fold: Option[Int]): Unit = listener.guarded {
    val resources = new TrialResources(this, trial, fold)
    listener.watch(resources.key, resources)
    SparkInternals.ownLocalProperties(sc)
    before.set(sc.getLocalProperty(Measuring.Property))
    sc.setLocalProperty(Measuring.Property, resources.key)
  }

  /** The jobs of this thread are whose they were. */
  def end(): Unit =
    Guard.run(Measuring.What, () => sc.setLocalProperty(Measuring.Property, before.get))

  /** The end of a trial is on its way to the listener. */
  def ended(): Unit = synchronized { expected += 1 }

  /** Waits until all trials that have ended are told of: milliseconds, unless the bus is flooded. */
  def await(): Unit = synchronized {
    val deadline = System.nanoTime + MILLISECONDS.toNanos(Measuring.LongestWaitMillis)
    try
      while (expected > 0 && listener.works && !sc.isStopped && System.nanoTime < deadline) wait(20)
    catch { case _: InterruptedException => Thread.currentThread().interrupt() }
  }

  private[resources] def told(trial: TrialResources): Unit = {
    val now = System.currentTimeMillis
    try tell(TrialMeasured(TuningEvent.Version, tuning, now, trial.trial, trial.fold, trial.sum))
    finally
      synchronized {
        expected -= 1
        notifyAll()
      }
  }
}

object Measuring {
  private[resources] val What = "measuring trials"
  private val LongestWaitMillis = 1000L

  /** The local property that says whose the jobs of a thread are. */
  val Property = "trackmllib.trial"

  /** None where Spark's bus does not let us listen. */
  def apply(sc: SparkContext, tuning: String)(tell: TrialMeasured => Unit): Option[Measuring] =
    try Some(new Measuring(sc, tuning, ResourceListener.of(sc), tell)).filter(_.listener.works)
    catch {
      case t: Throwable =>
        Guard.report(What, t)
        None
    }

  private[resources] def key(tuning: String, trial: Int, fold: Option[Int]): String =
    s"$tuning:$trial:${fold.getOrElse("")}"
}
