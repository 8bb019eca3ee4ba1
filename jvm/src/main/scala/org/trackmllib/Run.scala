package org.trackmllib

/**
 * The MLflow run of a [[TrackMLlib.withRun]] block.
 *
 * @param id
 *   its id in MLflow; empty where MLflow could not create it
 * @param name
 *   its name
 */
final class Run private[trackmllib] (val id: String, val name: String) {
  override def toString: String = s"Run($id, $name)"
}

private[trackmllib] object Run {
  private val local = new ThreadLocal[Run]

  /** The innermost run of the calling thread. */
  def current: Option[Run] = Option(local.get).filter(_.id.nonEmpty)

  def within[T](run: Run)(body: => T): T = {
    val outer = local.get
    local.set(run)
    try body
    finally local.set(outer)
  }

  /** The thread has no run meanwhile. */
  def outside[T](body: => T): T = within(null)(body)
}
