package org.trackmllib

import java.nio.file.{Files, Path}

import org.apache.spark.ml.Model
import org.apache.spark.ml.linalg.Vectors
import org.apache.spark.ml.tuning.{
  CrossValidator,
  CrossValidatorModel,
  TrackedTuners,
  TrainValidationSplit,
  TrainValidationSplitModel
}
import org.apache.spark.sql.{DataFrame, SparkSession}

/** A real Spark, and no sidecar: what a tuning tells is read from its journal. */
abstract class SparkSuite extends munit.FunSuite {
  override val munitTimeout = scala.concurrent.duration.Duration(700, "s")

  lazy val spark: SparkSession = SparkSuite.spark
  lazy val data: DataFrame = SparkSuite.data
  val journals = FunFixture[Path](
    setup = { _ =>
      val directory = Files.createTempDirectory("journals")
      spark.conf.set("spark.trackmllib.journalDir", directory.toString)
      spark.conf.set("spark.trackmllib.python", "/no/such/python")
      directory
    },
    teardown = { _ =>
      spark.conf.unset("spark.trackmllib.journalDir")
      spark.conf.unset("spark.trackmllib.python")
    }
  )

  def tracked(tuner: CrossValidator): CrossValidatorModel = TrackMLlib.fit(tuner, data)
  def tracked(tuner: TrainValidationSplit): TrainValidationSplitModel = TrackMLlib.fit(tuner, data)

  def fitOrNull(tuner: CrossValidator): Model[_] =
    TrackedTuners.fitOrNull(tuner, data, byHook = false)

  /** All events in the journals of a directory, a tuning's in their order. */
  def events(directory: Path): Seq[TuningEvent] =
    files(directory)
      .flatMap(Files.readAllLines(_).toArray(Array.empty[String]))
      .map(EventJson.read)

  def files(directory: Path): Seq[Path] =
    directory.toFile.listFiles.toSeq.map(_.toPath)

  def trials(events: Seq[TuningEvent]): Seq[(String, Int, Int)] = events.collect {
    case e: TrialStarted => ("started", e.fold.get, e.trial)
    case e: TrialFinished => ("finished", e.fold.get, e.trial)
    case e: TrialFailed => ("failed", e.fold.get, e.trial)
  }
}

object SparkSuite {
  lazy val spark: SparkSession = {
    val session = SparkSession
      .builder()
      .master("local[2,2]") // a task that fails is tried once more
      .appName("digits")
      .config("spark.ui.enabled", false)
      // The hook would make stock's fit ours; it has suites of its own.
      .config("spark.trackmllib.instrument", false)
      .config("spark.redaction.regex", "(?i)secret|password|token|elasticNet")
      // Small data: less to compile and to plan.
      .config("spark.sql.shuffle.partitions", 1)
      .config("spark.sql.codegen.wholeStage", false)
      .config("spark.sql.adaptive.enabled", false)
      .getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session
  }

  lazy val data: DataFrame = {
    val random = new scala.util.Random(1)
    val rows = Seq.tabulate(120) { i =>
      val (x, y) = (random.nextDouble(), random.nextDouble())
      val label = if (x + 0.3 * random.nextGaussian() > 0.5) 1.0 else 0.0
      (label, Vectors.dense(x, y), i % 2, 1.0 + i % 2)
    }
    spark.createDataFrame(rows).toDF("label", "features", "fold", "weight").coalesce(1).cache()
  }
}
