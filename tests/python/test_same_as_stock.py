"""The model of a tracked ``fit()`` cannot be told from that of an untracked one."""

from __future__ import annotations

import os

import mlflow
import pyspark
import pytest
from pyspark.ml.functions import array_to_vector
from pyspark.ml.tuning import CrossValidator, CrossValidatorModel, TrainValidationSplit
from shown import comparable, predicted, saved, shown
from varied import FITS, TUNERS

import trackmllib

# One of each kind on the older Spark, where the others are fitted before a release.
ON_THE_OLDER = {
    "parallelism",
    "folds of the user's",
    "split, in parallel",
    "forest",
    "other stages",
    "the same map twice",
    "nested",
    *(FITS.keys() - TUNERS.keys()),
}
CHOSEN = [
    name
    if name in ON_THE_OLDER or not pyspark.__version__.startswith("3.")
    else pytest.param(name, marks=pytest.mark.release)
    for name in FITS
]


@pytest.fixture(scope="module")
def data(spark):
    """Rows that each of the tunings can make something of; so few that compiling does not pay."""
    quick = {"spark.sql.codegen.wholeStage": "false", "spark.sql.adaptive.enabled": "false"}
    for key, value in quick.items():
        spark.conf.set(key, value)
    yield (
        spark.sql(
            "SELECT CAST(id % 3 AS DOUBLE) AS label, CAST(id % 2 AS INT) AS fold, "
            "1D + id % 2 AS weight, CAST(id % 5 AS INT) AS user, CAST(id % 7 AS INT) AS item, "
            "array(id % 3 + rand(1), rand(2)) AS xs FROM range(0, 60, 1, 1)"
        )
        .withColumn("features", array_to_vector("xs"))
        .drop("xs")
        .cache()
    )
    for key in quick:
        spark.conf.unset(key)


@pytest.mark.parametrize("name", CHOSEN)
def test_same_model(data, experiment, tmp_path, name):
    """All that the model and its sub-models show, what it predicts, and the files it saves."""
    tuner, fit = FITS[name](data)
    before = comparable(shown(tuner), shown(tuner))
    tracked = fit()
    assert experiment.mains()
    assert comparable(shown(tuner), shown(tuner)) == before
    trackmllib.disable()
    count = len(experiment.runs())
    stock = fit()
    assert len(experiment.runs()) == count
    assert facts(tracked, tuner, data, tmp_path / "a") == facts(stock, tuner, data, tmp_path / "b")


def facts(model, tuner, data, directory):
    """Lines that are the same where the models, of one ``fit()``, cannot be told apart."""
    models = list(model) if isinstance(model, list) else [model]
    found = [
        (shown(one), predicted(one, data), saved(one, directory / str(number)))
        for number, one in enumerate(models)
    ]
    return comparable(found, shown(tuner))


def test_tuner_is_not_changed(flowers, experiment):
    """The tuner has the estimator and evaluator that it had, and can be saved, copied and used."""
    tuner = TUNERS["trees"]()
    before = (tuner.getEstimator(), tuner.getEvaluator(), tuner.getEstimatorParamMaps())
    attributes = {name: value for name, value in vars(tuner).items() if name != "_params"}
    tuner.fit(flowers)
    assert (tuner.getEstimator(), tuner.getEvaluator(), tuner.getEstimatorParamMaps()) == before
    after = {name: value for name, value in vars(tuner).items() if name != "_params"}
    assert after == attributes
    assert tuner.copy().uid == tuner.uid


def test_saved_model_is_read_again(flowers, experiment, tmp_path):
    """Also the sub-models."""
    model = TUNERS["parallelism"]().fit(flowers)
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
    TUNERS["trees"]().fit(flowers)
    assert mlflow.active_run() is None
    assert dict(os.environ) == before
