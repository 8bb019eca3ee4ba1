"""``spark.trackmllib.logModel``: the best model is in the main run, as an MLflow Spark model."""

from __future__ import annotations

import mlflow
import pytest
from pyspark.ml import Model, Pipeline
from pyspark.ml.classification import DecisionTreeClassifier
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.tuning import ParamGridBuilder, TrainValidationSplit
from quick import NamedScore, Quick, validator


class Unsaved(Model):
    """A model that cannot be saved."""

    def _transform(self, dataset):
        dataset.model = self
        return dataset


class Unsaving(Quick):
    """Its models cannot be saved."""

    def _fit(self, dataset):
        return Unsaved()


@pytest.mark.parametrize("piped", [True, False], ids=["pipeline", "bare"])
def test_best_model(flowers, experiment, conf, piped):
    """It predicts what the best model of the fit predicts."""
    conf(logModel="true")
    tree = DecisionTreeClassifier(seed=1)
    model = TrainValidationSplit(
        estimator=Pipeline(stages=[tree]) if piped else tree,
        evaluator=MulticlassClassificationEvaluator(metricName="accuracy"),
        estimatorParamMaps=ParamGridBuilder().addGrid(tree.maxDepth, [1, 3]).build(),
        seed=1,
    ).fit(flowers)
    run = experiment.main()
    assert run.info.status == "FINISHED"
    loaded = mlflow.spark.load_model(f"runs:/{run.info.run_id}/model")
    expected, found = (
        [row.prediction for row in one.transform(flowers).collect()] for one in (model, loaded)
    )
    assert found == expected


def test_not_asked_for(flowers, experiment):
    """By default there is none."""
    validator().fit(flowers)
    found = experiment.client.list_artifacts(experiment.main().info.run_id)
    assert not any(one.path == "model" for one in found)


def test_model_that_cannot_be_saved(rows, experiment, conf, caplog):
    """One warning; the fit and its run are as without it."""
    conf(logModel="true")
    score = NamedScore(lambda _: 0.5)
    model = validator(estimator=Unsaving(), evaluator=score).fit(rows)
    assert model.bestModel is not None
    assert experiment.main().info.status == "FINISHED"
    assert sum("the best model is not in MLflow" in text for text in caplog.messages) == 1
