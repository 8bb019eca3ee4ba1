import java.io.{FileOutputStream, IOException}
import java.nio.file.{Files, Path, Paths}
import java.util.concurrent.{CountDownLatch, FutureTask}
import java.util.concurrent.atomic.AtomicInteger

import scala.collection.JavaConverters._
import scala.util.Try

import org.apache.spark.ml.{Estimator, Model}
import org.apache.spark.ml.evaluation.Evaluator
import org.apache.spark.ml.param.{IntParam, Param, ParamMap}
import org.apache.spark.ml.tuning.{CrossValidator, ParamGridBuilder}
import org.apache.spark.ml.util.Identifiable
import org.apache.spark.scheduler.{SparkListener, SparkListenerJobEnd}
import org.apache.spark.sql.{DataFrame, Dataset, SparkSession}
import org.apache.spark.sql.functions.{avg, lit}
import org.apache.spark.sql.types.StructType
import org.trackmllib.TrackMLlib

/**
 * Stock tunings to which something happens, in the order of the arguments, each in an experiment of
 * its own name; faults.py beside it has the same in Python.
 */
object Faults {

  /** What a trial does first, told the how many-th it is, and its size. */
  @volatile var step: (Int, Int) => Unit = (_, _) => ()
  val fitted = new AtomicInteger

  def main(args: Array[String]): Unit = args.foreach { scenario =>
    val spark = SparkSession.builder().appName("faults").getOrCreate()
    val Array(name, rest) = s"$scenario=".split("=", 2)
    spark.conf.set("spark.trackmllib.experimentName", name)
    val began = System.nanoTime
    val uncaught = name == "throws" || name == "late"
    def happened = happen(name, spark, rest.stripSuffix("="))
    val outcome = if (uncaught) happened else Try(happened)
    println(s"$name: $outcome")
    println(s"seconds of $name: ${(System.nanoTime - began) / 1e9}")
  }

  private def happen(name: String, spark: SparkSession, detail: String): Any = name match {
    case "plain" | "again" => tune(spark)(_ => ())
    case "warm-up" => // MLflow is imported by its end, however short the other fits wait
      val given = spark.conf.get("spark.trackmllib.flushTimeout")
      spark.conf.set("spark.trackmllib.flushTimeout", "5m")
      try tune(spark)(_ => ())
      finally spark.conf.set("spark.trackmllib.flushTimeout", given)
    case "flooded" =>
      spark.sparkContext.addSparkListener(new SparkListener {
        override def onJobEnd(end: SparkListenerJobEnd): Unit = Thread.sleep(200)
      })
      tune(spark)(_ => ())
    case "new-session" => tune(spark.newSession(), conf = "new-session")(_ => ())
    case "long" =>
      tune(spark, trials = 40) { _ =>
        println("fitting")
        Thread.sleep(50)
      }
    case "exit" => tune(spark)(at(3)(elsewhere(sys.exit(3))))
    case "throws" => tune(spark)(at(3)(throw new IllegalStateException("the third")))
    case "late" =>
      val begun = new CountDownLatch(3)
      tune(spark, trials = 3, parallelism = 3) { trial =>
        begun.countDown()
        begun.await()
        if (trial == 1) throw new IllegalStateException("the first")
        Thread.sleep(500)
      }
    case "many" => many(spark, detail.toInt)
    case "shared" => // two tunings of one active run
      spark.conf.set("spark.trackmllib.runId", detail)
      try together(0 to 1)(number => fit(spark, 2 * number + 1 to 2 * number + 2, 2, number))
      finally spark.conf.unset("spark.trackmllib.runId")
    case "hostile" => hostile(spark)
    case "stopped" => tune(spark)(at(3)(elsewhere(spark.stop())))
    case "sidecar-killed" => tune(spark)(at(3)(killSidecar()))
    case "sidecar-killed-twice" =>
      tune(spark) { trial => if (trial == 2 || trial == 5) killSidecar() }
    case "disk-full" | "disks-full" =>
      val temporary = if (name == "disks-full") Some(sys.props("java.io.tmpdir")) else None
      val small = detail +: temporary.toSeq
      spark.conf.set("spark.trackmllib.journalDir", s"$detail/journals")
      try tune(spark)(at(3)(small.foreach(fill)))
      finally {
        spark.conf.unset("spark.trackmllib.journalDir")
        small.foreach(disk => Files.delete(filler(disk)))
      }
    case "interrupted" =>
      val outcome = Try(tune(spark)(at(3)(Thread.currentThread.interrupt())))
      s"${outcome.isFailure}, interrupted: ${Thread.interrupted()}"
    case "wait-interrupted" => // the ninth fit is that of the best setting, after all trials
      spark.conf.set("spark.trackmllib.trackingUri", detail)
      val fitting = Thread.currentThread
      val metrics = tune(spark)(at(9) {
        new Thread(() => { Thread.sleep(3000); fitting.interrupt() }).start()
      })
      s"$metrics, interrupted: ${Thread.interrupted()}"
    case "no-artifacts" =>
      spark.conf.set("spark.trackmllib.logModel", "true")
      try tune(spark)(_ => ())
      finally spark.conf.unset("spark.trackmllib.logModel")
    case "with-run" => WithRunAtOnce(spark)(tune(spark)(_ => ()))
    case "left" =>
      val outcome = Try(tune(spark)(at(3)(elsewhere(spark.stop()))))
      val end = System.nanoTime + 20e9
      while (sidecars.nonEmpty && System.nanoTime < end) Thread.sleep(100)
      s"${outcome.isFailure}, sidecars: ${sidecars.length}"
    case _ => // a server, by its address
      spark.conf.set("spark.trackmllib.trackingUri", detail)
      tune(spark)(_ => ())
  }

