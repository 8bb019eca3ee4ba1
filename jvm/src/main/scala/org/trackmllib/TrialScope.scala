package org.trackmllib

/**
 * What a thread is working on in a tuning: a trial, or (no trial) the final refit. A tuner fitted
 * meanwhile is nested in it.
 */
final class TrialScope private (val tuning: Tuning, val trial: Option[Trial]) {
  def parent: ParentTrial = ParentTrial(tuning.id, trial.map(_.index))
}

object TrialScope {
  private val local = new ThreadLocal[TrialScope]

  def current: Option[TrialScope] = Option(local.get)

  def within[T](tuning: Tuning, trial: Option[Trial])(body: => T): T = {
    val before = local.get
    local.set(new TrialScope(tuning, trial))
    // The run that the outer tuning is logged under is not the one that an inner tuning is to be in.
    try Run.outside(body)
    finally local.set(before)
  }
}
