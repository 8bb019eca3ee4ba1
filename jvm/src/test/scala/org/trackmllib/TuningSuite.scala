package org.trackmllib

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files
import java.util.concurrent.{ExecutorService, Executors}

import org.apache.spark.SparkException
import org.apache.spark.ml.Pipeline
import org.apache.spark.ml.classification.LogisticRegression
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator
import org.apache.spark.ml.feature.RegexTokenizer
import org.apache.spark.ml.param.ParamMap
import org.apache.spark.ml.tuning.{CrossValidator, ParamGridBuilder, TrainValidationSplit}
import org.apache.spark.scheduler.{SparkListener, SparkListenerEvent}
import org.apache.spark.sql.Dataset

/** An exception whose every answer is an exception. */
class Unspeakable extends RuntimeException {
  override def getMessage: String = throw new IllegalStateException("getMessage")
  override def toString: String = throw new IllegalStateException("toString")
  override def hashCode: Int = throw new IllegalStateException("hashCode")
  override def equals(other: Any): Boolean = throw new IllegalStateException("equals")
  override def getCause: Throwable = throw new IllegalStateException("getCause")
}

/** What a tuning tells. */
class TuningSuite extends SparkSuite {
  private val lr = new LogisticRegression().setMaxIter(2)
  private val auc = new BinaryClassificationEvaluator()
  private val grid = new ParamGridBuilder()
    .addGrid(lr.regParam, Array(1.0, 0.0))
    .addGrid(lr.elasticNetParam, Array(0.5))
    .build()

  private def cv = new CrossValidator()
    .setEstimator(lr)
    .setEvaluator(auc)
    .setEstimatorParamMaps(grid)
    .setNumFolds(2)

  private def flaky(failsIn: String) = {
    val estimator = new Flaky()
    new CrossValidator()
      .setEstimator(estimator)
      .setEvaluator(new FlakyEvaluator())
      .setEstimatorParamMaps(
        new ParamGridBuilder().addGrid(estimator.failsIn, Array("nowhere", failsIn, "no")).build()
      )
      .setNumFolds(2)
  }

  journals.test("start, trials in Spark's order, and the end") { directory =>
    val tuner = cv
    val model = tracked(tuner)
    val all = events(directory)
    val start = all.head.asInstanceOf[TuningStarted]
    assertEquals(start.tuner, StageName("CrossValidator", tuner.uid))
    assertEquals(start.estimator, StageName("LogisticRegression", lr.uid))
    assertEquals(start.evaluator.className, "BinaryClassificationEvaluator")
    assertEquals(start.metric, "areaUnderROC")
    assertEquals(
      start.params.toSeq,
      Seq("numFolds" -> 2, "seed" -> tuner.getSeed, "parallelism" -> 1)
    )
    assertEquals(start.grid.map(_.name), Seq("elasticNetParam", "regParam"))
    assertEquals(start.trials, 2)
    assertEquals(start.applicationId, Some(spark.sparkContext.applicationId))
    assertEquals(
      trials(all),
      for {
        fold <- 0 to 1
        trial <- 0 to 1
        what <- Seq("started", "finished")
      } yield (what, fold, trial)
    )
    val metrics = all.collect { case e: TrialFinished => e.trial -> e.metric }
    val averages = metrics.groupBy(_._1).toSeq.sortBy(_._1).map(_._2.map(_._2).sum / 2)
    assertEquals(averages, model.avgMetrics.toSeq)
    val best = model.avgMetrics.indexOf(model.avgMetrics.max)
    assertEquals(all.last.asInstanceOf[TuningFinished].bestTrial, Some(best))
    // What is measured comes from another thread.
    val told = all.filterNot(_.isInstanceOf[TrialMeasured])
    assertEquals(told.map(_.time), told.map(_.time).sorted)
    assertEquals(all.size - told.size, 4)
  }

  journals.test("a subclass is told by its base, a train-validation split has fold 0") {
    directory =>
      val tuner = new TrainValidationSplit() {
        override def toString: String = "mine"
      }
      tracked(
        tuner.setEstimator(lr).setEvaluator(auc).setEstimatorParamMaps(grid).setParallelism(2)
      )
      val all = events(directory)
      val start = all.head.asInstanceOf[TuningStarted]
      assertEquals(start.tuner.className, "TrainValidationSplit")
      assertEquals(start.params.keys.toSeq, Seq("trainRatio", "seed", "parallelism"))
      assertEquals(trials(all).map(_._2).toSet, Set(0))
      assertEquals(trials(all).size, 4)
  }

