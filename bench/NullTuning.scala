import org.apache.spark.ml.{Estimator, Model}
import org.apache.spark.ml.evaluation.Evaluator
import org.apache.spark.ml.param.{IntParam, ParamMap}
import org.apache.spark.ml.tuning.{ParamGridBuilder, TrainValidationSplit}
import org.apache.spark.ml.util.Identifiable
import org.apache.spark.sql.{DataFrame, Dataset, SparkSession}
import org.apache.spark.sql.types.StructType

class NullModel(override val uid: String) extends Model[NullModel] {
  override def transform(dataset: Dataset[_]): DataFrame = dataset.toDF()
  override def transformSchema(schema: StructType): StructType = schema
  override def copy(extra: ParamMap): NullModel = this
}

/** Learns nothing, for a while. */
class Null(override val uid: String, millis: Long) extends Estimator[NullModel] {
  val size = new IntParam(this, "size", "")
  override def fit(dataset: Dataset[_]): NullModel = {
    Thread.sleep(millis)
    new NullModel(uid)
  }
  override def transformSchema(schema: StructType): StructType = schema
  override def copy(extra: ParamMap): Null = this
}

class NullEvaluator(override val uid: String) extends Evaluator {
  override def evaluate(dataset: Dataset[_]): Double = 0.5
  override def copy(extra: ParamMap): NullEvaluator = this
}

/**
 * Fits the same null tuning, untracked and tracked in turn, and prints the seconds of each; then a
 * slower one, whose events do not have to queue.
 */
object NullTuning {
  def main(args: Array[String]): Unit = {
    val Array(trials, rounds) = args.map(_.toInt)
    val spark = SparkSession.builder().getOrCreate()
    for (_ <- 0 to rounds; tracked <- Seq(false, true)) {
      spark.conf.set("spark.trackmllib.enabled", tracked.toString)
      println(s"tracked=$tracked seconds=${seconds(spark, trials)}")
    }
    Thread.sleep(30000) // until the sidecar has taken all that in
    seconds(spark, trials, millis = 10)
    spark.stop()
  }

  /** What a fit takes, in which each trial learns nothing for some milliseconds. */
  def seconds(spark: SparkSession, trials: Int, millis: Long = 0): Double = {
    val rows = spark.range(10).cache()
    rows.count()
    val estimator = new Null(Identifiable.randomUID("null"), millis)
    val began = System.nanoTime
    new TrainValidationSplit()
      .setEstimator(estimator)
      .setEvaluator(new NullEvaluator(Identifiable.randomUID("null")))
      .setEstimatorParamMaps(new ParamGridBuilder().addGrid(estimator.size, 1 to trials).build())
      .fit(rows)
    (System.nanoTime - began) / 1e9
  }
}
