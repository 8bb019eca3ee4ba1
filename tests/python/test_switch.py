"""What turns tracking on and off."""

from __future__ import annotations

import pytest
from fresh import python, session
from quick import validator

import trackmllib


def tracked(rows, experiment):
    """Whether a tuning is tracked now."""
    before = len(experiment.runs())
    assert validator((1,)).fit(rows).avgMetrics == [1.0]
    return len(experiment.runs()) > before


def test_on_where_the_jar_is(rows, experiment):
    """A session with the jar needs nothing more."""
    assert tracked(rows, experiment)


def test_read_at_every_fit(rows, experiment, conf):
    """The conf counts as it is when ``fit()`` begins."""
    conf(enabled="false")
    assert not tracked(rows, experiment)
    conf(enabled="TRUE ")
    assert tracked(rows, experiment)


def test_conf_of_databricks(rows, experiment, conf):
    """Honoured where ours is unset."""
    conf(spark__databricks__mlflow__trackMLlib__enabled="false")
    assert not tracked(rows, experiment)
    conf(enabled="true")
    assert tracked(rows, experiment)


def test_environment_wins(rows, experiment, conf, monkeypatch):
    """``TRACKMLLIB_DISABLED=1`` wins over everything."""
    monkeypatch.setenv("TRACKMLLIB_DISABLED", "1")
    conf(enabled="true")
    trackmllib.enable()
    assert not tracked(rows, experiment)
    monkeypatch.setenv("TRACKMLLIB_DISABLED", "0")
    assert tracked(rows, experiment)


def test_code(rows, experiment, conf):
    """``disable()`` wins over the confs, ``enable()`` does not."""
    trackmllib.disable()
    assert not tracked(rows, experiment)
    conf(enabled="true")
    assert not tracked(rows, experiment)
    trackmllib.enable()
    assert tracked(rows, experiment)
    conf(enabled="false")
    assert not tracked(rows, experiment)


@pytest.mark.parametrize("value", ["yes", "1", "", "${x}"])
def test_bad_value(rows, experiment, conf, value, caplog):
    """A value that cannot be read: the default, and one message that says what is accepted."""
    conf(enabled=value)
    assert tracked(rows, experiment)
    (message,) = [text for text in caplog.messages if "spark.trackmllib.enabled" in text]
    assert "true or false" in message


def test_new_session_of_the_same_application(rows, spark, experiment):
    """The conf is that of the session that the data belongs to."""
    other = spark.newSession()
    other.conf.set("spark.trackmllib.enabled", "false")
    assert not tracked(other.range(10), experiment)
    assert tracked(rows, experiment)


@pytest.mark.driver
def test_disabled_is_absent():
    """No import of MLflow, no thread; by conf of the application, of the session, by code."""
    code = (
        session('.config("spark.trackmllib.enabled", "false")')
        + """
import trackmllib
def fit():
    print(*map(float, validator().fit(rows).avgMetrics), *ours())
fit()
spark.conf.unset("spark.trackmllib.enabled")
spark.conf.set("spark.trackmllib.enabled", "false")
fit()
spark.conf.set("spark.trackmllib.enabled", "true")
trackmllib.disable()
fit()
"""
    )
    assert python(code).splitlines() == ["1.0 2.0 3.0 False False"] * 3


@pytest.mark.driver
def test_without_the_jar(experiment):
    """Off; on by ``TRACKMLLIB_ENABLED``, by the conf, by ``enable()``. MLflow comes by itself."""
    code = (
        session()
        + """
import os, trackmllib
def fit():
    validator().fit(rows)
fit()
print(*ours())
spark.conf.set("spark.trackmllib.enabled", "true")
fit()
spark.conf.unset("spark.trackmllib.enabled")
fit()
os.environ["TRACKMLLIB_ENABLED"] = "1"
fit()
del os.environ["TRACKMLLIB_ENABLED"]
trackmllib.enable()
fit()
print(ours()[0])
import mlflow
print(mlflow.last_active_run() is not None)
"""
    )
    assert python(code).splitlines() == ["False False", "True", "True"]
    assert len(experiment.mains()) == 3
    assert len(experiment.runs()) == 12
