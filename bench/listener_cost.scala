// What trackmllib's listeners cost an application of 100,000 tasks that tunes nothing, or has tuned.
//
//   spark-shell --master 'local[1]' --jars "$(trackmllib jar)" \
//     --conf spark.extraListeners=org.trackmllib.TuningListener -i bench/listener_cost.scala

object ListenerCost {
  import org.apache.spark.{SparkContext, SparkInternals, Success}
  import org.apache.spark.executor.TaskMetrics
  import org.apache.spark.ml.classification.LogisticRegression
  import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator
  import org.apache.spark.ml.linalg.Vectors
  import org.apache.spark.ml.param.ParamMap
  import org.apache.spark.ml.tuning.TrainValidationSplit
  import org.apache.spark.scheduler._
  import org.apache.spark.sql.SparkSession

  private val Tasks = 100000
  private val names =
    Seq("org.trackmllib.TuningListener", "org.trackmllib.resources.ResourceListener")

  /** Those of ours that are on Spark's bus. */
  private def ours(sc: SparkContext): Seq[SparkListener] = names.flatMap { name =>
    val kind = Class.forName(name, true, Thread.currentThread.getContextClassLoader)
    SparkInternals.listenerOf(sc, kind.asInstanceOf[Class[SparkListener]])
  }

  private def nanosOfTask(listeners: Seq[SparkListener]): Double = {
    val begin = System.nanoTime
    for (task <- 0 until Tasks) {
      val info = new TaskInfo(
        task, task, 0, task, 0L, "1", "host", TaskLocality.ANY, speculative = false)
      val start = SparkListenerTaskStart(1000000 + task / 100, 0, info)
      val end = SparkListenerTaskEnd(
        1000000 + task / 100, 0, "ResultTask", Success, info, null, null)
      listeners.foreach { listener =>
        listener.onTaskStart(start)
        listener.onTaskEnd(end)
      }
    }
    (System.nanoTime - begin).toDouble / Tasks
  }

  private def usedBytes: Long = {
    System.gc()
    Runtime.getRuntime.totalMemory - Runtime.getRuntime.freeMemory
  }

  /** The median of rounds, less what a round costs that calls no listener. */
  private def report(when: String, sc: SparkContext): Unit = {
    val listeners = ours(sc)
    val before = usedBytes
    val rounds = Seq.fill(15)((nanosOfTask(Nil), nanosOfTask(listeners))).drop(4)
    val cost = rounds.map { case (none, some) => some - none }.sorted.apply(rounds.size / 2)
    val grown = (usedBytes - before) / 1024
    println(s"$when: ${listeners.map(_.getClass.getSimpleName).mkString(", ")};"
      + f" $cost%.0f ns a task, heap ${grown}%+d KiB after ${15 * Tasks} tasks")
  }

  def run(spark: SparkSession): Unit = {
    report("no tuning", spark.sparkContext)
    val rows = (0 until 100).map(i => (i % 2 * 1.0, Vectors.dense(i.toDouble)))
    spark.conf.set("spark.trackmllib.python", "/no/such/python")
    new TrainValidationSplit()
      .setEstimator(new LogisticRegression().setMaxIter(1))
      .setEvaluator(new BinaryClassificationEvaluator())
      .setEstimatorParamMaps(Array(ParamMap.empty))
      .fit(spark.createDataFrame(rows).toDF("label", "features"))
    report("after a tuning", spark.sparkContext)
  }
}

ListenerCost.run(spark)
System.exit(0)
