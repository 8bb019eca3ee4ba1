package org.trackmllib

import org.apache.spark.ml.{Estimator, Pipeline, PipelineStage}
import org.apache.spark.ml.classification.{
  DecisionTreeClassifier,
  GBTClassifier,
  LogisticRegression,
  OneVsRest,
  RandomForestClassifier
}
import org.apache.spark.ml.clustering.KMeans
import org.apache.spark.ml.evaluation.{
  BinaryClassificationEvaluator,
  ClusteringEvaluator,
  Evaluator,
  MulticlassClassificationEvaluator,
  MultilabelClassificationEvaluator,
  RankingEvaluator,
  RegressionEvaluator
}
import org.apache.spark.ml.feature.{PCA, SQLTransformer, VectorAssembler}
import org.apache.spark.ml.param.{IntParam, ParamMap, Params}
import org.apache.spark.ml.recommendation.ALS
import org.apache.spark.ml.regression.{DecisionTreeRegressor, LinearRegression}
import org.apache.spark.ml.tuning.{CrossValidator, ParamGridBuilder, TrainValidationSplit}
import org.apache.spark.sql.types.StructType

/** Tunings of all kinds. */
object VariedTuners {
  // One job a fit: most cases need no more.
  val line = new LinearRegression().setSolver("normal")
  val grid = new ParamGridBuilder().addGrid(line.regParam, Array(5.0, 0.0)).build()
  val rmse = new RegressionEvaluator()
  private val pipeline = {
    val assembler = new VectorAssembler().setInputCols(Array("features")).setOutputCol("assembled")
    new Pipeline().setStages(Array[PipelineStage](assembler, line))
  }
  private val logistic = new LogisticRegression().setMaxIter(2)
  private val logisticGrid =
    new ParamGridBuilder().addGrid(logistic.regParam, Array(1.0, 0.0)).build()
  private val tree = new DecisionTreeClassifier().setSeed(7L)
  private val treeGrid = new ParamGridBuilder().addGrid(tree.maxDepth, Array(1, 2)).build()
  private val forest = new RandomForestClassifier().setNumTrees(2).setSeed(1L)
  private val boosted = new GBTClassifier().setMaxIter(2).setMaxDepth(1).setSeed(1L)
  private val means = new KMeans().setSeed(1L).setMaxIter(1).setInitMode("random")
  private val als = new ALS()
    .setUserCol("fold")
    .setItemCol("label")
    .setRatingCol("weight")
    .setRank(2)
    .setMaxIter(1)
    .setNumBlocks(1)
    .setSeed(1L)
    .setColdStartStrategy("drop")
  private val alsGrid = new ParamGridBuilder().addGrid(als.regParam, Array(0.1, 1.0)).build()
  private val against = new OneVsRest().setClassifier(logistic)
  private val stages = new Pipeline().setStages(Array[PipelineStage](line))
  private val auc = new BinaryClassificationEvaluator()
  private val accuracy = new MulticlassClassificationEvaluator().setMetricName("accuracy")

  def cv(estimator: Estimator[_], evaluator: Evaluator, maps: Array[ParamMap]): CrossValidator =
    new CrossValidator()
      .setEstimator(estimator)
      .setEvaluator(evaluator)
      .setEstimatorParamMaps(maps)
      .setNumFolds(2)

  def tvs(
      estimator: Estimator[_],
      evaluator: Evaluator,
      maps: Array[ParamMap]
  ): TrainValidationSplit =
    new TrainValidationSplit()
      .setEstimator(estimator)
      .setEvaluator(evaluator)
      .setEstimatorParamMaps(maps)

  /** A stage, and one that makes lists of what it predicts, for evaluators of lists. */
  private def inLists(stage: PipelineStage): Pipeline = {
    val statement = "SELECT array(round(CAST(prediction AS DOUBLE)), 1D) AS predicted, " +
      "array(CAST(label AS DOUBLE)) AS actual FROM __THIS__"
    new Pipeline().setStages(Array(stage, new SQLTransformer().setStatement(statement)))
  }

