package org.trackmllib

import scala.util.control.ControlThrowable

import org.apache.spark.sql.SparkSession
import org.slf4j.LoggerFactory
import org.trackmllib.bridge.Requests

/** Takes the block of [[TrackMLlib.withRun]]. */
final class RunBlock private[trackmllib] (name: String) {
  private val spark = SparkSession.getActiveSession.orElse(SparkSession.getDefaultSession)
  private val settings = spark.fold(Settings())(Settings(_))

  def apply[T](block: Run => T): T = {
    val run = new Run(create(), name)
    try {
      val result = Run.within(run)(block(run))
      end(run, "FINISHED")
      result
    } catch {
      case t: Throwable =>
        end(run, if (t.isInstanceOf[ControlThrowable]) "FINISHED" else "FAILED")
        throw t
    }
  }

  private def create(): String = {
    var id = ""
    if (settings.enabled)
      Guard.run(
        "creating a run",
        () =>
          Requests.ask(
            settings,
            "createRun",
            "name" -> EventValues.text(name),
            "time" -> System.currentTimeMillis,
            "user" -> context(_.sparkUser),
            "applicationName" -> context(_.appName),
            "applicationId" -> context(_.applicationId),
            "destination" -> settings.destination(None)
          ) match {
            case Right(created) => id = created.getOrElse("")
            case Left(problem) => RunBlock.log.warn(Messages.noRun(name, problem))
          }
      )
    id
  }

  private def end(run: Run, status: String): Unit = if (run.id.nonEmpty)
    Guard.run(
      "ending a run",
      () =>
        Requests
          .ask(
            settings,
            "endRun",
            "runId" -> run.id,
            "status" -> status,
            "time" -> System.currentTimeMillis,
            "destination" -> settings.destination(None)
          )
          .left
          .foreach(problem => RunBlock.log.warn(Messages.runNotEnded(run.id, problem)))
    )

  private def context(get: org.apache.spark.SparkContext => String): Option[String] =
    spark.map(s => EventValues.text(get(s.sparkContext)))
}

private object RunBlock {
  val log = LoggerFactory.getLogger("org.trackmllib")
}
