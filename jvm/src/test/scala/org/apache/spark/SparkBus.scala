package org.apache.spark

/** Spark's listener bus. */
object SparkBus {

  /** Returns once all listeners have seen all that was posted. */
  def drain(sc: SparkContext): Unit = sc.listenerBus.waitUntilEmpty()
}
