package org.trackmllib.bridge

import java.io.Console

import scala.util.Try

import org.trackmllib.Settings

/** Where the driver's user sees how tunings come along: the sidecar makes the lines. */
private[bridge] object Display {

  /** `terminal`, `lines` (of the log) or `off`. */
  def apply(settings: Settings): String = settings.progress match {
    case "off" => "off"
    case "on" => "terminal"
    case _ => if (interactive) "terminal" else "lines"
  }

  /** From Java 22 on there is a console also where nobody sits at it. */
  private def interactive: Boolean = Option(System.console()).exists { console =>
    Try(classOf[Console].getMethod("isTerminal").invoke(console)).toOption
      .forall(java.lang.Boolean.TRUE.equals(_))
  }
}
