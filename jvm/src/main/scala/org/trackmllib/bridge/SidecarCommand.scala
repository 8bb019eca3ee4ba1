package org.trackmllib.bridge

import java.io.File

import org.trackmllib.Messages
import py4j.GatewayServer

/** How the sidecar's Python is started; our code and py4j come along, MLflow is the interpreter's. */
private[bridge] object SidecarCommand {

  // An interpreter that is too old must be able to say so, hence a check before our own code.
  // The directory that we happen to be in is none of Python's business.
  private val bootstrap =
    """import sys
      |if sys.version_info < (3, 10): sys.exit("this is Python " + sys.version.split()[0])
      |sys.path[:] = [p for p in sys.path if p]
      |from trackmllib.sidecar import main
      |main()
      |""".stripMargin

  def apply(python: String): ProcessBuilder = {
    val builder = new ProcessBuilder(python, "-c", bootstrap).redirectErrorStream(true)
    val inherited = Option(builder.environment.get("PYTHONPATH")).filter(_.nonEmpty)
    val path = Seq(Messages.jarPath(getClass)) ++ py4j ++ inherited
    builder.environment.put("PYTHONPATH", path.mkString(File.pathSeparator))
    builder
  }

  /** Spark ships the Python half of py4j that fits the Java half in use. */
  private def py4j: Option[String] = {
    val jar = new File(Messages.jarPath(classOf[GatewayServer]))
    val homes = sys.env.get("SPARK_HOME").map(new File(_)).toSeq :+ jar.getParentFile.getParentFile
    homes
      .flatMap(home => Option(new File(home, "python/lib").listFiles).toSeq.flatten)
      .find(_.getName.matches("py4j-.*-src\\.zip"))
      .map(_.getPath)
  }
}
