import java.nio.file.{Files, Paths}

import org.apache.spark.sql.SparkSession

/** Fits null tunings of growing size, and prints what each has cost driver and sidecar. */
object GrowingTuning {
  def main(args: Array[String]): Unit = {
    val spark = SparkSession.builder().getOrCreate()
    NullTuning.seconds(spark, 100) // warms up
    for (trials <- args.map(_.toInt)) {
      val (heap, resident) = (usedHeap(), residentOfSidecar())
      val seconds = NullTuning.seconds(spark, trials)
      val (moreHeap, moreResident) = (usedHeap() - heap, residentOfSidecar() - resident)
      println(s"trials=$trials seconds=$seconds driver=$moreHeap sidecar=$moreResident")
    }
    spark.stop()
  }

  private def usedHeap(): Long = {
    System.gc()
    Runtime.getRuntime.totalMemory - Runtime.getRuntime.freeMemory
  }

  /** The resident memory of this process's only child, in bytes. */
  private def residentOfSidecar(): Long = {
    val sidecar = ProcessHandle.current.children.findFirst.get
    new String(Files.readAllBytes(Paths.get(s"/proc/${sidecar.pid}/statm"))).split(' ')(1).toLong * 4096
  }
}
