package org.trackmllib

import org.apache.spark.ml.Estimator
import org.apache.spark.ml.param.ParamMap
import org.apache.spark.ml.tuning.{TrainValidationSplit, TrainValidationSplitModel}
import org.apache.spark.sql.Dataset
import org.apache.spark.sql.types.StructType

/** An inner tuner that is tracked without the hook, which the test's JVM does not have. */
class TrackedStage(inner: TrainValidationSplit) extends Estimator[TrainValidationSplitModel] {
  override val uid: String = inner.uid
  override def fit(dataset: Dataset[_]): TrainValidationSplitModel = TrackMLlib.fit(inner, dataset)
  override def transformSchema(schema: StructType): StructType = inner.transformSchema(schema)
  override def copy(extra: ParamMap): TrackedStage = new TrackedStage(inner.copy(extra))
}
