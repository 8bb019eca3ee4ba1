package org.trackmllib

import java.io.File
import java.lang.management.ManagementFactory
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files
import java.util.concurrent.TimeUnit

/** Runs a main class in a JVM of its own, with this one's class path. */
object Forked {

  /** Its output; arguments that begin with a dash are the JVM's. */
  def jvm(main: AnyRef, arguments: String*): String = {
    val (more, rest) = arguments.partition(_.startsWith("-"))
    val program = Seq(sys.props("java.class.path"), main.getClass.getName.stripSuffix("$"))
    val java = s"${sys.props("java.home")}/bin/java" +: (options ++ more :+ "-cp")
    run(java ++ program ++ rest: _*)
  }

  def run(command: String*): String = {
    val output = Files.createTempFile("forked", ".log")
    val process = new ProcessBuilder(command: _*)
      .redirectErrorStream(true)
      .redirectOutput(output.toFile)
      .redirectInput(new File("/dev/null"))
      .start()
    val ended = process.waitFor(600, TimeUnit.SECONDS)
    if (!ended) process.destroyForcibly()
    val text = new String(Files.readAllBytes(output), UTF_8)
    assert(ended && process.exitValue == 0, text)
    text
  }

  private def options: Seq[String] = ManagementFactory.getRuntimeMXBean.getInputArguments
    .toArray(Array.empty[String])
    .toSeq
    .filter(option => option.startsWith("--add-opens") || option.startsWith("-XX:"))
}
