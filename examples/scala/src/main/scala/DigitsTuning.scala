import org.apache.spark.ml.Pipeline
import org.apache.spark.ml.classification.DecisionTreeClassifier
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator
import org.apache.spark.ml.feature.StringIndexer
import org.apache.spark.ml.functions.array_to_vector
import org.apache.spark.ml.tuning.{CrossValidator, ParamGridBuilder}
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.functions.col

/** Tunes a decision tree on handwritten digits. Not a line of it is about tracking. */
object DigitsTuning {

  def main(args: Array[String]): Unit = {
    val spark = SparkSession.builder().appName("digits").getOrCreate()

    val digits = spark.read
      .schema("digit STRING, fold INT, pixels ARRAY<DOUBLE>")
      .json(args(0))
      .select(col("digit"), col("fold"), array_to_vector(col("pixels")).as("features"))

    val indexer = new StringIndexer()
      .setInputCol("digit")
      .setOutputCol("label")
      .setStringOrderType("alphabetAsc")
    val tree = new DecisionTreeClassifier().setSeed(42)
    val grid = new ParamGridBuilder()
      .addGrid(tree.maxDepth, Array(2, 3, 4, 5, 6, 7, 8))
      .addGrid(tree.maxBins, Array(2, 4, 8))
      .build()

    val cv = new CrossValidator()
      .setEstimator(new Pipeline().setStages(Array(indexer, tree)))
      .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("weightedPrecision"))
      .setEstimatorParamMaps(grid)
      .setNumFolds(3)
      .setFoldCol("fold")
      .setSeed(42)
      .setParallelism(2)
    val model = cv.fit(digits)

    println(f"best weightedPrecision: ${model.avgMetrics.max}%.4f")
    spark.stop()
  }
}
