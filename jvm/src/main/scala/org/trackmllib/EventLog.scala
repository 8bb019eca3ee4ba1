package org.trackmllib

import org.apache.spark.{SparkContext, SparkInternals}

/** Puts events on Spark's listener bus, and so into its event log. */
object EventLog {

  /** An event log is read by many: a password in the tracking URI stays out of it. */
  def post(sc: SparkContext, event: TuningEvent): Unit = SparkInternals.post(
    sc,
    event match {
      case start: TuningStarted => start.copy(destination = withoutPassword(start.destination))
      case other => other
    }
  )

  private def withoutPassword(destination: Destination): Destination =
    destination.copy(trackingUri = destination.trackingUri.map(_.replaceAll("://[^/]*@", "://")))
}
