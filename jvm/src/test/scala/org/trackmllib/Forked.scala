package org.trackmllib

import java.io.File
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files
import java.util.concurrent.TimeUnit

/** Runs a main class in a JVM of its own, with this one's class path. */
object Forked {

  /** Its output. */
  def jvm(main: AnyRef, arguments: String*): String = run(
    Seq(s"${sys.props("java.home")}/bin/java") ++ addOpens ++
      Seq("-cp", sys.props("java.class.path"), main.getClass.getName.stripSuffix("$")) ++
      arguments: _*
  )

  def run(command: String*): String = {
    val output = Files.createTempFile("forked", ".log")
    val process = new ProcessBuilder(command: _*)
      .redirectErrorStream(true)
      .redirectOutput(output.toFile)
      .redirectInput(new File("/dev/null"))
      .start()
    val ended = process.waitFor(100, TimeUnit.SECONDS)
    if (!ended) process.destroyForcibly()
    val text = new String(Files.readAllBytes(output), UTF_8)
    assert(ended && process.exitValue == 0, text)
    text
  }

  private def addOpens: Seq[String] = {
    val options = java.lang.management.ManagementFactory.getRuntimeMXBean.getInputArguments
    options.toArray(Array.empty[String]).toSeq.filter(_.startsWith("--add-opens"))
  }
}
