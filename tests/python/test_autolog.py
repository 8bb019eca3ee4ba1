"""``mlflow.pyspark.ml.autolog()`` at the same time."""

from __future__ import annotations

import sys
from types import ModuleType

import mlflow
import mlflow.pyspark.ml
import pytest
from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS
from pyspark.ml.classification import LogisticRegression
from quick import Quick, in_threads, raising, validator


@pytest.fixture
def autolog(spark):
    """Autologging is on; whether it still is."""
    mlflow.pyspark.ml.autolog(log_models=False, log_datasets=False, silent=True)
    yield lambda: not AUTOLOGGING_INTEGRATIONS["pyspark.ml"]["disable"]
    mlflow.pyspark.ml.autolog(disable=True)
    while mlflow.active_run():
        mlflow.end_run()


def test_logged_once(rows, flowers, experiment, autolog, caplog):
    """A tuning is logged by trackmllib alone, which says so once; other fits still by MLflow."""
    validator().fit(rows)
    validator().fit(rows)
    assert len(experiment.runs()) == 8
    assert all("trackmllib.version" in run.data.tags for run in experiment.mains())
    assert [("autolog" in text) for text in caplog.messages] == [True]
    assert autolog()
    LogisticRegression(maxIter=1).fit(flowers)
    (own,) = [run for run in experiment.mains() if "trackmllib.version" not in run.data.tags]
    assert own.data.params["maxIter"] == "1"


def test_on_again_after_a_failure(rows, experiment, autolog):
    """Autologging is on again however the tuning ended."""
    with pytest.raises(ValueError, match="own"):
        validator(estimator=Quick(before_fit=raising(ValueError("own"), 1))).fit(rows)
    assert autolog()


def test_on_again_after_threads(rows, experiment, autolog):
    """And after several at once, each of which is logged once."""
    in_threads(4, lambda _: validator((1, 2)).fit(rows))
    assert autolog()
    assert len(experiment.runs()) == 12


def test_left_off(rows, experiment, autolog, caplog):
    """Where the user has turned it off, it stays off and nothing is said."""
    mlflow.pyspark.ml.autolog(disable=True)
    validator((1,)).fit(rows)
    assert not autolog()
    assert caplog.messages == []


def test_untracked_tunings_are_autologged(rows, experiment, autolog, conf):
    """Where trackmllib is off, MLflow's autologging does what it does."""
    conf(enabled="false")
    validator((1,)).fit(rows)
    assert autolog()
    assert all("trackmllib.version" not in run.data.tags for run in experiment.runs())
    assert experiment.runs()


def test_fit_while_mlflow_is_being_imported(rows, experiment, monkeypatch):
    """By another thread: what its module does not have yet does not matter to the fit."""
    name = "mlflow.utils.autologging_utils"
    monkeypatch.setitem(sys.modules, name, ModuleType(name))
    assert validator().fit(rows).avgMetrics == [1.0, 2.0, 3.0]
