package org.trackmllib.resources

import org.apache.spark.executor.TaskMetrics
import org.trackmllib.Resources

/** What one trial has used so far; the listener's thread alone touches it. */
private[resources] final class TrialResources(
    val measuring: Measuring,
    val trial: Int,
    val fold: Option[Int]
) {

  /** What the local property says in its threads. */
  val key: String = Measuring.key(measuring.tuning, trial, fold)

  var jobs = 0L

  /** How many of its tasks run: some end after what they were for, such as speculative ones. */
  var running = 0

  /** Whether its metric or its failure is known. */
  var over = false

  private var tasks = 0L
  private var cpuNanos = 0L
  private var runMillis = 0L
  private var gcMillis = 0L
  private var shuffleRead = 0L
  private var shuffleWritten = 0L
  private var input = 0L
  private var peakMemory = 0L

  /** A task has ended; one that was lost has no metrics. */
  def add(metrics: Option[TaskMetrics]): Unit = {
    tasks += 1
    metrics.foreach { m =>
      cpuNanos += m.executorCpuTime
      runMillis += m.executorRunTime
      gcMillis += m.jvmGCTime
      shuffleRead += m.shuffleReadMetrics.totalBytesRead
      shuffleWritten += m.shuffleWriteMetrics.bytesWritten
      input += m.inputMetrics.bytesRead
      peakMemory = math.max(peakMemory, m.peakExecutionMemory)
    }
  }

  def sum: Resources = Resources(
    executorCpuSeconds = cpuNanos / 1e9,
    executorRunSeconds = runMillis / 1e3,
    jobs = jobs,
    tasks = tasks,
    shuffleReadBytes = shuffleRead,
    shuffleWriteBytes = shuffleWritten,
    inputBytes = input,
    peakExecutionMemoryBytes = peakMemory,
    jvmGcSeconds = gcMillis / 1e3
  )
}
