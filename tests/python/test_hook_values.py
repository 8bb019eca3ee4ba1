"""Param values of every kind, as they come to MLflow."""

from __future__ import annotations

import numpy as np
import pytest
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression, OneVsRest
from pyspark.ml.feature import HashingTF, RegexTokenizer, StringIndexer, VectorAssembler
from pyspark.ml.linalg import DenseMatrix, Vectors
from pyspark.ml.param import Param, Params
from quick import NamedScore, Quick, raising, validator

from trackmllib import conf
from trackmllib.consumer import naming
from trackmllib.events import ParamName, TrialStarted, to_line
from trackmllib.hook import values
from trackmllib.hook.grid import Grid
from trackmllib.redaction import REDACTED


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
    """A grid over the stages of a pipeline: each is named by what tells it apart."""
    pipeline = Pipeline(stages=[])
    some = [[sized(1)], [sized(2)], [sized(1), sized(1, rate=0.5)]]
    maps = [{pipeline.stages: stages} for stages in some]
    validator(estimator=pipeline, evaluator=NamedScore(lambda _: 1.0), estimatorParamMaps=maps).fit(
        rows
    )
    found = [run.data.params for run in experiment.children()]
    assert [params["stages"] for params in found] == [
        "['Quick(size=1)']",
        "['Quick(size=2)']",
        "['Quick(size=1)', 'Quick']",
    ]
    assert found[1]["stages.Quick.size"] == "2"
    assert found[2]["stages.Quick_2.rate"] == "0.5"


def sized(size, **params):
    """A stage with its params set."""
    stage = Quick()
    return stage._set(size=size, **params)


@pytest.mark.usefixtures("spark")
def test_many_stages():
    """A name holds the stages that differ where it cannot hold all; a stage in itself is an end."""
    pipeline = Pipeline()
    same = [Quick() for _ in range(60)]
    maps = [{pipeline.stages: [*same, sized(size)]} for size in (1, 2)]
    grid = grid_of(pipeline, maps)
    names = [naming.in_words(naming.by_key(grid.setting(trial), {})) for trial in (0, 1)]
    assert names == [f"stages=['…', 'Quick(size={size})']" for size in (1, 2)]
    loop = Pipeline()
    loop.setStages([loop, sized(3)])
    line = to_line(
        TrialStarted(
            tuning="a",
            trial=0,
            fold=0,
            measured=False,
            setting=grid_of(pipeline, [{pipeline.stages: [loop]}]).setting(0),
        )
    )
    assert len(line) < 100_000


def grid_of(estimator, maps):
    """A grid, with Spark's own redaction."""
    return Grid(estimator, maps, conf.read({}.get).redaction)


@pytest.mark.usefixtures("spark")
def test_stages_of_one_class_and_of_none():
    """Two stages of one class are told apart by their place, one that is not there comes last."""
    first, second, other = Quick(), Quick(), Quick()
    maps = [{second.size: 1, first.size: 2, other.size: 3, other.rate: 0.5}]
    grid = grid_of(Pipeline(stages=[first, second]), maps)
    assert [f"{one.parent}.{one.name}" for one in grid.params] == [
        "Quick_2.size",
        "Quick_1.size",
        "Quick_3.size",
        "Quick.rate",
    ]
    nested = grid_of(OneVsRest(classifier=(lr := LogisticRegression())), [{lr.regParam: 0.5}])
    assert nested.params == [ParamName("LogisticRegression", "regParam")]


@pytest.mark.usefixtures("spark")
def test_texts_with_uids():
    """A column's default name has the stage's place in it, where it has a uid by itself."""
    first, second = (HashingTF(inputCol="words") for _ in range(2))
    assembler = VectorAssembler()
    columns = [one.getOutputCol() for one in (first, second)]
    grid = grid_of(Pipeline(stages=[first, second]), [{assembler.inputCols: columns}])
    (tried,) = grid.setting(0)
    assert tried.value == ["HashingTF_1__output", "HashingTF_2__output"]


def test_redaction(rows, experiment):
    """Secrets, by name or looks, are written nowhere; the user's own error is as it was."""
    uri = "jdbc:postgresql://ann:abc123@db/x"
    estimator = Quick(before_fit=raising(error := ValueError(uri), 2))
    maps = [
        {estimator.password: "abc123", estimator.other: {"password": "abc123"}},
        {estimator.size: 2},
    ]
    with pytest.raises(ValueError, match="abc123") as thrown:
        validator(estimator=estimator, estimatorParamMaps=maps).fit(rows)
    assert thrown.value is error
    main, runs = experiment.main(), experiment.children()
    assert runs[0].data.params["password"] == REDACTED
    assert (
        runs[1].data.tags["trackmllib.error"]
        == f"ValueError: {uri.replace('ann:abc123', REDACTED)}"
    )
    assert "abc123" not in "".join(str(run.to_dictionary()) for run in (main, *runs))


@pytest.mark.usefixtures("spark")
def test_params_of_sparks_own_stages():
    """They are no secrets because of a part of a word, also in a subclass and as a value."""

    class Mine(RegexTokenizer):
        token = Param(Params._dummy(), "token", "")

    for tokenizer in (RegexTokenizer(), Mine()):
        (tried,) = grid_of(tokenizer, [{tokenizer.minTokenLength: 2}]).setting(0)
        assert tried.value == 2
    (tried,) = grid_of(tokenizer, [{tokenizer.token: "abc"}]).setting(0)
    assert tried.value == REDACTED
    pipeline = Pipeline()
    stages = [sized(1, password="abc123"), RegexTokenizer(minTokenLength=2)]
    (tried,) = grid_of(pipeline, [{pipeline.stages: stages}]).setting(0)
    assert [one["params"] for one in tried.value] == [
        {"password": REDACTED, "size": 1},
        {"minTokenLength": 2},
    ]


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
