package org.apache.spark.ml

import org.apache.spark.ml.param.ParamMap
import org.apache.spark.ml.tuning.{CrossValidator, CrossValidatorModel}
import org.apache.spark.sql.Dataset
import org.trackmllib.VariedTuners

/** A user's tuners that have a `fit` of their own (here, since they make a model that only Spark can). */
abstract class OwnFitTuner(override val uid: String) extends CrossValidator(uid) {
  setEstimator(VariedTuners.line)
  setEvaluator(VariedTuners.rmse)
  setEstimatorParamMaps(VariedTuners.grid)
  setNumFolds(2)
}

/** Spark's, of twice the rows, after a fit of something else. */
class FitsTwice extends OwnFitTuner("twice_1") {
  override def fit(dataset: Dataset[_]): CrossValidatorModel = {
    VariedTuners.line.fit(dataset)
    super.fit(dataset.toDF().union(dataset.toDF()))
  }
}

/** Spark's, in a thread that it starts. */
class FitsInAThread extends OwnFitTuner("thread_1") {
  override def fit(dataset: Dataset[_]): CrossValidatorModel = {
    var model: CrossValidatorModel = null
    val thread = new Thread(() => model = super.fit(dataset))
    thread.start()
    thread.join()
    model
  }
}

/** None of Spark's. */
class FitsAlone extends OwnFitTuner("alone_1") {
  override def fit(dataset: Dataset[_]): CrossValidatorModel = {
    val metrics = $(estimatorParamMaps).map { map =>
      $(evaluator).evaluate(fitted(dataset, map).transform(dataset))
    }
    val best = fitted(dataset, $(estimatorParamMaps)(metrics.indexOf(metrics.min)))
    copyValues(new CrossValidatorModel(uid, best, metrics).setParent(this))
  }

  private def fitted(dataset: Dataset[_], map: ParamMap): Model[_] =
    $(estimator).fit(dataset, map).asInstanceOf[Model[_]]
}
