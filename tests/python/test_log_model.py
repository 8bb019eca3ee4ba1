"""``spark.trackmllib.logModel``: the best model is in the main run, as an MLflow Spark model."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import mlflow
import pytest
from pyspark.ml import Model, Pipeline
from pyspark.ml.classification import (
    DecisionTreeClassificationModel,
    DecisionTreeClassifier,
    LogisticRegression,
    LogisticRegressionModel,
)
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


def tree_and_line():
    """Two tunings, each of which has another class of model."""
    evaluator = MulticlassClassificationEvaluator(metricName="accuracy")
    return [
        TrainValidationSplit(
            estimator=estimator, evaluator=evaluator, estimatorParamMaps=[{}], seed=1
        )
        for estimator in (DecisionTreeClassifier(seed=1), LogisticRegression(maxIter=3))
    ]


def folders(experiment, run_id):
    """The folders among a run's artifacts, and the class of the model in each."""
    found = [one.path for one in experiment.client.list_artifacts(run_id) if one.is_dir]
    loaded = {path: mlflow.spark.load_model(f"runs:/{run_id}/{path}") for path in found}
    return {path: type(model.stages[0]).__name__ for path, model in loaded.items()}


@pytest.mark.parametrize("at_once", [False, True], ids=["in turn", "at once"])
def test_two_under_one_run(flowers, experiment, conf, at_once):
    """Each has a folder of its own: the first is ``model``, the other has its tuning's mark."""
    conf(logModel="true")
    with mlflow.start_run() as run, ThreadPoolExecutor(2 if at_once else 1) as pool:
        conf(runId=run.info.run_id)
        list(pool.map(lambda tuner: tuner.fit(flowers), tree_and_line()))
    uuids = {child.data.tags["fit_uuid"] for child in experiment.children()}
    found = folders(experiment, run.info.run_id)
    other, first = sorted(found, reverse=True)
    assert first == "model"
    assert other in {f"model_{uuid}" for uuid in uuids}
    assert set(found.values()) == {
        "DecisionTreeClassificationModel",
        "LogisticRegressionModel",
    }
    if not at_once:
        assert found["model"] == "DecisionTreeClassificationModel"


def test_model_of_the_users_own(flowers, experiment, conf):
    """It stays as it is, whether MLflow keeps it among the run's artifacts or beside them."""
    conf(logModel="true")
    tree, line = tree_and_line()
    with mlflow.start_run() as run:
        mlflow.spark.log_model(Pipeline(stages=[line.getEstimator()]).fit(flowers), "model")
        tree.fit(flowers)
    (child,) = experiment.children()
    load, at = mlflow.spark.load_model, f"runs:/{run.info.run_id}"
    assert isinstance(load(f"{at}/model").stages[0], LogisticRegressionModel)
    ours = load(f"{at}/model_{child.data.tags['fit_uuid']}")
    assert isinstance(ours.stages[0], DecisionTreeClassificationModel)


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
