import scala.util.Try

import org.apache.spark.ml.{Pipeline, PipelineStage}
import org.apache.spark.ml.classification.{DecisionTreeClassifier, LogisticRegression, OneVsRest}
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator
import org.apache.spark.ml.feature.{MaxAbsScaler, MinMaxScaler, StandardScaler, VectorAssembler}
import org.apache.spark.ml.param.ParamMap
import org.apache.spark.ml.tuning.{CrossValidator, ParamGridBuilder, TrainValidationSplit}
import org.apache.spark.sql.{DataFrame, SparkSession}

/** Stock tunings, each in an experiment of its own; tunings.py beside it has the same in Python. */
object Tunings {

  val evaluator: MulticlassClassificationEvaluator =
    new MulticlassClassificationEvaluator().setMetricName("accuracy")

  def tree: DecisionTreeClassifier = new DecisionTreeClassifier().setSeed(7)

  def validator(foldCol: String = "fold"): CrossValidator =
    new CrossValidator()
      .setEvaluator(evaluator)
      .setNumFolds(3)
      .setFoldCol(foldCol)
      .setSeed(7)

  def depths(dt: DecisionTreeClassifier): Array[ParamMap] =
    new ParamGridBuilder().addGrid(dt.maxDepth, Array(1, 3)).build()

  def treeValidator(parallelism: Int = 1): CrossValidator = {
    val dt = tree
    validator("inner")
      .setNumFolds(2)
      .setEstimator(dt)
      .setEstimatorParamMaps(depths(dt))
      .setParallelism(parallelism)
  }

  def main(args: Array[String]): Unit = {
    val spark = SparkSession.builder().appName("tunings").getOrCreate()
    val flat = spark.read.option("header", "true").option("inferSchema", "true").csv(args(0))
    val data = new VectorAssembler()
      .setInputCols(Array("a", "b", "c"))
      .setOutputCol("features")
      .transform(flat)
      .cache()
    def in(experiment: String)(tune: => Any): Unit = {
      spark.conf.set("spark.trackmllib.experimentName", experiment)
      println(s"$experiment: ${Try(tune)}")
    }
    in("bare")(treeValidator().fit(data).avgMetrics.toSeq)
    in("parallel")(treeValidator(parallelism = 3).fit(data).avgMetrics.toSeq)
    in("pipeline")(pipelineValidator.fit(data).avgMetrics.toSeq)
    in("split")(split(parallelism = 3).fit(data).validationMetrics.length)
    in("map") {
      val cv = treeValidator()
      cv.fit(data, ParamMap(cv.parallelism -> 2)).avgMetrics.toSeq
    }
    in("maps") {
      val cv = treeValidator()
      cv.fit(data, Seq(ParamMap(cv.parallelism -> 1), ParamMap(cv.parallelism -> 2)).toArray).length
    }
    in("stage")(new Pipeline().setStages(Array(treeValidator())).fit(data).stages.length)
    in("nested")(nested.fit(data).avgMetrics.toSeq)
    in("values")(values.fit(data).avgMetrics.toSeq)
    in("same-name")(sameName.fit(data).avgMetrics.toSeq)
    in("pipelines")(pipelines.fit(data).avgMetrics.length)
    in("classifiers")(classifiers.fit(data).avgMetrics.length)
    in("failing")(failing(parallelism = 1).fit(data))
    in("failing-parallel")(failing(parallelism = 3).fit(data))
    in("threads")(inThreads(data))
    spark.stop()
  }

  def pipelineValidator: CrossValidator = {
    val dt = tree.setFeaturesCol("scaled")
    val scaler = new StandardScaler().setInputCol("features").setOutputCol("scaled")
    validator()
      .setEstimator(new Pipeline().setStages(Array(scaler, dt)))
      .setEstimatorParamMaps(
        new ParamGridBuilder()
          .addGrid(dt.maxDepth, Array(1, 3))
          .addGrid(dt.maxBins, Array(4, 8))
          .build()
      )
  }

  def split(parallelism: Int): TrainValidationSplit = {
    val dt = tree
    new TrainValidationSplit()
      .setEstimator(dt)
      .setEvaluator(evaluator)
      .setEstimatorParamMaps(depths(dt))
      .setTrainRatio(0.7)
      .setSeed(7)
      .setParallelism(parallelism)
  }

