package org.trackmllib.hook

import org.apache.spark.ml.{Pipeline, PipelineStage}
import org.apache.spark.ml.param.ParamMap
import org.apache.spark.ml.tuning.{CrossValidator, TrainValidationSplit}
import org.apache.spark.sql.SparkSession
import org.trackmllib.{Flaky, FlakyEvaluator}

/** An application that knows nothing of trackmllib but for its confs; in a JVM of its own. */
object HookedFitMain {
  def main(arguments: Array[String]): Unit = {
    val spark = SparkSession
      .builder()
      .master("local[1]")
      .config("spark.ui.enabled", false)
      .config("spark.extraListeners", "org.trackmllib.TuningListener")
      .config("spark.trackmllib.journalDir", arguments(0))
      .config("spark.trackmllib.python", "/no/such/python")
      .getOrCreate()
    val data = spark.range(20).toDF()
    val cv = new CrossValidator()
      .setEstimator(new Flaky())
      .setEvaluator(new FlakyEvaluator())
      .setEstimatorParamMaps(Array(ParamMap.empty))
      .setNumFolds(2)
    val models = Seq(
      cv.fit(data), // 1
      cv.fit(data, ParamMap(cv.numFolds -> 3)) // 2
    ) ++ cv.fit(data, Seq(ParamMap(cv.numFolds -> 2), ParamMap(cv.numFolds -> 3))) // 3, 4
    models.foreach(m => assert(m.parent.getClass == classOf[CrossValidator]))
    new Pipeline().setStages(Array[PipelineStage](cv)).fit(data) // 5
    new TrainValidationSplit() // 6, with 7 and 8 in it
      .setEstimator(cv)
      .setEvaluator(new FlakyEvaluator())
      .setEstimatorParamMaps(Array(ParamMap.empty))
      .fit(data)
    spark.stop()
  }
}
