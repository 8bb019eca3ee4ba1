package org.apache.spark

import scala.reflect.ClassTag

import org.apache.spark.scheduler.{SparkListenerEvent, SparkListenerInterface}

/** What we use of Spark's private API; nothing else of ours does, but for the tuners' wrapper. */
object SparkInternals {

  def activeContextOrNull: SparkContext = SparkContext.getActive.orNull

  def post(sc: SparkContext, event: SparkListenerEvent): Unit = sc.listenerBus.post(event)

  def hasListener[T <: SparkListenerInterface](sc: SparkContext, listener: Class[T]): Boolean =
    sc.listenerBus.findListenersByClass[T]()(ClassTag(listener)).nonEmpty
}
