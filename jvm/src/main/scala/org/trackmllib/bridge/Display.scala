package org.trackmllib.bridge

import java.io.Console

import scala.util.Try

import org.slf4j.LoggerFactory
import org.trackmllib.Settings

/**
 * Where the driver's user sees how tunings come along.
 *
 * @param name
 *   what the sidecar calls it: it makes the lines
 */
private[bridge] sealed abstract class Display(val name: String) {
  def show(text: String): Unit
}

private[bridge] object Display {
  private val log = LoggerFactory.getLogger("org.trackmllib")

  def apply(settings: Settings): Display = settings.progress match {
    case "off" => Nowhere
    case "on" => Terminal
    case _ => if (interactive) Terminal else Log
  }

  /** With a line that is drawn over and over, hence the text as it is. */
  private object Terminal extends Display("terminal") {
    override def show(text: String): Unit = {
      System.err.print(text)
      System.err.flush()
    }
  }

  private object Log extends Display("lines") {
    override def show(text: String): Unit = log.info(text.trim.stripPrefix("trackmllib: "))
  }

  private object Nowhere extends Display("off") {
    override def show(text: String): Unit = ()
  }

  /** From Java 22 on there is a console also where nobody sits at it. */
  private def interactive: Boolean = Option(System.console()).exists { console =>
    Try(classOf[Console].getMethod("isTerminal").invoke(console)).toOption
      .forall(java.lang.Boolean.TRUE.equals(_))
  }
}
