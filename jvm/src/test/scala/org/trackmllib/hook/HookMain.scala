package org.trackmllib.hook

import java.net.URLClassLoader
import java.security.Security
import java.util.function.BiFunction

import scala.util.Try

import org.apache.spark.SparkConf
import org.apache.spark.ml.Estimator
import org.apache.spark.ml.tuning.{CrossValidator, TrainValidationSplit}
import org.trackmllib.TuningListener

/** Makes the listener, twice, then asks the tuners whether they are hooked; in a JVM of its own. */
object HookMain {
  def main(arguments: Array[String]): Unit = {
    val conf = new SparkConf(false)
    if (arguments.contains("loaded")) {
      Class.forName("org.apache.spark.ml.tuning.CrossValidator")
    }
    if (arguments.contains("disabled")) conf.set("spark.trackmllib.enabled", "false")
    new TuningListener(conf)
    new TuningListener(conf)
    val hooked = Security.getProvider(FitProvider.NAME) != null
    val threads = Thread.getAllStackTraces.keySet.toArray.mkString.contains("trackmllib")
    val other = if (arguments.contains("loaded")) Some(elsewhere()) else None
    println(s"hooked=$hooked ${Asked.tuners()} $threads ${other.getOrElse("")}".trim)
  }

  /** What another class loader's Spark gives for `fit(null)`: its own error. */
  private def elsewhere(): String = {
    val jars = sys.props("java.class.path").split(java.io.File.pathSeparator)
    val loader = new URLClassLoader(
      jars.map(new java.io.File(_).toURI.toURL),
      ClassLoader.getSystemClassLoader.getParent
    )
    val tuner = loader.loadClass("org.apache.spark.ml.tuning.CrossValidator")
    val fit = tuner.getMethod("fit", loader.loadClass("org.apache.spark.sql.Dataset"))
    val thrown = Try(fit.invoke(tuner.getConstructor().newInstance(), null)).failed.get
    s"elsewhere=${thrown.getCause.getClass.getSimpleName}"
  }
}

/** A class of its own, since the JVM loads a main class's tuners before it runs it. */
private object Asked {
  def tuners(): String = {
    var asked = Seq.empty[String]
    // A function in place of ours, that lets Spark go on: its fit of no data fails.
    val function = new BiFunction[AnyRef, AnyRef, AnyRef] {
      override def apply(tuner: AnyRef, dataset: AnyRef): AnyRef = {
        asked :+= tuner.getClass.getSimpleName
        null
      }
    }
    Security.removeProvider(FitProvider.NAME)
    Security.addProvider(new FitProvider(FitProvider.NAME, function))
    val tuners = Seq[Estimator[_]](new CrossValidator(), new TrainValidationSplit())
    val spark = tuners.map(t => Try(t.fit(null)).failed.get.getClass.getSimpleName)
    s"asked=${asked.mkString(",")} spark=${spark.mkString(",")}"
  }
}
