package org.trackmllib.bridge

import java.util.concurrent.TimeUnit.SECONDS

/** Who does not work or answer is not waited for again and again, and not given up for ever. */
class PatienceSuite extends munit.FunSuite {
  test("a store that was waited for in vain gets a moment only, until it has answered") {
    assertEquals(Patience.millis("a", 60000), 60000L)
    Patience.lost("a", 60000)
    assertEquals(Patience.millis("a", 60000), 1000L)
    assertEquals(Patience.millis("a", 0), 0L)
    assertEquals(Patience.millis("b", 60000), 60000L)
    Patience.answered("a")
    assertEquals(Patience.millis("a", 60000), 60000L)
  }

  test("who does not want to wait has not waited in vain") {
    Patience.lost("c", 0)
    assertEquals(Patience.millis("c", 60000), 60000L)
  }

  test("an interpreter that does not work is looked at again after a minute") {
    val unusable = Unusable("python3", "is not there", since = 0)
    assert(unusable.holds("python3", SECONDS.toNanos(59)))
    assert(!unusable.holds("python3", SECONDS.toNanos(61)))
    assert(!unusable.holds("python3.12", SECONDS.toNanos(1)))
  }
}
