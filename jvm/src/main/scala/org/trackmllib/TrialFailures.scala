package org.trackmllib

import java.util.{Collections, IdentityHashMap}

/**
 * Who failed of what. A failure between the estimator and the evaluator, in `transform()`, is seen
 * without its exception; that comes later, from Spark's `fit()`, which throws that of the first trial.
 */
private[trackmllib] final class TrialFailures {
  // By identity: their equals() and hashCode() may be the user's.
  private val known =
    Collections.newSetFromMap(new IdentityHashMap[Throwable, java.lang.Boolean])
  private var waiting = Vector.empty[Trial]
  private var over = false
  private var unclaimed: Option[Throwable] = None

  def explained(error: Throwable): Unit = synchronized {
    known.add(error)
    ()
  }

  /** The error to report at once, if `fit()` is over already and tells nothing more. */
  def unexplained(trial: Trial): Option[String] = synchronized {
    if (over) {
      // fit() may throw before the thread of the trial that made it throw gets here.
      val error = unclaimed.fold(TrialFailures.Unknown)(Failure.text)
      unclaimed = None
      Some(error)
    } else {
      waiting :+= trial
      None
    }
  }

  /** The waiting trials with their errors, now that `fit()` has thrown `cause`. */
  def explain(cause: Throwable): Seq[(Trial, String)] = synchronized {
    over = true
    val first =
      if (known.contains(cause)) None else waiting.sortBy(t => (t.fold, t.index)).headOption
    if (first.isEmpty && !known.contains(cause)) unclaimed = Some(cause)
    waiting.map(t => t -> (if (first.contains(t)) Failure.text(cause) else TrialFailures.Unknown))
  }
}

private[trackmllib] object TrialFailures {
  private val Unknown = "the model's transform() failed"
}
