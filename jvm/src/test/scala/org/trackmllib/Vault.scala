package org.trackmllib

import org.apache.spark.ml.Estimator
import org.apache.spark.ml.param.{Param, ParamMap}
import org.apache.spark.ml.util.Identifiable
import org.apache.spark.sql.Dataset
import org.apache.spark.sql.types.StructType

/** A user's own stage, which has secrets, and tells one when it fails. */
class Vault(override val uid: String = Identifiable.randomUID("vault"))
    extends Estimator[FlakyModel] {
  val password = new Param[String](this, "password", "")
  val options = new Param[String](this, "options", "")

  override def fit(dataset: Dataset[_]): FlakyModel = throw new IllegalStateException(Vault.Uri)
  override def transformSchema(schema: StructType): StructType = schema
  override def copy(extra: ParamMap): Vault = defaultCopy(extra)
}

object Vault {
  val Uri = "jdbc:postgresql://ann:hunter2@db/x"
}
