"""Param values of every kind, as they come to MLflow."""

from __future__ import annotations

import re

import numpy as np
import pytest
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import StringIndexer
from pyspark.ml.linalg import DenseMatrix, Vectors
from quick import NamedScore, Quick, validator

from trackmllib.hook import values


def logged(experiment):
    """The params of the only trial."""
    (run,) = experiment.children()
    return run.data.params


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (0.0001, "0.0001"),
        (True, "True"),
        ("gini", "gini"),
        ([1.0, 2.0], "[1.0, 2.0]"),
        ((1, "a"), "[1, 'a']"),
        (None, "None"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (np.int32(7), "7"),
        (np.float64(0.5), "0.5"),
        (np.bool_(True), "True"),
        (np.array([1.0, 2.5]), "[1.0, 2.5]"),
        ([np.float64(0.5), np.int64(1)], "[0.5, 1]"),
        (Vectors.dense([1.0, 2.0]), "[1.0,2.0]"),
        (Vectors.sparse(3, [0], [1.0]), "(3,[0],[1.0])"),
        (LogisticRegression, "LogisticRegression"),
        ([StringIndexer, LogisticRegression], "['StringIndexer', 'LogisticRegression']"),
        ({1, 2}, "{1, 2}"),
        (b"x", "b'x'"),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_value(rows, experiment, value, text):
    """A value is written as MLflow writes Python values; a stage by its class name."""
    estimator = Quick()
    validator(estimator=estimator, estimatorParamMaps=[{estimator.other: made(value)}]).fit(rows)
    assert logged(experiment)["other"] == text


def made(value):
    """Stages need a session before they can be made."""
    if isinstance(value, list):
        return [made(one) for one in value]
    return value() if isinstance(value, type) else value


def test_matrix():
    """A matrix has a text of its own."""
    assert "DenseMatrix" in values.typed(DenseMatrix(1, 2, [1.0, 2.0]))


def test_integer_for_a_float_param(rows, experiment):
    """An integer for a param that is a float is written as the float that Spark sets."""
    estimator = Quick()
    validator(estimator=estimator, estimatorParamMaps=[{estimator.rate: 1}]).fit(rows)
    assert logged(experiment)["rate"] == "1.0"


def test_stages_as_values(rows, experiment):
    """A grid over the stages of a pipeline."""
    pipeline = Pipeline(stages=[])
    maps = [{pipeline.stages: [Quick()]}, {pipeline.stages: [Quick(), Quick()]}]
    validator(estimator=pipeline, evaluator=NamedScore(lambda _: 1.0), estimatorParamMaps=maps).fit(
        rows
    )
    assert [run.data.params["stages"] for run in experiment.children()] == [
        "['Quick']",
        "['Quick', 'Quick']",
    ]


def test_redaction(rows, experiment, conf):
    """Values of params whose name Spark's redaction names are written nowhere."""
    estimator = Quick()
    validator(estimator=estimator, estimatorParamMaps=[{estimator.password: "abc123"}]).fit(rows)
    (run,) = experiment.children()
    assert run.data.params["password"] == values.REDACTED
    assert "abc123" not in str(run.to_dictionary()) + str(experiment.main().to_dictionary())


def test_values_that_cannot_be_shown(rows, experiment):
    """A value without a text is told by its kind, and the tuning is logged."""

    class Mute:
        def __str__(self):
            raise RuntimeError("no text")

    estimator = Quick()
    maps = [{estimator.other: Mute(), estimator.size: 2}]
    validator(estimator=estimator, estimatorParamMaps=maps).fit(rows)
    assert logged(experiment)["size"] == "2"


def test_text_in_an_event_is_bounded():
    """A value of 10 MB does not make an event of 10 MB."""
    text = values.text("x" * 10_000_000)
    assert len(text) < 101_000
    assert text.endswith("(10000000 characters)")


def test_setting_keeps_the_order_of_the_map():
    """Redaction goes by the param's name."""
    estimator = Quick()
    setting = values.setting(
        {estimator.size: 1, estimator.rate: 0.5}, re.compile("size", re.IGNORECASE)
    )
    assert [(one.name, one.value) for one in setting] == [
        ("size", values.REDACTED),
        ("rate", 0.5),
    ]
