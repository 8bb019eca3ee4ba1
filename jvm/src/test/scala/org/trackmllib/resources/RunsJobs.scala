package org.trackmllib.resources

import org.apache.spark.TaskContext
import org.apache.spark.ml.Estimator
import org.apache.spark.ml.param.{IntParam, ParamMap}
import org.apache.spark.ml.util.Identifiable
import org.apache.spark.sql.Dataset
import org.apache.spark.sql.types.StructType
import org.trackmllib.FlakyModel

/** Runs a job of two tasks, each of which fails so many times. */
class RunsJobs(override val uid: String = Identifiable.randomUID("runsJobs"))
    extends Estimator[FlakyModel] {
  val failures = new IntParam(this, "failures", "how often its tasks fail")
  setDefault(failures, 0)

  override def fit(dataset: Dataset[_]): FlakyModel = {
    RunsJobs.run(dataset, $(failures))
    copyValues(new FlakyModel(uid, "nowhere").setParent(null))
  }
  override def transformSchema(schema: StructType): StructType = schema
  override def copy(extra: ParamMap): RunsJobs = defaultCopy(extra)
}

object RunsJobs {
  def run(dataset: Dataset[_], failures: Int): Unit =
    dataset.sparkSession.sparkContext.parallelize(1 to 2, 2).foreach { _ =>
      if (TaskContext.get().attemptNumber() < failures)
        throw new IllegalStateException("failing task")
    }
}
