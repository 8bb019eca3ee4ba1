package org.trackmllib.hook

import java.nio.file.Files

import org.trackmllib.{EventJson, Forked, TuningStarted}

class HookSuite extends munit.FunSuite {
  override val munitTimeout = scala.concurrent.duration.Duration(700, "s")
  private val both = "asked=CrossValidator,TrainValidationSplit"
  private val stock = "spark=NullPointerException,NullPointerException"

  private def said(output: String): String =
    output.linesIterator.find(_.startsWith("hooked=")).getOrElse(fail(output))

  test("tuners that are not loaded are defined anew, with nothing to attach") {
    val output = Forked.jvm(HookMain, "-XX:+DisableAttachMechanism", "-Dlog4j2.level=WARN")
    assertEquals(said(output), s"hooked=true $both $stock false")
    assert(!output.contains("-javaagent"), output)
  }

  test("a tuner that is loaded already is changed by attaching") {
    val expected = s"hooked=true $both $stock false elsewhere=NullPointerException"
    assertEquals(said(Forked.jvm(HookMain, "loaded")), expected)
  }

  test("where attaching is not allowed, one warning says what to do, and Spark's fit is stock") {
    val output =
      Forked.jvm(HookMain, "loaded", "-XX:+DisableAttachMechanism", "-Dlog4j2.level=WARN")
    val expected = "hooked=true asked=TrainValidationSplit"
    assert(said(output).startsWith(s"$expected $stock false"), output)
    assertEquals(output.linesIterator.count(_.contains("-javaagent:")), 1, output)
    assert(output.contains("TrackMLlib.fit"), output)
  }

  test("disabled, there is no hook and no thread") {
    assertEquals(said(Forked.jvm(HookMain, "disabled")), s"hooked=false asked= $stock false")
  }

  test("unchanged code is tracked, whatever way leads to fit(Dataset)") {
    val directory = Files.createTempDirectory("journals")
    val output = Forked.jvm(HookedFitMain, directory.toString)
    val starts = directory.toFile.listFiles.toSeq.map { file =>
      EventJson.read(Files.readAllLines(file.toPath).get(0)).asInstanceOf[TuningStarted]
    }
    assertEquals(starts.size, 8, output)
    val (nested, top) = starts.partition(_.parent.isDefined)
    assertEquals(nested.map(_.parent.get.trial).sortBy(_.getOrElse(-1)), Seq(None, Some(0)))
    assertEquals(top.map(_.params.get("numFolds")).count(_.contains(3)), 2)
  }

  test("whatever way leads to fit(Dataset), the model is stock Spark's") {
    val directory = Files.createTempDirectory("journals")
    val output = Forked.jvm(SameAsStockMain, directory.toString)
    val ways = output.linesIterator.filter(_.contains(" lines, different: ")).toSeq
    assertEquals(ways.filterNot(_.endsWith(" different: ")), Nil, output)
    assertEquals(ways.size, 9, output)
    assertEquals(directory.toFile.list.length, 10) // "maps" are two fits
  }
}
