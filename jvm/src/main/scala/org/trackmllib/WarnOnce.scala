package org.trackmllib

import java.util.concurrent.ConcurrentHashMap

import org.slf4j.LoggerFactory

/** A warning that would be the same at each fit is written once a driver. */
private[trackmllib] object WarnOnce {
  private val log = LoggerFactory.getLogger("org.trackmllib")
  private val written = ConcurrentHashMap.newKeySet[String]()

  def apply(message: String): Unit = if (written.add(message)) log.warn(message)

  /** It is a part of another warning. */
  def isSaid(message: String): Unit = {
    written.add(message)
    ()
  }
}
