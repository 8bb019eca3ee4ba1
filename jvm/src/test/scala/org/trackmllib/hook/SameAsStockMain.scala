package org.trackmllib.hook

import org.apache.spark.ml.{
  Estimator,
  FitsAlone,
  FitsInAThread,
  FitsTwice,
  Pipeline,
  PipelineStage,
  Transformer
}
import org.apache.spark.ml.param.ParamMap
import org.apache.spark.ml.tuning.TrainValidationSplit
import org.apache.spark.sql.{DataFrame, SparkSession}
import org.trackmllib.{Shown, SparkSuite}
import org.trackmllib.VariedTuners.{cv, grid, line, rmse, tvs}

/** Says what `fit` gives tracked and untracked, called in each of its ways; in a JVM of its own. */
object SameAsStockMain {
  def main(arguments: Array[String]): Unit = {
    val spark = SparkSession
      .builder()
      .master("local[1]")
      .config("spark.ui.enabled", false)
      // Small data: less to compile and to plan.
      .config("spark.sql.shuffle.partitions", 1)
      .config("spark.sql.codegen.wholeStage", false)
      .config("spark.sql.adaptive.enabled", false)
      .config("spark.extraListeners", "org.trackmllib.TuningListener")
      .config("spark.trackmllib.journalDir", arguments(0))
      .config("spark.trackmllib.python", "/no/such/python")
      .getOrCreate()
    val data = SparkSuite.data
    spark.conf.set("spark.trackmllib.instrument", true) // its suites have it off
    ways.foreach { case (name, fit) =>
      val shown = Seq(true, false).map { tracked =>
        spark.conf.set("spark.trackmllib.enabled", tracked)
        fit(data).flatMap(Shown(_, data))
      }
      val different = shown(0).zipAll(shown(1), "-", "-").filter { case (a, b) => a != b }
      println(s"$name: ${shown(0).size} lines, different: ${different.mkString("\n")}")
    }
    spark.stop()
  }

  private type Fit = DataFrame => Seq[Transformer]

  private def ways: Seq[(String, Fit)] = {
    val validation = cv(line, rmse, grid)
    val split: TrainValidationSplit = tvs(line, rmse, grid).setCollectSubModels(true)
    val stage = new Pipeline().setStages(Array[PipelineStage](validation))
    def plain(tuner: Estimator[_ <: Transformer]): Fit = data => Seq(tuner.fit(data))
    Seq(
      "CV" -> plain(validation),
      "TVS" -> plain(split),
      "a pipeline" -> plain(stage),
      "a map" -> (data => Seq(validation.fit(data, ParamMap(validation.numFolds -> 3)))),
      "pairs" -> (data => Seq(split.fit(data, split.trainRatio -> 0.5, split.seed -> 1L))),
      "maps" -> { data =>
        validation.fit(data, Seq(ParamMap(validation.seed -> 1L), ParamMap.empty))
      },
      "a fit of its own, and Spark's" -> plain(new FitsTwice),
      "a fit of its own, and Spark's in a thread" -> plain(new FitsInAThread),
      "a fit of its own" -> plain(new FitsAlone)
    )
  }
}
