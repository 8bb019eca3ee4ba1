"""The model of a tracked ``fit()`` cannot be told from that of an untracked one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import mlflow
import pytest
from pyspark.ml import Pipeline
from pyspark.ml.classification import DecisionTreeClassifier, LogisticRegression
from pyspark.ml.evaluation import MulticlassClassificationEvaluator, RegressionEvaluator
from pyspark.ml.feature import StandardScaler
from pyspark.ml.regression import LinearRegression
from pyspark.ml.tuning import (
    CrossValidator,
    CrossValidatorModel,
    ParamGridBuilder,
    TrainValidationSplit,
)

import trackmllib


def tree(kind, **params):
    """A tuner over trees."""
    estimator = DecisionTreeClassifier(seed=7)
    return kind(
        estimator=estimator,
        evaluator=MulticlassClassificationEvaluator(metricName="accuracy"),
        estimatorParamMaps=ParamGridBuilder().addGrid(estimator.maxDepth, [1, 3]).build(),
        seed=3,
        **params,
    )


def pipeline(**params):
    """A tuner over a pipeline, with params of two stages."""
    scaler = StandardScaler(inputCol="features", outputCol="scaled")
    logistic = LogisticRegression(featuresCol="scaled", maxIter=3)
    grid = ParamGridBuilder().addGrid(scaler.withMean, [True])
    return CrossValidator(
        estimator=Pipeline(stages=[scaler, logistic]),
        evaluator=MulticlassClassificationEvaluator(metricName="logLoss"),
        estimatorParamMaps=grid.addGrid(logistic.regParam, [0.0, 1.0]).build(),
        numFolds=2,
        **params,
    )


def regression():
    """Smaller is better."""
    estimator = LinearRegression(maxIter=2)
    return TrainValidationSplit(
        estimator=estimator,
        evaluator=RegressionEvaluator(metricName="rmse"),
        estimatorParamMaps=ParamGridBuilder().addGrid(estimator.regParam, [5.0, 0.1]).build(),
        seed=1,
    )


TUNERS = {
    "validator": lambda: tree(CrossValidator, numFolds=2),
    "parallel": lambda: tree(CrossValidator, numFolds=2, parallelism=3, collectSubModels=True),
    "folds": lambda: tree(CrossValidator, numFolds=2, foldCol="fold"),
    "split": lambda: tree(TrainValidationSplit, collectSubModels=True),
    "pipeline": pipeline,
    "regression": regression,
}


def shown(stage):
    """All params of a stage or model, with those of the stages in it."""
    stages = getattr(stage, "stages", None)
    return {
        "class": type(stage).__name__,
        "params": {
            param.name: str(value)
            for param, value in stage.extractParamMap().items()
            if param.name not in ("estimator", "evaluator", "estimatorParamMaps")
        },
        "stages": [shown(one) for one in stages] if isinstance(stages, list) else None,
        "learned": [str(value) for value in learned(stage)],
    }


def learned(stage):
    """What a model has learned."""
    names = {
        "DecisionTreeClassificationModel": ["toDebugString"],
        "LogisticRegressionModel": ["coefficientMatrix", "interceptVector"],
        "LinearRegressionModel": ["coefficients", "intercept"],
    }
    return [getattr(stage, name) for name in names.get(type(stage).__name__, [])]


def facts(model):
    """What a tuner's model shows."""
    subs = model.subModels
    return {
        "class": type(model).__name__,
        "uid": model.uid,
        "parent": getattr(model, "parent", None),
        "metrics": getattr(model, "avgMetrics", None) or model.validationMetrics,
        "std": getattr(model, "stdMetrics", None),
        "params": shown(model),
        "best": shown(model.bestModel),
        "bestUid": model.bestModel.uid,
        "estimator": type(model.getEstimator()).__name__,
        "evaluator": type(model.getEvaluator()).__name__,
        "subs": subs
        and [[shown(one) for one in row] if isinstance(row, list) else shown(row) for row in subs],
        "attributes": sorted(vars(model)),
    }


def files(directory):
    """The files of a saved model, with their metadata but for times."""
    found = {}
    for path in sorted(Path(directory).rglob("*")):
        if path.is_file() and not path.name.startswith((".", "_SUCCESS")):
            name = str(path.relative_to(directory).parent)
            found.setdefault(name, [])
            if "metadata" in name and path.stat().st_size:
                content = json.loads(path.read_text())
                content.pop("timestamp")
                found[name].append(content)
    return found


@pytest.mark.parametrize("name", TUNERS)
def test_same_model(flowers, experiment, tmp_path, name):
    """Metrics, deviations, sub-models, params, uids, attributes, and what is saved."""
    tuner = TUNERS[name]()
    tracked = tuner.fit(flowers)
    assert len(experiment.mains()) == 1
    trackmllib.disable()
    stock = tuner.fit(flowers)
    assert len(experiment.mains()) == 1
    one, two = facts(tracked), facts(stock)
    assert one.pop("uid").split("_")[0] == two.pop("uid").split("_")[0]
    assert one.pop("bestUid") == two.pop("bestUid") or name == "pipeline"
    assert one == two
    tracked.write().overwrite().save(str(tmp_path / "tracked"))
    stock.write().overwrite().save(str(tmp_path / "stock"))
    saved, expected = (
        json.dumps(files(tmp_path / which), sort_keys=True)
        .replace(model.uid, "")
        .replace(model.bestModel.uid, "")
        for which, model in (("tracked", tracked), ("stock", stock))
    )
    assert saved == expected


def test_tuner_is_not_changed(flowers, experiment):
    """The tuner has the estimator and evaluator that it had, and can be saved, copied and used."""
    tuner = TUNERS["validator"]()
    before = (tuner.getEstimator(), tuner.getEvaluator(), tuner.getEstimatorParamMaps())
    attributes = {name: value for name, value in vars(tuner).items() if name != "_params"}
    tuner.fit(flowers)
    assert (tuner.getEstimator(), tuner.getEvaluator(), tuner.getEstimatorParamMaps()) == before
    after = {name: value for name, value in vars(tuner).items() if name != "_params"}
    assert after == attributes
    assert tuner.copy().uid == tuner.uid


def test_saved_model_is_read_again(flowers, experiment, tmp_path):
    """Also the sub-models."""
    model = TUNERS["parallel"]().fit(flowers)
    model.write().option("persistSubModels", "true").save(str(tmp_path / "model"))
    read = CrossValidatorModel.load(str(tmp_path / "model"))
    assert read.avgMetrics == model.avgMetrics
    assert len(read.subModels) == 2


def test_signatures_are_sparks():
    """What shows in help and in an editor is as it was."""
    for kind in (CrossValidator, TrainValidationSplit):
        assert kind.fit.__name__ == "fit"
        assert kind.fit.__doc__
        assert kind._fit.__qualname__ == f"{kind.__name__}._fit"


def test_nothing_is_left_on(flowers, experiment):
    """After the fit no run of MLflow's is active, and the environment is as it was."""
    before = dict(os.environ)
    TUNERS["validator"]().fit(flowers)
    assert mlflow.active_run() is None
    assert dict(os.environ) == before