  for (failsIn <- Seq("fit", "transform", "evaluate"); parallelism <- Seq(1, 3)) {
    journals.test(s"a trial that fails in $failsIn, parallelism $parallelism") { directory =>
      val tuner = flaky(failsIn).setParallelism(parallelism)
      val stock = intercept[SparkException](tuner.fit(data))
      val thrown = intercept[SparkException](tracked(tuner))
      assertEquals(thrown.getMessage, stock.getMessage)
      assert(thrown.getCause eq Flaky.error)
      eventually(trials(events(directory)).size == 6)
      val all = events(directory)
      val failed = all.collect { case e: TrialFailed => e }
      assertEquals(failed.map(e => (e.trial, e.error)), Seq(1 -> Flaky.error.toString))
      assertEquals(trials(all).filter(_._1 == "finished").map(_._3).sorted, Seq(0, 2))
      val end = all.collect { case e: TuningFailed => e }
      assertEquals(end.map(_.error), Seq(Flaky.error.toString))
      assert(!end.head.interrupted)
    }
  }

  journals.test(
    "a nested tuning tells in which trial it runs, also in a Pipeline and in the refit"
  ) { directory =>
    val inner = new TrainValidationSplit()
      .setEstimator(lr)
      .setEvaluator(auc)
      .setEstimatorParamMaps(grid.take(1))
    val outer = new CrossValidator()
      .setEstimator(new Pipeline().setStages(Array(new TrackedStage(inner))))
      .setEvaluator(auc)
      .setEstimatorParamMaps(Array(ParamMap.empty, ParamMap(lr.maxIter -> 1)))
      .setNumFolds(2)
      .setParallelism(2)
    tracked(outer)
    val starts = events(directory).collect { case e: TuningStarted => e }
    val top = starts.find(_.parent.isEmpty).get
    val parents = starts.flatMap(_.parent)
    assertEquals(parents.map(_.tuning).distinct, Seq(top.tuning))
    assertEquals(parents.map(_.trial.fold(-1)(identity)).sorted, Seq(-1, 0, 0, 1, 1))
    assert(TrialScope.current.isEmpty)
  }

  journals.test("a tuning in a thread that a trial starts is nested, until the trial is over") {
    directory =>
      var thread: ExecutorService = null
      def inner() = new TrainValidationSplit()
        .setEstimator(new Flaky())
        .setEvaluator(new FlakyEvaluator())
        .setEstimatorParamMaps(Array(ParamMap.empty))
      val estimator = new Flaky() {
        override def fit(dataset: Dataset[_]): FlakyModel = {
          thread = Executors.newSingleThreadExecutor()
          thread.submit(() => TrackMLlib.fit(inner(), dataset)).get()
          super.fit(dataset)
        }
        override def copy(extra: ParamMap): Flaky = this
      }
      tracked(
        new TrainValidationSplit()
          .setEstimator(estimator)
          .setEvaluator(new FlakyEvaluator())
          .setEstimatorParamMaps(Array(ParamMap.empty))
      )
      thread.submit(() => tracked(inner())).get()
      val parents = events(directory).collect { case e: TuningStarted => e.parent }
      assertEquals(parents.count(_.isEmpty), 2)
      assertEquals(parents.flatten.map(_.trial).toSet, Set[Option[Int]](None, Some(0)))
  }

  journals.test("the user's own exception from the refit") { directory =>
    val error = new SparkException(null, new Exception("the cause"))
    val estimator = new Flaky() {
      override def fit(dataset: Dataset[_]): FlakyModel =
        if (dataset eq data) throw error else super.fit(dataset)
      override def copy(extra: ParamMap): Flaky = this
    }
    val tuner = flaky("nowhere").setEstimator(estimator)
    assert(intercept[SparkException](tracked(tuner)) eq error)
    val end = events(directory).last.asInstanceOf[TuningFailed]
    assertEquals(end.error, error.toString)
  }

  journals.test("an Error in a trial, which Scala wraps before Spark does") { directory =>
    val error = new AssertionError("one of theirs")
    val tuner = flaky("nowhere").setEvaluator(new FlakyEvaluator() {
      override def evaluate(dataset: Dataset[_]): Double = throw error
    })
    assert(Failure.cause(intercept[SparkException](tracked(tuner))) eq error)
    val end = events(directory).collect { case e: TuningFailed => e.error }
    assertEquals(end, Seq(error.toString))
  }

