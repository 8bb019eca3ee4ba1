package org.trackmllib

import org.apache.spark.ml.{Estimator, Model}
import org.apache.spark.ml.evaluation.Evaluator
import org.apache.spark.ml.param.{Param, ParamMap}
import org.apache.spark.ml.util.Identifiable
import org.apache.spark.sql.{DataFrame, Dataset}
import org.apache.spark.sql.types.StructType

/** Trains nothing, and fails where its param says: in `fit`, `transform` or `evaluate`. */
class Flaky(override val uid: String = Identifiable.randomUID("flaky"))
    extends Estimator[FlakyModel] {
  val failsIn = new Param[String](this, "failsIn", "where it fails")
  setDefault(failsIn, "nowhere")

  override def fit(dataset: Dataset[_]): FlakyModel = {
    Flaky.failIf($(failsIn) == "fit")
    copyValues(new FlakyModel(uid, $(failsIn)).setParent(this))
  }
  override def transformSchema(schema: StructType): StructType = schema
  override def copy(extra: ParamMap): Flaky = defaultCopy(extra)
}

class FlakyModel(override val uid: String, failsIn: String) extends Model[FlakyModel] {
  override def transform(dataset: Dataset[_]): DataFrame = {
    Flaky.failIf(failsIn == "transform")
    Flaky.evaluationFails.set(failsIn == "evaluate")
    dataset.toDF()
  }
  override def transformSchema(schema: StructType): StructType = schema
  override def copy(extra: ParamMap): FlakyModel = new FlakyModel(uid, failsIn).setParent(parent)
}

/** Its metric tells nothing; it has no `getMetricName`. */
class FlakyEvaluator(override val uid: String = Identifiable.randomUID("flakyEval"))
    extends Evaluator {
  override def evaluate(dataset: Dataset[_]): Double = {
    Flaky.failIf(Flaky.evaluationFails.get)
    0.5
  }
  override def copy(extra: ParamMap): FlakyEvaluator = new FlakyEvaluator(uid)
}

object Flaky {
  val error = new IllegalStateException("flaky")
  val evaluationFails = ThreadLocal.withInitial[Boolean](() => false)

  def failIf(condition: Boolean): Unit = if (condition) throw error
}
