package org.trackmllib.resources

import java.util.concurrent.ConcurrentHashMap

import org.apache.spark.{SparkBus, SparkException}
import org.apache.spark.executor.TaskMetrics
import org.apache.spark.ml.classification.LogisticRegression
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator
import org.apache.spark.ml.param.ParamMap
import org.apache.spark.ml.tuning.{CrossValidator, ParamGridBuilder, TrainValidationSplit}
import org.apache.spark.scheduler._
import org.trackmllib._

/** What trials are said to use is what Spark says that their tasks use. */
class MeasuringSuite extends SparkSuite {
  private val lr = new LogisticRegression().setMaxIter(3)
  private val grid =
    new ParamGridBuilder().addGrid(lr.regParam, Array(0.0, 0.1, 0.2, 0.3)).build()

  private def cv = new CrossValidator()
    .setEstimator(lr)
    .setEvaluator(new BinaryClassificationEvaluator())
    .setEstimatorParamMaps(grid)
    .setNumFolds(2)

  private def failing(failures: Int*) = {
    val estimator = new RunsJobs()
    new TrainValidationSplit()
      .setEstimator(estimator)
      .setEvaluator(new FlakyEvaluator())
      .setEstimatorParamMaps(
        new ParamGridBuilder().addGrid(estimator.failures, failures).build()
      )
      .setParallelism(failures.length)
  }

  private def measured(events: Seq[TuningEvent]) = events.collect { case e: TrialMeasured => e }

  journals.test("each trial of a parallel tuning has just what its tasks used") { directory =>
    val spy = new Spy
    spark.sparkContext.addSparkListener(spy)
    try {
      tracked(cv.setParallelism(3))
      SparkBus.drain(spark.sparkContext)
    } finally spark.sparkContext.removeSparkListener(spy)
    val all = events(directory)
    val figures = measured(all)
    assertEquals(figures.map(e => (e.trial, e.fold.get)).toSet.size, 8)
    assertEquals(figures.size, 8)
    figures.foreach { e =>
      assertEquals(e.resources, spy.resources(Measuring.key(e.tuning, e.trial, e.fold)))
      assert(e.resources.jobs > 1, e.resources)
      assert(e.resources.shuffleReadBytes > 0, e.resources)
    }
    assert(all.last.isInstanceOf[TuningFinished])
  }

  journals.test("tasks that are tried again count, and those of a trial that fails") { directory =>
    tracked(failing(0, 1))
    val retried = measured(events(directory)).map(e => e.trial -> e.resources)
    assertEquals(
      retried.map { case (i, r) => (i, r.jobs, r.tasks) }.sorted,
      Seq((0, 1L, 2L), (1, 1L, 4L))
    )
  }

  journals.test("a trial whose job fails is measured as well") { directory =>
    intercept[SparkException](tracked(failing(2)))
    val all = events(directory)
    assert(all.exists(_.isInstanceOf[TrialFailed]))
    val failed = measured(all).head
    assertEquals(failed.resources.jobs, 1L)
    // The job is given up when one of its tasks has failed twice, whatever the other one does.
    assert(failed.resources.tasks >= 2 && failed.resources.tasks <= 4, failed)
    assert(all.last.isInstanceOf[TuningFailed])
  }

  journals.test("a nested trial has its own, the trial around it has the rest") { directory =>
    val inner = failing(0, 0)
    val outer = new CrossValidator()
      .setEstimator(new TrackedStage(inner))
      .setEvaluator(new FlakyEvaluator())
      .setEstimatorParamMaps(Array(ParamMap.empty))
      .setNumFolds(2)
    tracked(outer)
    val all = events(directory)
    val top = all.collectFirst { case e: TuningStarted if e.parent.isEmpty => e.tuning }.get
    val (outside, inside) = measured(all).partition(_.tuning == top)
    assertEquals(outside.size, 2)
    assertEquals(inside.size, 6)
    inside.foreach(e => assertEquals((e.resources.jobs, e.resources.tasks), (1L, 2L)))
    // The inner tuning's last fit, of its best setting.
    outside.foreach(e => assertEquals((e.resources.jobs, e.resources.tasks), (1L, 2L)))
  }

  journals.test("what is over is forgotten, and the thread's jobs are nobody's") { _ =>
    tracked(cv)
    assertEquals(spark.sparkContext.getLocalProperty(Measuring.Property), null)
    val listener = ResourceListener.of(spark.sparkContext)
    assert(ResourceListener.of(spark.sparkContext) eq listener)
    Seq("trials", "stages").foreach { name =>
      val field = classOf[ResourceListener].getDeclaredField(name)
      field.setAccessible(true)
      assert(field.get(listener).toString.matches("\\{\\}|.*Map\\(\\)"), field.get(listener))
    }
  }
}

/** Keeps all that Spark says of tasks, by what the local property of their job was. */
private class Spy extends SparkListener {
  private val jobs = new ConcurrentHashMap[Int, String]
  private val stages = new ConcurrentHashMap[Int, String]
  private val tasks = new ConcurrentHashMap[String, Vector[TaskMetrics]]

  override def onJobStart(event: SparkListenerJobStart): Unit =
    Option(event.properties.getProperty(Measuring.Property)).foreach { key =>
      jobs.put(event.jobId, key)
      event.stageIds.foreach(stages.putIfAbsent(_, key))
    }

  override def onTaskEnd(event: SparkListenerTaskEnd): Unit =
    Option(stages.get(event.stageId)).foreach { key =>
      tasks.merge(key, Vector(event.taskMetrics), _ ++ _)
    }

  def resources(key: String): Resources = {
    val metrics = tasks.get(key)
    Resources(
      executorCpuSeconds = metrics.map(_.executorCpuTime).sum / 1e9,
      executorRunSeconds = metrics.map(_.executorRunTime).sum / 1e3,
      jobs = jobs.values.toArray.count(_ == key).toLong,
      tasks = metrics.size.toLong,
      shuffleReadBytes = metrics.map(_.shuffleReadMetrics.totalBytesRead).sum,
      shuffleWriteBytes = metrics.map(_.shuffleWriteMetrics.bytesWritten).sum,
      inputBytes = metrics.map(_.inputMetrics.bytesRead).sum,
      peakExecutionMemoryBytes = metrics.map(_.peakExecutionMemory).max,
      jvmGcSeconds = metrics.map(_.jvmGCTime).sum / 1e3
    )
  }
}
