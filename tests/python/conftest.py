"""What the Python tests share."""

from __future__ import annotations

import mlflow
import pytest
from found import Experiment
from gate import Gate

from trackmllib import hook, journal, messages


@pytest.fixture(autouse=True)
def _anew(monkeypatch, tmp_path_factory):
    """Each test has its own warnings, journals and switches."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    messages.warn_once.cache_clear()
    monkeypatch.setattr(hook.switch, "_switched", None)


@pytest.fixture
def experiment(store, monkeypatch):
    """A fresh experiment, which is the default of everything in the test."""
    fresh = Experiment(store)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", fresh.id)
    return fresh


@pytest.fixture
def conf(spark):
    """Sets confs of the session for the length of the test."""
    keys = []

    def set_conf(**values):
        for name, value in values.items():
            key = name.replace("__", ".")
            key = key if key.startswith("spark.") else f"spark.trackmllib.{key}"
            spark.conf.set(key, value)
            keys.append(key)

    yield set_conf
    for key in keys:
        spark.conf.unset(key)


@pytest.fixture
def rows(spark):
    """Data for quick trials."""
    return spark.range(20)


@pytest.fixture(scope="session")
def flowers(spark):
    """Three kinds of things that a tree can tell apart, with folds."""
    return (
        spark.sql(
            "SELECT CAST(id % 3 AS DOUBLE) AS label, CAST(id % 2 AS INT) AS fold, array("
            "CAST(id % 3 AS DOUBLE) + rand(1), rand(2), CAST(id % 7 AS DOUBLE) / 3 + rand(3)) xs "
            "FROM range(0, 120, 1, 1)"
        )
        .transform(_with_features)
        .cache()
    )


def _with_features(frame):
    from pyspark.ml.functions import array_to_vector

    return frame.select("label", "fold", array_to_vector("xs").alias("features"))


@pytest.fixture
def journals():
    """The journals that are in the user's state directory."""
    return lambda: sorted(journal.default_directory().glob("*.jsonl"))


@pytest.fixture
def remote(server):
    """A fresh experiment on the server."""
    return Experiment(mlflow.MlflowClient(server.uri))


@pytest.fixture
def gate(server):
    """A way to the server that can be shut."""
    way = Gate(server.port).open()
    yield way
    way.shut()
