package org.trackmllib

/** One param map on one fold, as far as it has come; a single thread runs it. */
final class Trial(val index: Int, val fold: Int) {
  private var begin = 0L
  private var end = 0L

  /** Whether its metric or its failure is known. */
  private[trackmllib] var reported = false

  private[trackmllib] def fitted(begin: Long, end: Long): Unit = {
    this.begin = begin
    this.end = end
  }

  private[trackmllib] def fitSeconds: Double = (end - begin) / 1e9

  private[trackmllib] def secondsSinceFit: Double = (System.nanoTime - end) / 1e9
}
