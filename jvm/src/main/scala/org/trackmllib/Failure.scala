package org.trackmllib

import org.apache.spark.SparkException

/** What is told of an exception. */
private[trackmllib] object Failure {
  def text(error: Throwable): String = EventValues.text(error.toString)

  /** Spark wraps what a trial throws. */
  def cause(thrown: Throwable): Throwable = thrown match {
    case e: SparkException
        if e.getCause != null && e.getMessage.startsWith("Exception thrown in awaitResult") =>
      e.getCause
    case other => other
  }

  /** Whether somebody stopped the fit, rather than something in it failing. */
  def isInterruption(error: Throwable): Boolean =
    Iterator.iterate(error)(_.getCause).takeWhile(_ != null).take(20).exists {
      case _: InterruptedException => true
      case e: SparkException => Option(e.getMessage).exists(_.contains(" cancelled"))
      case _ => false
    }
}