  val all: Seq[(String, Estimator[_])] = Seq(
    "CV" -> cv(line, rmse, grid),
    "CV, larger is better" -> cv(logistic, auc, logisticGrid),
    "CV, parallelism 3" -> cv(pipeline, rmse, grid).setParallelism(3).setNumFolds(3),
    "CV, seed" -> cv(line, rmse, grid).setSeed(42L),
    "CV, sub-models" -> cv(line, rmse, grid).setCollectSubModels(true).setParallelism(2),
    "CV, foldCol" -> cv(line, rmse, grid).setFoldCol("fold"),
    "CV, weights" -> cv(
      line.copy(ParamMap(line.weightCol -> "weight")),
      new RegressionEvaluator().setWeightCol("weight"),
      grid
    ),
    "CV, the same map twice" -> cv(line, rmse, Array(grid(1), grid(1), grid(1).copy, grid(0))),
    "CV, one empty map" -> cv(line, rmse, Array(ParamMap.empty)),
    "CV, trees, sub-models" -> cv(tree, accuracy, treeGrid).setCollectSubModels(true).setSeed(3L),
    "CV, clusters" -> cv(
      means,
      new ClusteringEvaluator(),
      new ParamGridBuilder().addGrid(means.k, Array(2, 3)).build()
    ),
    "CV, many labels, smaller is better" -> cv(
      inLists(tree),
      new MultilabelClassificationEvaluator()
        .setMetricName("hammingLoss")
        .setPredictionCol("predicted")
        .setLabelCol("actual"),
      treeGrid
    ),
    "CV, other stages" -> {
      val pca = new PCA().setK(1).setInputCol("features").setOutputCol("pca")
      val onPca = new DecisionTreeRegressor().setFeaturesCol("pca").setSeed(1L).setMaxDepth(1)
      val grids = Seq(Array[PipelineStage](line), Array[PipelineStage](pca, onPca))
      cv(stages, rmse, grids.map(one => ParamMap(stages.stages -> one)).toArray)
    },
    "CV in a CV" ->
      cv(
        cv(line, new RegressionEvaluator(), grid),
        rmse,
        Array(ParamMap(line.fitIntercept -> false))
      ),
    "TVS in a pipeline in a CV" -> {
      val inner = tvs(line, new RegressionEvaluator(), grid).setSeed(4L)
      val outer = new Pipeline().setStages(Array[PipelineStage](inner))
      cv(outer, rmse, Array(0.5, 0.8).map(ratio => ParamMap(inner.trainRatio -> ratio)))
    },
    "a subclass" -> new OwnTuner()
      .setEstimator(line)
      .setEvaluator(rmse)
      .setEstimatorParamMaps(grid),
    "TVS" -> tvs(line, rmse, grid),
    "TVS, parallelism 3, ratio, seed" ->
      tvs(pipeline, rmse, grid).setParallelism(3).setTrainRatio(0.6).setSeed(7L),
    "TVS, sub-models" -> tvs(line, rmse, grid).setCollectSubModels(true),
    "TVS, a larger metric of a regression" ->
      tvs(line, new RegressionEvaluator().setMetricName("r2"), grid),
    "TVS, forest, sub-models" -> tvs(
      forest,
      accuracy,
      new ParamGridBuilder().addGrid(forest.maxDepth, Array(1, 2)).build()
    ).setCollectSubModels(true),
    "TVS, boosted trees" -> tvs(
      boosted,
      auc,
      new ParamGridBuilder().addGrid(boosted.stepSize, Array(0.1, 0.5)).build()
    ),
    "TVS, recommendations" ->
      tvs(als, new RegressionEvaluator().setLabelCol("weight"), alsGrid).setSeed(2L),
    "TVS, rankings" -> tvs(
      inLists(als),
      new RankingEvaluator()
        .setMetricName("precisionAtK")
        .setK(1)
        .setPredictionCol("predicted")
        .setLabelCol("actual"),
      alsGrid
    ),
    "TVS, one against the rest, smaller is better" -> tvs(
      against,
      new MulticlassClassificationEvaluator().setMetricName("hammingLoss"),
      Array(1, 3).map { steps =>
        ParamMap(against.classifier -> new LogisticRegression().setMaxIter(steps))
      }
    )
  )

  /** One of each way to be fitted, for the older Scala line: both are compiled from one source. */
  private val some = Set(
    "CV, parallelism 3",
    "CV, foldCol",
    "CV, the same map twice",
    "CV, trees, sub-models",
    "CV, other stages",
    "CV in a CV",
    "TVS in a pipeline in a CV",
    "a subclass",
    "TVS, parallelism 3, ratio, seed",
    "TVS, forest, sub-models"
  )

  /** All on the newer line, and before a release (`ALL_TUNERS=1`). */
  def chosen: Seq[(String, Estimator[_])] = {
    val whole = BuildInfo.SCALA_BINARY_VERSION != "2.12" || sys.env.contains("ALL_TUNERS")
    if (whole) all else all.filter { case (name, _) => some(name) }
  }
}

/**
 * A user's tuner: a param more, checks of its own, and getters that Spark's `fit` does not ask.
 */
class OwnTuner(override val uid: String = "own_1") extends CrossValidator(uid) {
  val more = new IntParam(this, "more", "a param that the model does not have")
  setDefault(more, 1)
  setDefault(seed, 5L)

  override def transformSchema(schema: StructType): StructType = {
    require(schema.fieldNames.contains("label"))
    super.transformSchema(schema)
  }

  override def getEstimator: Estimator[_] = new LinearRegression().setFitIntercept(false)
  override def getEvaluator: Evaluator = new RegressionEvaluator().setMetricName("r2")
  override def getEstimatorParamMaps: Array[ParamMap] = Array.empty
  override def getNumFolds: Int = 5

  override protected def copyValues[T <: Params](to: T, extra: ParamMap): T =
    super.copyValues(to, extra ++ ParamMap(numFolds -> 9))
}
