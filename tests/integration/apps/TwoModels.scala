import java.util.concurrent.{Callable, Executors}

import org.apache.spark.ml.Estimator
import org.apache.spark.ml.classification.{DecisionTreeClassifier, LogisticRegression}
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator
import org.apache.spark.ml.feature.VectorAssembler
import org.apache.spark.ml.param.ParamMap
import org.apache.spark.ml.tuning.{TrainValidationSplit, TrainValidationSplitModel}
import org.apache.spark.sql.{DataFrame, SparkSession}

/** Two tunings at the same time. */
object TwoModels {

  def main(args: Array[String]): Unit = {
    val spark = SparkSession.builder().appName("two-models").getOrCreate()
    val flat = spark.read.option("header", "true").option("inferSchema", "true").csv(args(0))
    val data = new VectorAssembler()
      .setInputCols(Array("a", "b", "c"))
      .setOutputCol("features")
      .transform(flat)
    val estimators = Seq(new DecisionTreeClassifier().setSeed(7), new LogisticRegression())
    val pool = Executors.newFixedThreadPool(2)
    val fits = estimators.map { estimator =>
      pool.submit(new Callable[TrainValidationSplitModel] {
        override def call(): TrainValidationSplitModel = fit(estimator, data)
      })
    }
    for (model <- fits.map(_.get)) {
      val right = model.transform(data).where("prediction = label").count()
      println(s"${model.bestModel.getClass.getSimpleName}: $right")
    }
    pool.shutdown()
    spark.stop()
  }

  private def fit(estimator: Estimator[_], data: DataFrame): TrainValidationSplitModel =
    new TrainValidationSplit()
      .setEstimator(estimator)
      .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
      .setEstimatorParamMaps(Array(ParamMap.empty))
      .setSeed(7)
      .fit(data)
}
