package org.trackmllib

import scala.collection.mutable.ListBuffer

import org.apache.spark.SparkConf

/**
 * What is wrong with the confs, when the listener starts, hours perhaps before the first tuning. Not
 * every driver tunes, and PySpark needs no interpreter beside it: whether there is one that logs is
 * seen at the first tuning, or by `trackmllib doctor`.
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
    found.toSeq
  }
}
