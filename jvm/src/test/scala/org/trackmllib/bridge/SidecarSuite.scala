package org.trackmllib.bridge

import java.nio.file.Files
import java.util.concurrent.atomic.AtomicBoolean

import org.apache.spark.ml.param.ParamMap
import org.apache.spark.ml.tuning.{CrossValidator, ParamGridBuilder}
import org.apache.spark.sql.Dataset
import org.trackmllib.{Flaky, FlakyEvaluator, FlakyModel, Forked, Python, SparkSuite, TrackMLlib}

/** The whole way with the real sidecar, in a Python that has MLflow. */
class SidecarSuite extends SparkSuite {
  // One for all tests: a new store takes MLflow some seconds.
  private lazy val directory = Files.createTempDirectory("sidecar")
  private lazy val store = s"sqlite:///$directory/mlflow.db"

  override def afterAll(): Unit = {
    Seq("journalDir", "python", "trackingUri").foreach(c =>
      spark.conf.unset(s"spark.trackmllib.$c")
    )
    Bridge.stop()
  }

  private val estimator = new Flaky()
  private def cv(failsIn: String*) = new CrossValidator()
    .setEstimator(estimator)
    .setEvaluator(new FlakyEvaluator())
    .setEstimatorParamMaps(
      new ParamGridBuilder().addGrid(estimator.failsIn, failsIn).build()
    )
    .setNumFolds(2)

  private def runs(): Seq[String] = {
    val script =
      """import sys, mlflow
        |client = mlflow.MlflowClient(sys.argv[1])
        |for run in sorted(client.search_runs(["0"]), key=lambda r: r.info.start_time):
        |    print("run", run.info.run_id, run.info.status, run.data.tags.get("mlflow.parentRunId", "-"))
        |""".stripMargin
    Forked
      .run(Python.path, "-c", script, store)
      .linesIterator
      .filter(_.startsWith("run "))
      .toSeq
  }

  private def whole(name: String)(body: => Unit): Unit = test(name) {
    assume(Python.has("mlflow, py4j"), "PYSPARK_PYTHON names no Python that has MLflow")
    spark.conf.set("spark.trackmllib.journalDir", s"$directory/journals")
    spark.conf.set("spark.trackmllib.python", Python.path)
    spark.conf.set("spark.trackmllib.trackingUri", store)
    body
    assertEquals(files(directory.resolve("journals")), Nil)
  }

  private def killSidecar(): Unit = {
    val own = java.lang.management.ManagementFactory.getRuntimeMXBean.getName.takeWhile(_ != '@')
    Forked.run("kill", "-9", Forked.run("pgrep", "-P", own, "-f", "trackmllib.sidecar").trim): Unit
  }

  whole("at the end of fit everything is in MLflow, and the journal is gone") {
    tracked(cv("no", "nowhere"))
    val main = TrackMLlib.lastRunId.get
    val logged = runs()
    assertEquals(logged.count(_ == s"run $main FINISHED -"), 1)
    assertEquals(logged.count(_.endsWith(s" FINISHED $main")), 2)
  }

  whole("withRun makes a run that the tunings are logged in, and ends it") {
    val id = TrackMLlib.withRun("nightly") { run =>
      tracked(cv("no"))
      tracked(cv("nowhere"))
      assertEquals(TrackMLlib.lastRunId, Some(run.id))
      run.id
    }
    intercept[IllegalStateException](TrackMLlib.withRun("bad")(_ => throw Flaky.error))
    val logged = runs()
    assertEquals(logged.count(_ == s"run $id FINISHED -"), 1)
    assertEquals(logged.count(_.endsWith(s" FINISHED $id")), 2)
    assertEquals(logged.count(_.endsWith(" FAILED -")), 1)
  }

  whole("a sidecar that is killed is started again, and nothing is lost or there twice") {
    TrackMLlib.withRun("first")(_ => tracked(cv("no")))
    val killed = new AtomicBoolean
    val killer = new Flaky() {
      override def fit(dataset: Dataset[_]): FlakyModel = {
        if (killed.compareAndSet(false, true)) killSidecar()
        super.fit(dataset)
      }
      override def copy(extra: ParamMap): Flaky = this
    }
    tracked(cv("no", "nowhere").setEstimator(killer))
    assert(killed.get)
    val main = TrackMLlib.lastRunId.get
    assertEquals(runs().count(_.endsWith(s" FINISHED $main")), 2)
  }
}
