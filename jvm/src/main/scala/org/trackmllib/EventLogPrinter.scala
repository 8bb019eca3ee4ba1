package org.trackmllib

import java.io.{BufferedReader, File, IOException, InputStream, InputStreamReader}
import java.nio.charset.StandardCharsets.UTF_8

import org.apache.spark.SparkInternals

/**
 * Prints the tunings' lines of a Spark event log, for `trackmllib replay`. Spark reads it, whatever
 * codec and however many files it wrote it with; a log that its driver has not ended has no proper
 * end, and is printed as far as it goes.
 */
object EventLogPrinter {
  private val Ours = "{\"Event\":\"org.trackmllib."

  def main(args: Array[String]): Unit = {
    val log = new File(args(0))
    val parts = SparkInternals.eventLogParts(log.toURI)
    if (parts.isEmpty) throw new IOException(s"$log is no event log")
    parts.foreach(open => print(open()))
  }

  private def print(part: InputStream): Unit = {
    val reader = new BufferedReader(new InputStreamReader(part, UTF_8))
    try
      Iterator
        .continually(reader.readLine())
        .takeWhile(_ != null)
        .filter(_.startsWith(Ours))
        .foreach(line => System.out.write(s"$line\n".getBytes(UTF_8)))
    catch { case cut: IOException => System.err.println(s"the event log is cut: $cut") }
    finally {
      System.out.flush()
      reader.close()
    }
  }
}
