package org.apache.spark

import org.apache.spark.scheduler.SparkListenerEvent
import org.apache.spark.util.JsonProtocol

/** What Spark writes into its event log. */
object SparkJson {
  def write(event: SparkListenerEvent): String = JsonProtocol.sparkEventToJsonString(event)
}
