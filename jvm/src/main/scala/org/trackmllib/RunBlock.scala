package org.trackmllib

import scala.util.control.ControlThrowable

import org.apache.spark.sql.SparkSession
import org.slf4j.LoggerFactory
import org.trackmllib.bridge.{Bridge, Requests}

/** Takes the block of [[TrackMLlib.withRun]]. */
final class RunBlock private[trackmllib] (name: String) {
  private val spark = SparkSession.getActiveSession.orElse(SparkSession.getDefaultSession)
  private val settings = spark.fold(Settings())(Settings(_))

  def apply[T](block: Run => T): T = Bridge.during {
    val run = new Run(create(), name)
    val result =
      try Run.within(run)(block(run))
      catch {
        case t: Throwable =>
          end(run, Some(t).filterNot(_.isInstanceOf[ControlThrowable]))
          throw t
      }
    end(run, thrown = None)
    result
  }

  private def create(): String = {
    var id = ""
    if (settings.enabled)
      Guard.run(
        "creating a run",
        () =>
          Requests.ask(settings, "createRun")(
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

  private def end(run: Run, thrown: Option[Throwable]): Unit = if (run.id.nonEmpty)
    Guard.run(
      "ending a run",
      () =>
        Requests
          .ask(settings, "endRun", interrupted = thrown.exists(Failure.isInterruption))(
            "runId" -> run.id,
            "status" -> (if (thrown.isEmpty) "FINISHED" else "FAILED"),
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
