import java.nio.file.{Files, Paths}

import org.apache.spark.sql.SparkSession

/** Fits null tunings of growing size, and prints what each has cost driver and sidecar. */
object GrowingTuning {
  def main(args: Array[String]): Unit = {
    val spark = SparkSession.builder().getOrCreate()
    NullTuning.seconds(spark, 100) // warms up
    for (trials <- args.map(_.toInt)) {
      val (heap, most) = (usedHeap(), mostOfSidecar())
      val seconds = NullTuning.seconds(spark, trials)
      val (moreHeap, more) = (usedHeap() - heap, mostOfSidecar() - most)
      println(s"trials=$trials seconds=$seconds driver=$moreHeap sidecar=$more")
    }
    spark.stop()
  }

  private def usedHeap(): Long = {
    System.gc()
    Runtime.getRuntime.totalMemory - Runtime.getRuntime.freeMemory
  }

  /** The most memory that the process beside this one has had so far, in bytes. */
  private def mostOfSidecar(): Long =
    ProcessHandle.current.children.mapToLong { child =>
      val status = new String(Files.readAllBytes(Paths.get(s"/proc/${child.pid}/status")))
      // what spark-submit's shell has left behind has ended, and has no such line
      """VmHWM:\s+(\d+) kB""".r.findFirstMatchIn(status).fold(0L)(_.group(1).toLong * 1024)
    }.sum
}
