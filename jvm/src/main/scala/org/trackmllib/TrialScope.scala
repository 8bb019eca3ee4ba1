package org.trackmllib

import java.util.concurrent.ForkJoinWorkerThread

/**
 * What a thread is working on in a tuning: a trial, or (no trial) the final refit. A tuner fitted
 * meanwhile is nested in it.
 */
final class TrialScope private (val tuning: Tuning, val trial: Option[Trial]) {
  def parent: ParentTrial = ParentTrial(tuning.id, trial.map(_.index))
}

object TrialScope {

  /** Where a thread is, until that is over; `thread` is the one that entered it. */
  private final class Place(val thread: Thread, @volatile var scope: Option[TrialScope])

  /** A thread that is started in a trial is in that trial, as its jobs are. */
  private val local = new InheritableThreadLocal[Place]

  def current: Option[TrialScope] = Option(local.get).filter(isRight).flatMap(_.scope)

  def within[T](tuning: Tuning, trial: Option[Trial])(body: => T): T = {
    val before = local.get
    val place = new Place(Thread.currentThread, Some(new TrialScope(tuning, trial)))
    local.set(place)
    // The run that the outer tuning is logged under is not the one that an inner tuning is to be in.
    try Run.outside(body)
    finally {
      place.scope = None // for threads that outlive it
      local.set(before)
    }
  }

  /** The workers of a fork-join pool serve all of the JVM, whoever happened to have them started. */
  private def isRight(place: Place): Boolean = {
    val thread = Thread.currentThread
    (place.thread eq thread) || !thread.isInstanceOf[ForkJoinWorkerThread]
  }
}
