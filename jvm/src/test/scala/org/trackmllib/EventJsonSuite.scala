package org.trackmllib

import java.nio.file.{Files, Paths}

import org.apache.spark.SparkJson

class EventJsonSuite extends munit.FunSuite {
  private val golden =
    Files.readAllLines(Paths.get("tests/golden/events.jsonl")).toArray(Array.empty[String]).toSeq

  test("read and written again, it is the golden line") {
    golden.foreach(line => assertEquals(EventJson.write(EventJson.read(line)), line))
  }

  test("Spark's event log has the golden line") {
    golden.foreach(line => assertEquals(SparkJson.write(EventJson.read(line)), line))
  }

  test("an event made here is the golden line") {
    val event = TrialStarted(
      version = 1,
      tuning = "3fa85f64571745629b3fc963f66afa60",
      time = 1760000000101L,
      trial = 1,
      fold = Some(0),
      measured = false,
      setting = Seq(
        "bool" -> true,
        "double" -> 0.5,
        "whole" -> 1.0,
        "long" -> 9007199254740993L,
        "nan" -> Double.NaN,
        "list" -> Array(1.0, 2.0),
        "lists" -> Array(Array(1.0, 2.0), Array(3.0, 4.0)),
        "vector" -> org.apache.spark.ml.linalg.Vectors.dense(1.0, 2.0),
        "stage" -> new org.apache.spark.ml.classification.LogisticRegression(),
        "stages" -> Array(
          new org.apache.spark.ml.feature.StringIndexer(),
          new org.apache.spark.ml.classification.LogisticRegression()
        ),
        "none" -> null,
        "text" -> "ünï \"quoted\" \\ \n\u0000 <b>"
      ).map { case (name, value) =>
        SettingParam("a", name, EventValues.typed(value))
      }
    )
    assertEquals(EventJson.write(event), golden(3))
  }

  test("fields of a later version are skipped") {
    val line = golden.last.replace("\"interrupted\":true", "\"interrupted\":true,\"new\":[1]")
    assertEquals(EventJson.write(EventJson.read(line)), golden.last)
  }
}
