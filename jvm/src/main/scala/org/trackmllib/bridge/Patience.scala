package org.trackmllib.bridge

import java.util.concurrent.ConcurrentHashMap

import org.trackmllib.Settings

/** How long to wait for a store: one that somebody waited for in vain gets a moment only. */
private[bridge] object Patience {
  private val Moment = 1000L
  private val silent = ConcurrentHashMap.newKeySet[String]

  def millis(store: String, longest: Long): Long =
    if (silent.contains(store)) math.min(longest, Moment) else longest

  /** Somebody waited so long for nothing. */
  def lost(store: String, millis: Long): Unit = if (millis >= Moment) {
    silent.add(store)
    ()
  }

  def answered(store: String): Unit = {
    silent.remove(store)
    ()
  }

  def storeOf(settings: Settings): String = settings.destination(None).trackingUri.getOrElse("")
}
