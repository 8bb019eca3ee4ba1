import scala.collection.JavaConverters._

import org.apache.spark.ml.classification.DecisionTreeClassifier
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator
import org.apache.spark.ml.feature.VectorAssembler
import org.apache.spark.ml.tuning.{CrossValidator, ParamGridBuilder}
import org.apache.spark.sql.SparkSession

/** One stock tuning, which says what it got and what runs in its process. */
object OneTuning {

  def main(args: Array[String]): Unit = {
    val spark = SparkSession.builder().appName("one-tuning").getOrCreate()
    val flat = spark.read.option("header", "true").option("inferSchema", "true").csv(args(0))
    val data = new VectorAssembler()
      .setInputCols(Array("a", "b", "c"))
      .setOutputCol("features")
      .transform(flat)
    val trials = if (args.length > 1) args(1).toInt else 2
    val tree = new DecisionTreeClassifier().setSeed(7)
    val model = new CrossValidator()
      .setEstimator(tree)
      .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
      .setEstimatorParamMaps(new ParamGridBuilder().addGrid(tree.maxDepth, 1 to trials).build())
      .setNumFolds(2)
      .setFoldCol("inner")
      .fit(data)
    println(s"metrics: ${model.avgMetrics.mkString("[", ", ", "]")}")
    val threads = Thread.getAllStackTraces.keySet.asScala.map(_.getName)
    println(s"threads: ${threads.count(_.contains("trackmllib"))}")
    val children = ProcessHandle.current.children.iterator.asScala
    println(s"children: ${children.count(_.info.commandLine.orElse("").contains("trackmllib"))}")
    println(s"hook: ${java.security.Security.getProvider("trackmllib") != null}")
    spark.stop()
  }
}
