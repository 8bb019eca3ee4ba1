package org.trackmllib

import java.nio.file.Path

import org.apache.spark.ml.{FitsAlone, FitsTwice}
import org.apache.spark.ml.param.ParamMap
import org.apache.spark.ml.tuning.{CrossValidator, CrossValidatorModel, TrainValidationSplit}
import org.apache.spark.sql.Dataset

/** The API where there is no MLflow: blocks run, and give what they give. */
class TrackMLlibSuite extends SparkSuite {
  private val cv = new CrossValidator()
    .setEstimator(new Flaky())
    .setEvaluator(new FlakyEvaluator())
    .setEstimatorParamMaps(Array(ParamMap.empty))
    .setNumFolds(2)

  private val tvs = new TrainValidationSplit()
    .setEstimator(new Flaky())
    .setEvaluator(new FlakyEvaluator())
    .setEstimatorParamMaps(Array(ParamMap.empty))

  private def activeRuns(directory: Path) =
    events(directory).collect { case e: TuningStarted => e.destination.runId }

  journals.test("the blocks' values and exceptions are the user's") { _ =>
    assertEquals(TrackMLlib.withRun("nightly")(run => run.name), "nightly")
    val thrown = new Exception("mine")
    val caught = intercept[Exception](TrackMLlib.withRun("nightly")(_ => throw thrown))
    assert(caught eq thrown)
    assertEquals(TrackMLlib.withRunId("1")(7), 7)
  }

  journals.test("a tuning is logged in the innermost run of its thread") { directory =>
    TrackMLlib.withRunId("outer") {
      TrackMLlib.withRunId("inner")(tracked(cv))
      tracked(cv)
    }
    tracked(cv)
    assertEquals(
      activeRuns(directory).sortBy(_.getOrElse("")),
      Seq(None, Some("inner"), Some("outer"))
    )
  }

  for (tuner <- Seq(new FitsTwice, new FitsAlone))
    journals.test(s"a subclass's own fit, logged from its model: ${tuner.uid}") { directory =>
      val stock = tuner.fit(data)
      assertEquals(tracked(tuner).avgMetrics.toSeq, stock.avgMetrics.toSeq)
      val all = events(directory)
      assertEquals(all.collect { case e: TrialFinished => e.metric }, stock.avgMetrics.toSeq)
      val best = all.collect { case e: TuningFinished => e.bestTrial }
      assertEquals(best, Seq(Option(stock.avgMetrics.indexOf(stock.avgMetrics.min))))
    }

  journals.test("a subclass's own fit that fails") { directory =>
    val error = new Exception("its own")
    val tuner = new FitsAlone() {
      override def fit(dataset: Dataset[_]): CrossValidatorModel = throw error
    }
    assert(intercept[Exception](tracked(tuner)) eq error)
    assertEquals(events(directory).collect { case e: TuningFailed => e.error }, Seq(error.toString))
  }

  journals.test("Java has all of it") { directory =>
    val uids = cv.uid + cv.uid + tvs.uid + "name"
    assertEquals(JavaApi.all(cv, tvs, data).stripSuffix("true").stripSuffix("false"), uids)
    assertEquals(activeRuns(directory).flatten, Seq("123", "123"))
  }
}
