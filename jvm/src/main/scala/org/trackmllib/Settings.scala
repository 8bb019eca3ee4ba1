package org.trackmllib

import java.net.URI
import java.nio.file.{Path, Paths}

import scala.util.Try

import org.apache.spark.SparkConf
import org.apache.spark.sql.SparkSession

/**
 * Our confs and MLflow's environment variables, read from `conf` at each use.
 *
 * @param complain
 *   told of a conf that cannot be read
 */
final class Settings(
    conf: String => Option[String],
    env: String => Option[String],
    complain: String => Unit = WarnOnce(_)
) {
  import Settings._

  def enabled: Boolean = {
    val ours = conf(Prefix + "enabled").map(_ => Prefix + "enabled")
    env("TRACKMLLIB_DISABLED").forall(_ != "1") && boolean(ours.getOrElse(Databricks))
  }

  def instrument: Boolean = boolean(Prefix + "instrument")

  def logModel: Boolean = boolean(Prefix + "logModel", "false")

  def flushTimeoutMillis: Long = {
    val name = Prefix + "flushTimeout"
    valid(name, "a time such as 60s", "60s") { text =>
      // Spark's own parser; a number alone is in seconds.
      val unit = if (text.forall(_.isDigit)) "s" else ""
      val millis = new SparkConf(false).set(name, text + unit).getTimeAsMs(name)
      require(millis >= 0)
      millis
    }
  }

  /** `auto`, `on` or `off`. */
  def progress: String =
    valid(Prefix + "progress", "auto, on or off", "auto") { text =>
      val mode = text.trim.toLowerCase
      require(Progress(mode))
      mode
    }

  /** None: the default. */
  def journalDir: Option[Path] = {
    val name = Prefix + "journalDir"
    conf(name).flatMap { text =>
      val path = Try(localPath(text)).toOption
      if (path.isEmpty)
        complain(
          Messages.badConf(name, text, "a directory of the driver's own machine", "the default")
        )
      path
    }
  }

  /** The interpreters to choose the sidecar's from, in spark-submit's own order. */
  def python: String = {
    val candidates = Seq(
      conf("spark.pyspark.driver.python"),
      conf("spark.pyspark.python"),
      env("PYSPARK_DRIVER_PYTHON"),
      env("PYSPARK_PYTHON")
    ).flatten.filter(_.nonEmpty)
    conf(Prefix + "python").orElse(candidates.find(!isShell(_))).getOrElse("python3")
  }

  def destination(activeRun: Option[String]): Destination = {
    val (uri, experimentName) = (conf(Prefix + "trackingUri"), conf(Prefix + "experimentName"))
    val run = activeRun.orElse(conf(Prefix + "runId"))
    // An experiment named by conf is not to be overruled by an id of the environment.
    val wanted =
      Seq(ExperimentId).filter(_ => experimentName.isEmpty) ++ Seq(RunId).filter(_ => run.isEmpty)
    val ids = idsOfTheEnvironment(wanted, uri)
    Destination(
      uri.orElse(env(TrackingUri)).map(clean),
      ids.get(ExperimentId).map(clean),
      experimentName.orElse(env("MLFLOW_EXPERIMENT_NAME")).map(clean),
      run.orElse(ids.get(RunId)).map(clean),
      conf(Prefix + "runName").map(clean),
      boolean(Prefix + "view")
    )
  }

  /** They count for the store that the environment names beside them. */
  private def idsOfTheEnvironment(
      wanted: Seq[String],
      uri: Option[String]
  ): Map[String, String] = {
    val ids = wanted.flatMap(name => env(name).map(name -> _))
    val theirs = env(TrackingUri).getOrElse("")
    val elsewhere = uri.exists(Uris.store(_) != Uris.store(theirs))
    if (elsewhere && ids.nonEmpty)
      complain(Messages.idsOfAnotherStore(ids.map(_._1).mkString(" and ")))
    if (elsewhere) Map.empty else ids.toMap
  }

  def redaction: Redaction =
    valid("spark.redaction.regex", "a regular expression", DefaultRedaction)(r =>
      new Redaction(r.r)
    )

  private def clean(text: String): String = EventValues.text(text)

  private def boolean(name: String, default: String = "true"): Boolean =
    valid(name, "true or false", default)(text => text.trim.toLowerCase.toBoolean)

  private def valid[T](name: String, accepted: String, default: String)(parse: String => T): T =
    conf(name)
      .flatMap { text =>
        val parsed = Try(parse(text)).toOption
        if (parsed.isEmpty) complain(Messages.badConf(name, text, accepted, default))
        parsed
      }
      .getOrElse(parse(default))
}

object Settings {
  private[trackmllib] val Prefix = "spark.trackmllib."

  /** The names that there are, without the prefix. */
  private[trackmllib] val Names = Seq(
    "enabled",
    "trackingUri",
    "experimentName",
    "runId",
    "runName",
    "python",
    "flushTimeout",
    "journalDir",
    "instrument",
    "logModel",
    "progress",
    "view"
  )

  private val TrackingUri = "MLFLOW_TRACKING_URI"
  private val ExperimentId = "MLFLOW_EXPERIMENT_ID"
  private val RunId = "MLFLOW_RUN_ID"
  private val Databricks = "spark.databricks.mlflow.trackMLlib.enabled"
  private val DefaultRedaction = "(?i)secret|password|token|access[.]?key"
  private val Progress = Set("auto", "on", "off")
  private val Shells = Seq("jupyter", "ipython")

  def apply(conf: SparkConf): Settings = from(conf.getOption)

  /** The session's conf, which begins as a copy of the application's. */
  def apply(spark: SparkSession): Settings = from(spark.conf.getOption)

  /** Without a session, MLflow's environment variables are what there is. */
  def apply(): Settings = from(_ => None)

  /** What is set to nothing is not set. */
  private[trackmllib] def from(
      conf: String => Option[String],
      complain: String => Unit = WarnOnce(_)
  ): Settings =
    new Settings(conf(_).filter(_.nonEmpty), sys.env.get(_).filter(_.nonEmpty), complain)

  /** What a path or a `file:` URI names; no other URI is a path, as Hadoop has it. */
  private def localPath(text: String): Path =
    if (text.matches("[A-Za-z][A-Za-z0-9+.-]+:/.*")) {
      val uri = new URI(text.replace(" ", "%20"))
      require(uri.getScheme.equalsIgnoreCase("file"))
      Paths.get(uri)
    } else Paths.get(text)

  private def isShell(interpreter: String): Boolean = {
    val file = interpreter.split("[/\\\\]").last
    Shells.exists(file.startsWith)
  }
}
