package org.apache.spark

import java.io.InputStream
import java.net.URI

import scala.reflect.ClassTag

import org.apache.hadoop.fs.Path
import org.apache.spark.deploy.SparkHadoopUtil
import org.apache.spark.deploy.history.EventLogFileReader
import org.apache.spark.scheduler.{SparkListenerEvent, SparkListenerInterface}
import org.apache.spark.util.Utils

/** What we use of Spark's private API; nothing else of ours does, but for the tuners' wrapper. */
object SparkInternals {

  def activeContextOrNull: SparkContext = SparkContext.getActive.orNull

  def post(sc: SparkContext, event: SparkListenerEvent): Unit = sc.listenerBus.post(event)

  def hasListener[T <: SparkListenerInterface](sc: SparkContext, listener: Class[T]): Boolean =
    listenerOf(sc, listener).nonEmpty

  def listenerOf[T <: SparkListenerInterface](sc: SparkContext, listener: Class[T]): Option[T] =
    sc.listenerBus.findListenersByClass[T]()(ClassTag(listener)).headOption

  /** Such a listener neither waits for others nor keeps them waiting. */
  def addToQueue(sc: SparkContext, listener: SparkListenerInterface, queue: String): Unit =
    sc.listenerBus.addToQueue(listener, queue)

  /** From here on no other thread sees what this one sets, as those do that PySpark 4 starts. */
  def ownLocalProperties(sc: SparkContext): Unit =
    sc.setLocalProperties(Utils.cloneProperties(sc.getLocalProperties))

  /** The files of an event log, in their order, each to be opened as the text that it holds. */
  def eventLogParts(log: URI): Seq[() => InputStream] = {
    val path = new Path(log)
    val files = path.getFileSystem(SparkHadoopUtil.get.conf)
    EventLogFileReader(files, path).toSeq
      .flatMap(_.listEventLogFiles)
      .map(part => () => EventLogFileReader.openEventLog(part.getPath, files))
  }
}
