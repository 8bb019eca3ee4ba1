import org.apache.spark.ml.classification.DecisionTreeClassifier
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator
import org.apache.spark.ml.feature.VectorAssembler
import org.apache.spark.ml.tuning.{ParamGridBuilder, TrainValidationSplit}
import org.apache.spark.sql.SparkSession

/**
 * The same tuning in one application after the other, each with an event log of another kind. Only
 * the first finds MLflow.
 */
object EventLogs {
  private val kinds = Seq(
    "live" -> Map("compress" -> "false"),
    "rolling" -> Map("compress" -> "false", "rolling" -> "true"),
    "zstd-rolling" -> Map("codec" -> "zstd", "rolling" -> "true"),
    "zstd" -> Map("codec" -> "zstd"),
    "lz4" -> Map("codec" -> "lz4"),
    "lzf" -> Map("codec" -> "lzf"),
    "snappy" -> Map("codec" -> "snappy")
  )

  def main(args: Array[String]): Unit = kinds.foreach { case (name, kind) =>
    val directory = new java.io.File(args(1), name)
    directory.mkdirs()
    val spark = SparkSession
      .builder()
      .appName(name)
      .config("spark.trackmllib.experimentName", name)
      .config("spark.trackmllib.trackingUri", if (name == "live") "" else "http://127.0.0.1:9")
      .config("spark.eventLog.enabled", "true")
      .config("spark.eventLog.dir", directory.toURI.toString)
      .config("spark.eventLog.compress", kind.getOrElse("compress", "true"))
      .config("spark.eventLog.compression.codec", kind.getOrElse("codec", "zstd"))
      .config("spark.eventLog.rolling.enabled", kind.getOrElse("rolling", "false"))
      .config("spark.eventLog.rolling.maxFileSize", "10m")
      .getOrCreate()
    val flat = spark.read.option("header", "true").option("inferSchema", "true").csv(args(0))
    val tree = new DecisionTreeClassifier().setSeed(7)
    new TrainValidationSplit()
      .setEstimator(tree)
      .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
      .setEstimatorParamMaps(new ParamGridBuilder().addGrid(tree.maxDepth, 1 to 2).build())
      .setSeed(7)
      .fit(
        new VectorAssembler()
          .setInputCols(Array("a", "b", "c"))
          .setOutputCol("features")
          .transform(flat)
      )
    spark.stop()
  }
}
