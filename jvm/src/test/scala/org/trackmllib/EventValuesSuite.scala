package org.trackmllib

class EventValuesSuite extends munit.FunSuite {
  test("a float is the double that its decimals say") {
    assertEquals(EventValues.typed(0.1f), 0.1: Any)
  }

  test("halves of surrogate pairs are replaced, pairs are not") {
    assertEquals(EventValues.typed("a\uD800b\uDC00c😀"), "a\uFFFDb\uFFFDc😀": Any)
  }

  test("an object without a text is told by its class") {
    class Mute { override def toString: String = sys.error("no text") }
    assert(EventValues.typed(new Mute).toString.startsWith("(Mute"))
  }

  test("a text of 10 MB is cut with a mark") {
    val cut = EventValues.typed("a" * 10000000).toString
    assert(cut.length < 101000)
    assert(cut.endsWith("… (cut, 10000000 characters)"))
  }

  test("a long list becomes a text that is cut") {
    assert(EventValues.typed(Array.fill(1000000)(0.5)).toString.length < 101000)
  }

  test("class names are simple") {
    assertEquals(EventValues.className(new Flaky()), "Flaky")
    assertEquals(EventValues.className(EventValues), "EventValues")
  }
}
