package org.trackmllib

import com.fasterxml.jackson.databind.{DeserializationFeature, ObjectMapper}
import com.fasterxml.jackson.module.scala.DefaultScalaModule

/** Events as JSON lines, the same that Spark writes into its event log. */
object EventJson {
  private val mapper = new ObjectMapper()
    .registerModule(DefaultScalaModule)
    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)

  def write(value: AnyRef): String = mapper.writeValueAsString(value)

  /** Fields that this version does not know are skipped. */
  def read(line: String): TuningEvent = mapper.readValue(line, classOf[TuningEvent])
}
