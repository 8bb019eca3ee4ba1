package org.trackmllib

import java.io.File

import scala.collection.mutable.ListBuffer

import org.apache.spark.SparkConf

/**
 * What is wrong and can be seen when the listener starts, hours perhaps before the first tuning. No
 * process, thread or request is made for it: `trackmllib doctor` looks at the rest.
 */
private[trackmllib] object StartCheck {

  def apply(conf: SparkConf): Unit = {
    val found = problems(conf)
    found.foreach(WarnOnce.isSaid)
    if (found.nonEmpty) WarnOnce(Messages.atStart(found.toArray))
  }

  private[trackmllib] def problems(conf: SparkConf): Seq[String] = {
    val found = ListBuffer.empty[String]
    val settings = Settings.from(conf.getOption, found += _)
    import settings._
    locally((enabled, instrument, logModel, flushTimeoutMillis, journalDir, progress, redaction))
    destination(None)
    val ours = conf.getAll.map(_._1).filter(_.startsWith(Settings.Prefix))
    val known = Settings.Names.map(Settings.Prefix + _)
    found ++= ours.filterNot(known.contains).map(Messages.unknownConf(_, known.toArray))
    // A PySpark driver needs no interpreter beside itself, and tells its JVM where it is.
    if (!sys.env.contains("_PYSPARK_DRIVER_CONN_INFO_PATH") && !isThere(python))
      found += Messages.noSidecar(python, "is not there")
    found.toSeq
  }

  private def isThere(interpreter: String): Boolean =
    if (interpreter.contains(File.separator)) new File(interpreter).canExecute
    else
      sys.env
        .getOrElse("PATH", "")
        .split(File.pathSeparator)
        .exists(new File(_, interpreter).canExecute)
}
