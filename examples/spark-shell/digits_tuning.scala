// A tuning in spark-shell, started where digits.json is (examples/digits.py writes it):
//
//   spark-shell --jars "$(trackmllib jar)" \
//     --conf spark.extraListeners=org.trackmllib.TuningListener -i digits_tuning.scala

import org.apache.spark.ml.classification.LogisticRegression
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator
import org.apache.spark.ml.functions.array_to_vector
import org.apache.spark.ml.tuning.{ParamGridBuilder, TrainValidationSplit}
import org.trackmllib.TrackMLlib

val digits = spark.read
  .schema("digit STRING, fold INT, pixels ARRAY<DOUBLE>")
  .json("digits.json")
  .select(col("digit").cast("double").as("label"), array_to_vector(col("pixels")).as("features"))
  .cache()

val regression = new LogisticRegression().setMaxIter(20)
val split = new TrainValidationSplit()
  .setEstimator(regression)
  .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
  .setEstimatorParamMaps(
    new ParamGridBuilder().addGrid(regression.regParam, Array(0.001, 0.01, 0.1)).build()
  )
  .setTrainRatio(0.75)
  .setSeed(42)
val model = split.fit(digits)

println(s"accuracies: ${model.validationMetrics.mkString(", ")}; run ${TrackMLlib.lastRunId.get}")
