package org.trackmllib

import java.io.File
import java.nio.file.Files
import java.util.UUID

import scala.util.control.NonFatal

import org.apache.hadoop.fs.{FileUtil, Path}
import org.apache.spark.SparkContext
import org.apache.spark.ml.PipelineModel
import org.slf4j.LoggerFactory
import org.trackmllib.bridge.Requests

/** The best model on its way into MLflow: Spark saves it, and the sidecar logs the files. */
private[trackmllib] object BestModel {
  private val log = LoggerFactory.getLogger("org.trackmllib")

  def log(
      model: PipelineModel,
      tuning: String,
      mainRun: Option[String],
      sc: SparkContext,
      settings: Settings
  ): Unit = {
    val files = Files.createTempDirectory("trackmllib-model-").toFile
    try {
      val problem = mainRun match {
        case _ if Thread.currentThread.isInterrupted => Some(Messages.interrupted())
        case None => Some(Messages.noMainRun())
        case Some(run) =>
          save(model, sc, new File(files, "sparkml"))
            .orElse(ask(tuning, run, files, sc, settings).left.toOption)
      }
      problem.foreach(reason => log.warn(Messages.modelNotLogged(reason)))
    } finally {
      FileUtil.fullyDelete(files)
      ()
    }
  }

  /**
   * Executors write it, so it goes by the file system that they share with the driver.
   *
   * @return
   *   why it cannot be saved; stages of the user's own need not be of the kind that can
   */
  private def save(model: PipelineModel, sc: SparkContext, local: File): Option[String] = {
    val shared = new Path(s"/tmp/trackmllib-${UUID.randomUUID}")
    val files = shared.getFileSystem(sc.hadoopConfiguration)
    try {
      model.save(files.makeQualified(shared).toString)
      files.copyToLocalFile(false, shared, new Path(local.toURI), true)
      None
    } catch { case NonFatal(e) => Some(Failure.text(e)) }
    finally {
      files.delete(shared, true)
      ()
    }
  }

  private def ask(
      tuning: String,
      run: String,
      files: File,
      sc: SparkContext,
      settings: Settings
  ) = Requests.ask(settings, "logModel")(
    "tuning" -> tuning,
    "runId" -> run,
    "directory" -> files.getPath,
    "sparkVersion" -> sc.version,
    "destination" -> settings.destination(None)
  )
}
