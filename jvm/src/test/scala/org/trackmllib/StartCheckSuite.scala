package org.trackmllib

import org.apache.spark.SparkConf

class StartCheckSuite extends munit.FunSuite {
  private def problems(conf: (String, String)*): Seq[String] =
    StartCheck.problems(new SparkConf(false).setAll(conf))

  test("nothing is said of confs that are right") {
    assertEquals(problems(), Nil)
    assertEquals(
      problems(Settings.Names.filter(Set("runName", "journalDir")).map { name =>
        s"spark.trackmllib.$name" -> "here"
      }: _*),
      Nil
    )
  }

  test("values that cannot be read, names that are none") {
    val found = problems(
      "spark.trackmllib.view" -> "perhaps",
      "spark.trackmllib.flushTimout" -> "5s",
      "spark.redaction.regex" -> "("
    )
    assertEquals(found.length, 3)
    assert(found.exists(_.startsWith("spark.trackmllib.view is \"perhaps\"")))
    assert(found.exists(_.startsWith("spark.redaction.regex is \"(\"")))
    val unknown = found.find(_.startsWith("spark.trackmllib.flushTimout is no conf"))
    assert(unknown.exists(_.contains("spark.trackmllib.flushTimeout")))
  }
}
