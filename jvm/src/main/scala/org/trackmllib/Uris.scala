package org.trackmllib

import java.net.URI
import java.util.Locale.ROOT

import scala.util.Try

/** Which tracking store a URI is of, whoever asks it; `uris.py` tells the same. */
private[trackmllib] object Uris {
  private val Ports = Map("http" -> 80, "https" -> 443)

  /** What tells one store from another; of what is no URI, the text. */
  def store(uri: String): Any =
    Try(new URI(uri)).toOption.filter(_.getHost != null).map(server).getOrElse(uri)

  private def server(uri: URI): Any = {
    val scheme = uri.getScheme.toLowerCase(ROOT)
    val port = if (uri.getPort < 0) Ports.getOrElse(scheme, -1) else uri.getPort
    (
      scheme,
      uri.getHost.toLowerCase(ROOT),
      port,
      uri.getPath.replaceAll("/+$", ""),
      uri.getQuery
    )
  }
}
