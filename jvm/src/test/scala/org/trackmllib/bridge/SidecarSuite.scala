package org.trackmllib.bridge

import java.nio.file.{Files, Path}

import org.apache.spark.ml.param.ParamMap
import org.apache.spark.ml.tuning.{CrossValidator, ParamGridBuilder}
import org.trackmllib.{Flaky, FlakyEvaluator, Forked, Python, SparkSuite, TrackMLlib}

/** The whole way with the real sidecar, in a Python that has MLflow. */
class SidecarSuite extends SparkSuite {
  private val directory = FunFixture[Path](
    setup = { _ =>
      val directory = Files.createTempDirectory("sidecar")
      spark.conf.set("spark.trackmllib.journalDir", directory.resolve("journals").toString)
      spark.conf.set("spark.trackmllib.python", Python.path)
      spark.conf.set("spark.trackmllib.trackingUri", s"sqlite:///$directory/mlflow.db")
      directory
    },
    teardown = { _ =>
      Seq("journalDir", "python", "trackingUri").foreach(c => spark.conf.unset(s"spark.trackmllib.$c"))
      Bridge.stop()
    }
  )

  private val estimator = new Flaky()
  private def cv(failsIn: String*) = new CrossValidator()
    .setEstimator(estimator)
    .setEvaluator(new FlakyEvaluator())
    .setEstimatorParamMaps(
      new ParamGridBuilder().addGrid(estimator.failsIn, failsIn).build()
    )
    .setNumFolds(2)

  private def runs(directory: Path): Seq[String] = {
    val script =
      """import sys, mlflow
        |client = mlflow.MlflowClient(sys.argv[1])
        |for run in sorted(client.search_runs(["0"]), key=lambda r: r.info.start_time):
        |    print("run", run.info.run_id, run.info.status, run.data.tags.get("mlflow.parentRunId", "-"))
        |""".stripMargin
    Forked
      .run(Python.path, "-c", script, s"sqlite:///$directory/mlflow.db")
      .linesIterator
      .filter(_.startsWith("run "))
      .toSeq
  }

  private def whole(name: String)(body: Path => Unit): Unit = directory.test(name) { directory =>
    assume(Python.has("mlflow, py4j"), "PYSPARK_PYTHON names no Python that has MLflow")
    body(directory)
  }

  private def sidecarPid(): String = {
    val own = java.lang.management.ManagementFactory.getRuntimeMXBean.getName.takeWhile(_ != '@')
    Forked.run("pgrep", "-P", own, "-f", "trackmllib.sidecar").trim
  }

  whole("at the end of fit everything is in MLflow, and the journal is gone") { directory =>
    tracked(cv("no", "nowhere"))
    assertEquals(files(directory.resolve("journals")), Nil)
    val main = TrackMLlib.lastRunId.get
    val logged = runs(directory)
    assertEquals(logged.count(_ == s"run $main FINISHED -"), 1)
    assertEquals(logged.count(_.endsWith(s" FINISHED $main")), 2)
  }

  whole("withRun makes a run that the tunings are logged in, and ends it") { directory =>
    val id = TrackMLlib.withRun("nightly") { run =>
      tracked(cv("no"))
      tracked(cv("nowhere"))
      assertEquals(TrackMLlib.lastRunId, Some(run.id))
      run.id
    }
    intercept[IllegalStateException](TrackMLlib.withRun("bad")(_ => throw Flaky.error))
    val logged = runs(directory)
    assertEquals(logged.count(_ == s"run $id FINISHED -"), 1)
    assertEquals(logged.count(_.endsWith(s" FINISHED $id")), 2)
    assertEquals(logged.count(_.endsWith(" FAILED -")), 1)
  }

  whole("a sidecar that is killed is started again, and nothing is lost or there twice") { directory =>
    TrackMLlib.withRun("first")(_ => tracked(cv("no")))
    val killer = new Flaky() {
      override def fit(dataset: org.apache.spark.sql.Dataset[_]) = {
        if (sidecarPid() != "") Forked.run("kill", "-9", sidecarPid().split("\n").head)
        super.fit(dataset)
      }
      override def copy(extra: ParamMap): Flaky = this
    }
    tracked(cv("no", "nowhere").setEstimator(killer))
    val main = TrackMLlib.lastRunId.get
    assertEquals(runs(directory).count(_.endsWith(s" FINISHED $main")), 2)
    assertEquals(files(directory.resolve("journals")), Nil)
  }
}
