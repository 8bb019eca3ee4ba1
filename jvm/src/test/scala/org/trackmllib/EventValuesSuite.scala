package org.trackmllib

class EventValuesSuite extends munit.FunSuite {
  private val values = new EventValues("(?i)secret|password|token".r)

  test("a float is the double that its decimals say") {
    assertEquals(values("x", 0.1f), 0.1: Any)
  }

  test("secrets are replaced, in the name's value and in key=value texts") {
    assertEquals(values("apiToken", "abc"), EventValues.Redacted: Any)
    assertEquals(values("options", "db.password=abc"), s"db.password=${EventValues.Redacted}": Any)
    assertEquals(values("options", "depth=5"), "depth=5": Any)
  }

  test("halves of surrogate pairs are replaced, pairs are not") {
    assertEquals(values("x", "a\uD800b\uDC00c😀"), "a\uFFFDb\uFFFDc😀": Any)
  }

  test("a text of 10 MB is cut with a mark") {
    val cut = values("x", "a" * 10000000).toString
    assert(cut.length < 101000)
    assert(cut.endsWith("… (cut, 10000000 characters)"))
  }

  test("a long list becomes a text that is cut") {
    assert(values("x", Array.fill(1000000)(0.5)).toString.length < 101000)
  }

  test("class names are simple") {
    assertEquals(EventValues.className(new Flaky()), "Flaky")
    assertEquals(EventValues.className(EventValues), "EventValues")
  }
}
