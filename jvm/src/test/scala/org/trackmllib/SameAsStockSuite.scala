package org.trackmllib

import org.apache.spark.ml.tuning.{CrossValidator, TrainValidationSplit}

/** The model of a tracked fit cannot be told from stock Spark's. */
class SameAsStockSuite extends SparkSuite {
  import VariedTuners.{cv, grid, line, rmse}

  VariedTuners.chosen.foreach { case (name, tuner) =>
    journals.test(name) { directory =>
      val (stock, ours) = tuner match {
        case cv: CrossValidator => (cv.fit(data), tracked(cv))
        case tvs: TrainValidationSplit => (tvs.fit(data), tracked(tvs))
        case other => fail(other.toString)
      }
      assert(files(directory).nonEmpty)
      assertEquals(Shown(ours, data), Shown(stock, data))
      assert(ours.parent eq tuner)
    }
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
}
