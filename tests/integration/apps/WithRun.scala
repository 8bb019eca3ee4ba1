import org.apache.spark.ml.classification.DecisionTreeClassifier
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator
import org.apache.spark.ml.feature.VectorAssembler
import org.apache.spark.ml.tuning.{CrossValidator, ParamGridBuilder}
import org.apache.spark.sql.SparkSession
import org.trackmllib.TrackMLlib

/** Tunings under runs of one's own, by the Scala API. */
object WithRun {

  def main(args: Array[String]): Unit = {
    val spark = SparkSession.builder().appName("with-run").getOrCreate()
    val flat = spark.read.option("header", "true").option("inferSchema", "true").csv(args(0))
    val data = new VectorAssembler()
      .setInputCols(Array("a", "b", "c"))
      .setOutputCol("features")
      .transform(flat)
    val tree = new DecisionTreeClassifier().setSeed(7)
    def cv(folds: Int) = new CrossValidator()
      .setEstimator(tree)
      .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
      .setEstimatorParamMaps(new ParamGridBuilder().addGrid(tree.maxDepth, Array(1, 3)).build())
      .setNumFolds(folds)
      .setSeed(7)

    val id = TrackMLlib.withRun("nightly") { run =>
      cv(2).fit(data)
      cv(2).fit(data)
      cv(3).fit(data)
      run.id
    }
    println(s"withRun: $id, last: ${TrackMLlib.lastRunId}")
    TrackMLlib.withRunId(id) { cv(2).fit(data) }
    TrackMLlib.fit(cv(2), data)
    println(s"last: ${TrackMLlib.lastRunId}")
    TrackMLlib.withRun("nested") { _ =>
      val inner = cv(2)
      val grid = new ParamGridBuilder().addGrid(tree.maxBins, Array(4, 8)).build()
      cv(2).setEstimator(inner).setEstimatorParamMaps(grid).fit(data)
    }
    try TrackMLlib.withRun("doomed") { _ => sys.error("mine") }
    catch { case error: RuntimeException => println(s"caught: ${error.getMessage}") }
    spark.stop()
  }
}
