package org.trackmllib

/** Takes the block of [[TrackMLlib.withRunId]]. */
final class RunIdBlock private[trackmllib] (id: String) {
  def apply[T](block: => T): T = Run.within(new Run(id, ""))(block)
}
