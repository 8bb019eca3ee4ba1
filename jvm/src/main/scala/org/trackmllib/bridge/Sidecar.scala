package org.trackmllib.bridge

import java.io.{BufferedReader, IOException, InputStreamReader}
import java.nio.charset.StandardCharsets.UTF_8
import java.security.SecureRandom
import java.util.concurrent.LinkedBlockingQueue

import scala.collection.immutable.ListMap
import scala.util.Try

import org.slf4j.LoggerFactory
import org.trackmllib.{EventJson, Guard, Messages, Settings}

/**
 * A Python process that logs to MLflow. It polls its lines over py4j; port and secret go down its
 * stdin, whose end tells it that the driver is gone. All of it lives in one daemon thread.
 */
private[bridge] final class Sidecar(
    val settings: Settings,
    resume: Boolean
) {
  val python: String = settings.python
  private val log = LoggerFactory.getLogger("org.trackmllib.sidecar")
  private val lines = new LinkedBlockingQueue[String]
  private val calls = new SidecarCalls(lines)
  private var process: Option[Process] = None
  private var stopped = false

  def worked: Boolean = calls.polled

  def offer(line: String): Unit = {
    lines.add(line)
    ()
  }

  def start(): Unit = {
    val thread = new Thread(() => live(), "trackmllib-sidecar")
    thread.setDaemon(true)
    thread.start()
  }

  /** It logs what it has, then it ends. */
  def stop(): Unit = synchronized {
    stopped = true
    process.foreach(p => Try(p.getOutputStream.close()))
  }

  private def live(): Unit = {
    val how =
      try run()
      catch {
        case e: IOException => Messages.startFailed(e.getMessage)
        case t: Throwable =>
          Guard.report("the sidecar", t)
          Messages.startFailed(t.toString)
      }
    Bridge.ended(this, how)
  }

  private def run(): String = {
    val token = Sidecar.newToken()
    val server = SidecarGateway.start(calls, token)
    try {
      val child = SidecarCommand(python).start()
      handShake(child, server.getListeningPort, token)
      val lastLine = drain(child)
      Messages.sidecarEnded(child.waitFor(), lastLine)
    } finally server.shutdown()
  }

  private def handShake(child: Process, port: Int, token: String): Unit = synchronized {
    val hello = ListMap[String, Any](
      "port" -> port,
      "token" -> token,
      "resume" -> resume,
      "progress" -> Display(settings)
    )
    process = Some(child)
    // A child that ended at once is told of by its last words.
    Try {
      child.getOutputStream.write((EventJson.write(hello) + "\n").getBytes(UTF_8))
      child.getOutputStream.flush()
    }
    if (stopped) stop()
  }

  private def drain(child: Process): String = {
    val reader = new BufferedReader(new InputStreamReader(child.getInputStream, UTF_8))
    Iterator.continually(reader.readLine()).takeWhile(_ != null).foldLeft("") { (last, line) =>
      if (line.startsWith(Sidecar.Warning)) log.warn(line.stripPrefix(Sidecar.Warning))
      else log.debug(line)
      if (line.trim.isEmpty) last else line.trim
    }
  }
}

private object Sidecar {

  /** How the lines begin that users are to read. */
  private val Warning = "WARNING:trackmllib:"

  private def newToken(): String = {
    val bytes = new Array[Byte](32)
    new SecureRandom().nextBytes(bytes)
    bytes.map("%02x".format(_)).mkString
  }
}