  private def tune(spark: SparkSession, trials: Int = 4, parallelism: Int = 1, conf: String = "")(
      during: Int => Unit
  ): Seq[Double] = {
    if (conf.nonEmpty) spark.conf.set("spark.trackmllib.experimentName", conf)
    fitted.set(0)
    step = (moment, _) => during(moment)
    fit(spark, 1 to trials, parallelism, 1)
  }

  private def fit(spark: SparkSession, sizes: Range, parallelism: Int, seed: Int): Seq[Double] = {
    val estimator = new Step()
    new CrossValidator()
      .setEstimator(estimator)
      .setEvaluator(new Average())
      .setEstimatorParamMaps(new ParamGridBuilder().addGrid(estimator.size, sizes).build())
      .setNumFolds(2)
      .setParallelism(parallelism)
      .setSeed(seed)
      .fit(spark.range(20).toDF("id"))
      .avgMetrics
      .toSeq
  }

  /** So many tunings of two settings at once; the second setting of every fifth fails. */
  private def many(spark: SparkSession, count: Int): Int = {
    step = (_, size) => if (size % 10 == 4) throw new IllegalStateException("a four")
    together(0 until count) { number =>
      val sizes = 2 * number + 1 to 2 * number + 2
      Try(fit(spark, sizes, 2, number)).toOption.contains(sizes.map(_.toDouble))
    }.count(identity)
  }

  /** Texts that no log and no page may take for more than text. */
  private def hostile(spark: SparkSession): Seq[Double] = {
    val estimator = new Step("<b>uid</b> | `\u0000")
    val texts = Seq(
      "\u0000\u0001\u001b[31m\r\n\u2028",
      "a\ud800b\udc00",
      "x" * 10000000,
      "<script>alert(1)</script>",
      "**bold** | `code` ``` [link](http://x) ![i](http://x)\n# head"
    )
    val evaluator = new Average()
    new CrossValidator()
      .setEstimator(estimator)
      .setEvaluator(evaluator)
      .setEstimatorParamMaps(
        new ParamGridBuilder().addGrid(estimator.size, Seq(1)).addGrid(estimator.text, texts).build()
      )
      .setNumFolds(2)
      .fit(spark.range(20).toDF("id"))
      .avgMetrics
      .toSeq
  }

  private def together[T](numbers: Range)(work: Int => T): Seq[T] = {
    val begin = new CountDownLatch(1)
    val tasks = numbers.map { number =>
      new FutureTask[T](() => { begin.await(); work(number) })
    }
    tasks.foreach(task => new Thread(task).start())
    begin.countDown()
    tasks.map(_.get)
  }

  private def at(moment: Int)(action: => Unit)(trial: Int): Unit = if (trial == moment) action

  /** In another thread, while the trial waits. */
  private def elsewhere(action: => Unit): Unit = {
    val thread = new Thread(() => action)
    thread.start()
    thread.join(10000)
  }

  private def killSidecar(): Unit = {
    Thread.sleep(2000) // until it polls: one that never did is not started again
    sidecars.foreach { process =>
      process.destroyForcibly()
      process.onExit().get()
      println("sidecar killed")
    }
  }

  private def sidecars: Seq[ProcessHandle] = ProcessHandle.current.children.iterator.asScala
    .filter(_.info.commandLine.orElse("").contains("trackmllib.sidecar"))
    .toSeq

  private def filler(disk: String): Path = Paths.get(disk, "filler")

  private def fill(disk: String): Unit = {
    val file = new FileOutputStream(filler(disk).toFile)
    try while (true) file.write(new Array[Byte](4096))
    catch { case _: IOException => println(s"$disk is full") }
    finally file.close()
  }
}

/** Of a class of its own: it needs trackmllib. */
object WithRunAtOnce {
  def apply(spark: SparkSession)(tune: => Seq[Double]): String = {
    spark.conf.set("spark.trackmllib.flushTimeout", "0")
    try TrackMLlib.withRun("at-once")(run => s"${run.id.nonEmpty}, $tune")
    finally spark.conf.unset("spark.trackmllib.flushTimeout")
  }
}

class Step(override val uid: String = Identifiable.randomUID("step")) extends Estimator[StepModel] {
  val size = new IntParam(this, "size", "its metric")
  val text = new Param[String](this, "<i>te|xt</i>\n", "of no effect")
  setDefault(size, 0)

  override def fit(dataset: Dataset[_]): StepModel = {
    Faults.step(Faults.fitted.incrementAndGet(), $(size))
    dataset.count()
    copyValues(new StepModel(uid, $(size)).setParent(this))
  }
  override def transformSchema(schema: StructType): StructType = schema
  override def copy(extra: ParamMap): Step = defaultCopy(extra)
}

class StepModel(override val uid: String, size: Int) extends Model[StepModel] {
  override def transform(dataset: Dataset[_]): DataFrame = dataset.withColumn("size", lit(size))
  override def transformSchema(schema: StructType): StructType = schema
  override def copy(extra: ParamMap): StepModel = new StepModel(uid, size).setParent(parent)
}

class Average(override val uid: String = Identifiable.randomUID("average")) extends Evaluator {
  override def evaluate(dataset: Dataset[_]): Double = dataset.agg(avg("size")).head().getDouble(0)
  override def copy(extra: ParamMap): Average = new Average(uid)
}
