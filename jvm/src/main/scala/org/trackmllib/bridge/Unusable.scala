package org.trackmllib.bridge

import java.util.concurrent.TimeUnit.MINUTES

/** An interpreter that does not work, and why; after a minute somebody may have mended it. */
private[bridge] final case class Unusable(
    python: String,
    problem: String,
    since: Long = System.nanoTime
) {
  def holds(wanted: String, now: Long = System.nanoTime): Boolean =
    wanted == python && now - since < MINUTES.toNanos(1)
}