  journals.test("an exception in a trial that answers nothing") { directory =>
    val tuner = flaky("nowhere").setEvaluator(new FlakyEvaluator() {
      override def evaluate(dataset: Dataset[_]): Double = throw new Unspeakable
    })
    val (stock, ours) =
      (intercept[Exception](tuner.fit(data)), intercept[Exception](tracked(tuner)))
    assertEquals(ours.getClass.getName, stock.getClass.getName)
    eventually(trials(events(directory)).size == 6)
    val failed = events(directory).collect { case e: TrialFailed => e.error }
    assertEquals(failed.distinct, Seq(classOf[Unspeakable].getName))
  }

  journals.test("secrets in the grid and in errors are never written") { directory =>
    val vault = new Vault
    val maps = Array(ParamMap(vault.password -> "hunter2"), ParamMap(vault.options -> Vault.Uri))
    val thrown = intercept[SparkException] {
      tracked(
        new CrossValidator()
          .setEstimator(vault)
          .setEvaluator(new FlakyEvaluator())
          .setNumFolds(2)
          .setEstimatorParamMaps(maps)
      )
    }
    assertEquals(thrown.getCause.getMessage, Vault.Uri) // the user's own is as it was
    val all = events(directory)
    val settings = all.collect { case e: TrialStarted => e.setting.map(s => s.name -> s.value) }
    assert(settings.contains(Seq("password" -> Redaction.Redacted)), settings)
    val hidden = s"jdbc:postgresql://${Redaction.Redacted}@db/x"
    assert(settings.contains(Seq("options" -> hidden)), settings)
    assert(all.collect { case e: TrialFailed => e.error }.exists(_.endsWith(hidden)))
    assert(all.collect { case e: TuningFailed => e.error }.forall(_.endsWith(hidden)))
    assert(
      files(directory).forall(file =>
        !new String(Files.readAllBytes(file), UTF_8).contains("hunter2")
      )
    )
  }

  test("params of Spark's own stages are no secrets") {
    val tokenizer = new RegexTokenizer().setInputCol("x")
    val map = ParamMap(tokenizer.minTokenLength -> 2)
    val tuned = new Grid(tokenizer, Array(map), new Redaction("(?i)token".r)).settings.toSeq
    assertEquals(tuned, Seq(Seq(SettingParam("RegexTokenizer", "minTokenLength", 2))))
    val foreign = new Grid(lr, Array(map), new Redaction("(?i)token".r)).settings.head.head
    assertEquals(foreign.value, Redaction.Redacted: Any) // nobody knows whose it is
  }

  journals.test("Spark's bus has the same events, without the tracking URI's password") {
    directory =>
      val heard = new java.util.concurrent.ConcurrentLinkedQueue[SparkListenerEvent]
      val listener = new SparkListener {
        override def onOtherEvent(event: SparkListenerEvent): Unit = event match {
          case e: TuningEvent => heard.add(e): Unit
          case _ =>
        }
      }
      spark.sparkContext.addSparkListener(listener)
      spark.conf.set("spark.trackmllib.trackingUri", "http://ann:pass@host:5000/x")
      try tracked(cv)
      finally spark.conf.unset("spark.trackmllib.trackingUri")
      val written = events(directory)
      // The bus is late: it may still have had events of an earlier test.
      def onBus =
        heard.toArray(Array.empty[TuningEvent]).toSeq.filter(_.tuning == written.head.tuning)
      eventually(onBus.size == written.size)
      spark.sparkContext.removeSparkListener(listener)
      // What is measured comes from another thread.
      assertEquals(onBus.tail.toSet, written.tail.toSet)
      val uris = Seq(onBus, written).map {
        _.head.asInstanceOf[TuningStarted].destination.trackingUri.get
      }
      assertEquals(uris, Seq("http://host:5000/x", "http://ann:pass@host:5000/x"))
  }

  journals.test("disabled by the session's conf, there is nothing") { directory =>
    spark.conf.set("spark.trackmllib.enabled", "false")
    try {
      assertEquals(fitOrNull(cv), null)
      tracked(cv)
    } finally spark.conf.unset("spark.trackmllib.enabled")
    assertEquals(files(directory), Nil)
  }

  private def eventually(condition: => Boolean): Unit = {
    val deadline = System.nanoTime + 10000000000L
    while (!condition && System.nanoTime < deadline) Thread.sleep(20)
    assert(condition)
  }
}
