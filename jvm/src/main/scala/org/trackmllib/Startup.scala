package org.trackmllib

import org.apache.spark.SparkConf
import org.trackmllib.bridge.Bridge
import org.trackmllib.hook.Hook

/** What the listener does, once it is known that this jar fits Spark. */
private[trackmllib] object Startup {

  /** Disabled means absent: then not even the hook is installed. */
  def start(conf: SparkConf): Unit = {
    val settings = Settings.from(conf.getOption, complain = _ => ()) // the check complains of all
    if (settings.enabled) {
      StartCheck(conf)
      if (settings.instrument) Hook.install(new FitHook, new OwnFitHook)
    }
  }

  def stop(): Unit = Bridge.stop()
}
