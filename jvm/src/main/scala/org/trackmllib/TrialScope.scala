package org.trackmllib

/**
 * What a thread is working on in a tuning: a trial, or (no trial) the final refit. A tuner fitted
 * meanwhile is nested in it.
 */
final class TrialScope private (val tuning: Tuning, val trial: Option[Trial]) {
  @volatile private var open = true

  def parent: ParentTrial = ParentTrial(tuning.id, trial.map(_.index))
}

object TrialScope {
  // Inheritable: a trial may fit in threads that it makes. A thread that outlives the trial finds
  // its scope closed.
  private val local = new InheritableThreadLocal[TrialScope]

  def current: Option[TrialScope] = Option(local.get).filter(_.open)

  def within[T](tuning: Tuning, trial: Option[Trial])(body: => T): T = {
    val before = local.get
    val scope = new TrialScope(tuning, trial)
    local.set(scope)
    try body
    finally {
      scope.open = false
      local.set(before)
    }
  }
}