  def nested: CrossValidator = {
    val dt = tree
    val inner = validator("inner")
      .setNumFolds(2)
      .setCollectSubModels(true)
      .setEstimator(dt)
      .setEstimatorParamMaps(new ParamGridBuilder().addGrid(dt.maxDepth, Array(1, 2)).build())
    validator()
      .setEstimator(inner)
      .setEstimatorParamMaps(new ParamGridBuilder().addGrid(dt.maxBins, Array(4, 8)).build())
  }

  def values: CrossValidator = {
    val lr = new LogisticRegression().setMaxIter(2)
    val dt = tree
    val pipeline = new Pipeline().setStages(Array(lr))
    validator()
      .setEstimator(pipeline)
      .setEstimatorParamMaps(
        Array(
          ParamMap(pipeline.stages -> Array[PipelineStage](lr), lr.regParam -> 0.0001),
          ParamMap(pipeline.stages -> Array[PipelineStage](lr), lr.fitIntercept -> false),
          ParamMap(pipeline.stages -> Array[PipelineStage](dt), dt.impurity -> "entropy"),
          ParamMap(
            pipeline.stages -> Array[PipelineStage](lr),
            lr.thresholds -> Array(0.2, 0.3, 0.5)
          )
        )
      )
  }

  def sameName: CrossValidator = {
    val first = new MinMaxScaler().setInputCol("features").setOutputCol("first")
    val second = new MinMaxScaler().setInputCol("first").setOutputCol("second")
    val largest = new MaxAbsScaler().setInputCol("second").setOutputCol("third")
    val dt = tree.setFeaturesCol("third")
    validator()
      .setEstimator(new Pipeline().setStages(Array(first, second, largest, dt)))
      .setEstimatorParamMaps(
        new ParamGridBuilder().addGrid(first.max, Array(1.0, 2.0)).addGrid(second.max, Array(3.0)).build()
      )
  }

  /** Whole pipelines; some of their stages differ in what was set, others in what was not. */
  def pipelines: CrossValidator = {
    val pipeline = new Pipeline().setStages(Array.empty[PipelineStage])
    def scaler = new MinMaxScaler().setInputCol("features")
    val scalers = Array(scaler, scaler.setMax(2.0))
    def regression(enet: Double) = new LogisticRegression()
      .setMaxIter(2)
      .setRegParam(0.0001)
      .setElasticNetParam(enet)
      .setFeaturesCol(scalers(0).getOutputCol)
    val inner = new Pipeline().setStages(Array(tree.setMaxDepth(1)))
    val stages = Seq[Array[PipelineStage]](
      Array(scalers(0), scalers(1), regression(0.0)),
      Array(scalers(0), scalers(1), regression(1.0)),
      Array(inner)
    )
    // the grid has a param of a stage that is in none of them, too
    val other = new LogisticRegression()
    validator("inner")
      .setNumFolds(2)
      .setEstimator(pipeline)
      .setEstimatorParamMaps(
        stages.map(some => ParamMap(pipeline.stages -> some, other.tol -> 0.5)).toArray
      )
  }

  def classifiers: CrossValidator = {
    val lr = new LogisticRegression().setMaxIter(1)
    val rest = new OneVsRest().setClassifier(lr)
    def regularized(value: Double) = new LogisticRegression().setMaxIter(1).setRegParam(value)
    validator("inner")
      .setNumFolds(2)
      .setEstimator(rest)
      .setEstimatorParamMaps(
        Array(
          ParamMap(rest.classifier -> regularized(0.0001)),
          ParamMap(rest.classifier -> regularized(0.5)),
          ParamMap(rest.classifier -> new LogisticRegression().setMaxIter(1)),
          ParamMap(lr.fitIntercept -> false)
        )
      )
  }

  /** A binomial regression on three classes throws when it is fitted. */
  def failing(parallelism: Int): CrossValidator = {
    val lr = new LogisticRegression().setMaxIter(2)
    validator()
      .setEstimator(lr)
      .setEstimatorParamMaps(
        new ParamGridBuilder().addGrid(lr.family, Array("multinomial", "binomial", "auto")).build()
      )
      .setParallelism(parallelism)
  }

  def inThreads(data: DataFrame): Int = {
    val threads = (1 to 4).map { _ =>
      val thread = new Thread(() => { treeValidator(parallelism = 2).fit(data); () })
      thread.start()
      thread
    }
    threads.foreach(_.join())
    threads.length
  }
}
