package org.trackmllib

import org.apache.spark.ml.Estimator
import org.apache.spark.ml.evaluation.Evaluator
import org.apache.spark.ml.param.ParamMap

/** What a [[Tuning]] has to know of the tuner. */
final case class TuningInfo(
    className: String,
    uid: String,
    estimator: Estimator[_],
    evaluator: Evaluator,
    maps: Array[ParamMap],
    params: Seq[(String, Any)]
)
