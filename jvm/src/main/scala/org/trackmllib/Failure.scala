package org.trackmllib

import java.util.concurrent.ExecutionException

import org.apache.spark.SparkException

/** What is told of an exception. It may be of a class of the user's, whose methods may throw too. */
private[trackmllib] object Failure {

  def text(error: Throwable): String =
    EventValues.text(asked(error)(_.toString).getOrElse(error.getClass.getName))

  /** Spark wraps what a trial throws, and Scala an Error or an InterruptedException before that. */
  def cause(thrown: Throwable): Throwable = {
    val wrapped = thrown match {
      case e: SparkException => message(e).startsWith("Exception thrown in awaitResult")
      case e: ExecutionException => message(e).startsWith("Boxed ")
      case _ => false
    }
    if (wrapped) asked(thrown)(_.getCause).fold(thrown)(cause) else thrown
  }

  /** Whether somebody stopped the fit, rather than something in it failing. */
  def isInterruption(error: Throwable): Boolean =
    Iterator.iterate(Option(error))(_.flatMap(asked(_)(_.getCause))).take(20).flatten.exists {
      case _: InterruptedException => true
      case e: SparkException => message(e).contains(" cancelled")
      case _ => false
    }

  private def message(error: Throwable): String = asked(error)(_.getMessage).getOrElse("")

  /** None where there is no answer. */
  private def asked[T](error: Throwable)(question: Throwable => T): Option[T] =
    try Option(question(error))
    catch { case _: Throwable => None }
}
