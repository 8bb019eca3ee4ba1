package org.trackmllib

import java.nio.file.Files

import org.apache.spark.ml.{Estimator, Model, Pipeline, PipelineStage}
import org.apache.spark.ml.classification.LogisticRegression
import org.apache.spark.ml.evaluation.{
  BinaryClassificationEvaluator,
  Evaluator,
  RegressionEvaluator
}
import org.apache.spark.ml.feature.VectorAssembler
import org.apache.spark.ml.param.{IntParam, ParamMap, Params}
import org.apache.spark.ml.regression.LinearRegression
import org.apache.spark.ml.tuning.{
  CrossValidator,
  CrossValidatorModel,
  ParamGridBuilder,
  TrainValidationSplit,
  TrainValidationSplitModel
}
import org.apache.spark.ml.util.MLWritable
import org.apache.spark.sql.types.StructType

/** The model of a tracked fit cannot be told from stock Spark's. */
class SameAsStockSuite extends SparkSuite {
  // One job a fit: most cases need no more.
  private val line = new LinearRegression().setSolver("normal")
  private val grid = new ParamGridBuilder().addGrid(line.regParam, Array(5.0, 0.0)).build()
  private val rmse = new RegressionEvaluator()
  private val pipeline = {
    val assembler = new VectorAssembler().setInputCols(Array("features")).setOutputCol("assembled")
    new Pipeline().setStages(Array[PipelineStage](assembler, line))
  }
  private val lr = new LogisticRegression().setMaxIter(2)
  private val lrGrid = new ParamGridBuilder().addGrid(lr.regParam, Array(1.0, 0.0)).build()
  private val auc = new BinaryClassificationEvaluator()

  private def cv(estimator: Estimator[_], evaluator: Evaluator, maps: Array[ParamMap]) =
    new CrossValidator()
      .setEstimator(estimator)
      .setEvaluator(evaluator)
      .setEstimatorParamMaps(maps)
      .setNumFolds(2)

  private def tvs(estimator: Estimator[_], evaluator: Evaluator, maps: Array[ParamMap]) =
    new TrainValidationSplit()
      .setEstimator(estimator)
      .setEvaluator(evaluator)
      .setEstimatorParamMaps(maps)

  private val tuners = Seq[(String, Estimator[_])](
    "CV" -> cv(line, rmse, grid),
    "CV, larger is better" -> cv(lr, auc, lrGrid),
    "CV, parallelism 3" -> cv(pipeline, rmse, grid).setParallelism(3).setNumFolds(3),
    "CV, seed" -> cv(line, rmse, grid).setSeed(42L),
    "CV, sub-models" -> cv(line, rmse, grid).setCollectSubModels(true).setParallelism(2),
    "CV, foldCol" -> cv(line, rmse, grid).setFoldCol("fold"),
    "CV, weights" -> cv(line.copy(ParamMap(line.weightCol -> "weight")), rmse, grid),
    "CV, the same map twice" -> cv(line, rmse, Array(grid(1), grid(1), grid(1).copy, grid(0))),
    "CV, one empty map" -> cv(line, rmse, Array(ParamMap.empty)),
    "TVS" -> tvs(line, rmse, grid),
    "TVS, parallelism 3, ratio, seed" ->
      tvs(pipeline, rmse, grid).setParallelism(3).setTrainRatio(0.6).setSeed(7L),
    "TVS, sub-models" -> tvs(line, rmse, grid).setCollectSubModels(true),
    "a subclass" -> new OwnTuner()
      .setEstimator(line)
      .setEvaluator(rmse)
      .setEstimatorParamMaps(grid),
    "CV in a CV" ->
      cv(
        cv(line, new RegressionEvaluator(), grid),
        rmse,
        Array(ParamMap(line.fitIntercept -> false))
      )
  )

  tuners.foreach { case (name, tuner) =>
    journals.test(name) { _ =>
      val (stock, ours) = tuner match {
        case cv: CrossValidator => (cv.fit(data), tracked(cv))
        case tvs: TrainValidationSplit => (tvs.fit(data), tracked(tvs))
        case other => fail(other.toString)
      }
      assertEquals(facts(ours), facts(stock))
      assert(ours.parent eq tuner)
    }
  }

  journals.test("what is saved is the same, and it can be loaded") { _ =>
    val tuner = cv(line, rmse, grid.take(1)).setCollectSubModels(true)
    assertEquals(saved(tracked(tuner)), saved(tuner.fit(data)))
    val split = tvs(line, rmse, grid)
    assertEquals(saved(tracked(split)), saved(split.fit(data)))
  }

  journals.test("the model holds the user's own objects, and so do its sub-models' parents") { _ =>
    val tuner = cv(line, rmse, grid).setCollectSubModels(true)
    val model = tracked(tuner)
    assert(model.getEstimator eq line)
    assert(model.getEvaluator eq rmse)
    assert(model.getEstimatorParamMaps eq grid)
    assertEquals(model.subModels.flatten.map(_.parent.getClass).toSet.size, 1)
    assertEquals(model.bestModel.parent.getClass.getName, line.getClass.getName)
  }

  journals.test("what is not complete gets Spark's own error") { _ =>
    val message = intercept[NoSuchElementException](new CrossValidator().fit(data)).getMessage
    val tuner = new CrossValidator()
    assertEquals(fitOrNull(tuner), null)
    assert(message.contains("estimatorParamMaps") || message.contains("estimator"))
    assertEquals(fitOrNull(cv(line, rmse, Array.empty)), null)
  }

  /** All that can be asked of a model. */
  private def facts(model: Model[_]): Seq[Any] = {
    val figures = model match {
      case m: CrossValidatorModel =>
        val subModels = if (m.hasSubModels) m.subModels.toSeq.map(_.toSeq.map(one)) else Nil
        Seq(m.avgMetrics.toSeq, one(m.bestModel), subModels)
      case m: TrainValidationSplitModel =>
        val subModels = if (m.hasSubModels) m.subModels.toSeq.map(one) else Nil
        Seq(m.validationMetrics.toSeq, one(m.bestModel), subModels)
      case other => fail(other.toString)
    }
    figures ++ one(model) :+ model.transform(data).select("prediction").collect().toSeq
  }

  private def one(model: Model[_]): Seq[Any] = Seq(
    model.getClass,
    model.uid,
    params(model),
    model.explainParams().linesIterator.toSeq,
    model.transformSchema(data.schema)
  )

  private def params(of: Params): Seq[Any] = of.params.toSeq.map { p =>
    (p.name, of.isSet(p), of.get(p).map(_.toString), of.getDefault(p).map(_.toString))
  }

  /** The saved metadata, but for its time. */
  private def saved(model: Model[_]): String = {
    val directory = Files.createTempDirectory("model").resolve("m").toString
    model.asInstanceOf[MLWritable].save(directory)
    if (model.isInstanceOf[CrossValidatorModel]) CrossValidatorModel.load(directory)
    else TrainValidationSplitModel.load(directory)
    spark.sparkContext
      .textFile(s"$directory/metadata")
      .first()
      .replaceAll("\"timestamp\":\\d+", "")
  }
}

/** A user's tuner: a param more, and checks of its own. */
class OwnTuner(override val uid: String = "own_1") extends CrossValidator(uid) {
  val more = new IntParam(this, "more", "a param that the model does not have")
  setDefault(more, 1)
  setDefault(seed, 5L)

  override def transformSchema(schema: StructType): StructType = {
    require(schema.fieldNames.contains("label"))
    super.transformSchema(schema)
  }
}
