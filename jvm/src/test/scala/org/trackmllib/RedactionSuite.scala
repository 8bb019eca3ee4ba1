package org.trackmllib

import java.nio.file.{Files, Paths}

import com.fasterxml.jackson.databind.ObjectMapper

class RedactionSuite extends munit.FunSuite {
  private val redaction = Settings.from(_ => None).redaction

  test("credentials are out of a text, and all else of it is as it was") {
    val json = new ObjectMapper
    Files.readAllLines(Paths.get("tests/golden/redaction.jsonl")).forEach { line =>
      val pair = json.readTree(line)
      assertEquals(redaction.text(pair.get(0).asText), pair.get(1).asText)
    }
  }

  test("the time that a text takes grows with its length alone") {
    for (part <- Seq("x", "://a:", "a ", "a=", "token="))
      redaction.text(part * (100000 / part.length))
  }
}
