package org.trackmllib.bridge

import java.io.File

import org.trackmllib.Messages

/** How the sidecar's Python is started: the jar has our code and py4j, MLflow is the interpreter's. */
private[bridge] object SidecarCommand {

  // An interpreter that is too old must be able to say so, hence a check before our own code.
  // The directory that we happen to be in is none of Python's business. What a terminal sends to
  // the whole process group is for the driver; its end is the sidecar's.
  private val bootstrap =
    """import sys
      |sys.path[:] = [p for p in sys.path if p]
      |import signal
      |for name in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"):
      |    if hasattr(signal, name): signal.signal(getattr(signal, name), signal.SIG_IGN)
      |if sys.version_info < (3, 10): sys.exit("this is Python " + sys.version.split()[0])
      |from trackmllib.sidecar import main
      |main()
      |""".stripMargin

  def apply(python: String): ProcessBuilder = {
    val builder = new ProcessBuilder(python, "-c", bootstrap).redirectErrorStream(true)
    val inherited = Option(builder.environment.get("PYTHONPATH")).filter(_.nonEmpty)
    val jar = Messages.jarPath(getClass)
    // py4j has a folder of its own, so that nobody else who has the jar on a path gets ours
    val path = Seq(jar, s"$jar/sidecar") ++ inherited
    builder.environment.put("PYTHONPATH", path.mkString(File.pathSeparator))
    builder
  }
}
