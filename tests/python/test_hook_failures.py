"""Tunings that do not end well: the user's exception unchanged, the others' figures kept."""

from __future__ import annotations

import signal
import threading

import pytest
from found import statuses
from pyspark.errors import AnalysisException
from pyspark.ml.classification import DecisionTreeClassifier
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder, TrainValidationSplit
from quick import NamedScore, Quick, raising, validator
from story import until

from trackmllib.hook.tracker import tracker


def failing(where, error):
    """A tuner whose third trial throws."""
    step = raising(error, 3)

    def score(model):
        if where == "evaluate":
            step(model)
        return 1.0

    estimator = Quick(
        before_fit=step if where == "fit" else None,
        in_transform=step if where == "transform" else None,
    )
    return validator((1, 2, 3), estimator=estimator, evaluator=NamedScore(score), numFolds=2)


@pytest.mark.parametrize("where", ["fit", "transform", "evaluate"])
def test_trial_that_fails(rows, experiment, where, journals):
    """The very exception; its child FAILED with the error; the main run, ours, FAILED."""
    error = ValueError("too deep")
    with pytest.raises(ValueError, match="too deep") as thrown:
        failing(where, error).fit(rows)
    assert thrown.value is error
    main, children = experiment.main(), experiment.children()
    assert main.info.status == "FAILED"
    assert main.data.tags["trackmllib.error"] == "ValueError: too deep"
    assert statuses(children) == ["KILLED", "KILLED", "FAILED"]
    assert children[2].data.tags["trackmllib.error"] == "ValueError: too deep"
    assert [run.data.metrics.get("score") for run in children] == [1.0, 1.0, None]
    assert journals() == []


def test_split_that_fails(rows, experiment):
    """One split: the trials that have their metric are FINISHED."""
    estimator = Quick(before_fit=raising(ValueError("own"), 3))
    with pytest.raises(ValueError, match="own"):
        validator(estimator=estimator, kind=TrainValidationSplit).fit(rows)
    assert statuses(experiment.children()) == ["FINISHED", "FINISHED", "FAILED"]


def test_failure_of_sparks(flowers, experiment):
    """Spark's own exceptions pass unchanged."""
    tree = DecisionTreeClassifier(featuresCol="nowhere")
    grid = ParamGridBuilder().addGrid(tree.maxDepth, [1, 2]).build()
    tuner = CrossValidator(
        estimator=tree, evaluator=MulticlassClassificationEvaluator(), estimatorParamMaps=grid
    )
    with pytest.raises(Exception, match="nowhere") as thrown:
        tuner.fit(flowers)
    assert type(thrown.value).__module__.startswith("pyspark.")
    assert "nowhere" in experiment.main().data.tags["trackmllib.error"]
    assert statuses(experiment.children())[0] == "FAILED"


def test_failure_before_the_first_trial(rows, experiment):
    """A tuning that never comes to a trial."""
    with pytest.raises(AnalysisException, match="nowhere"):
        validator(foldCol="nowhere").fit(rows)
    assert experiment.main().info.status == "FAILED"
    assert experiment.children() == []


def test_keyboard_interrupt(rows, experiment):
    """Ctrl-C during a trial: what was interrupted is KILLED."""
    ended = threading.Event()

    def step(estimator, _):
        if estimator.getOrDefault("size") == 2:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            ended.wait(30)

    with pytest.raises(KeyboardInterrupt):
        validator(estimator=Quick(before_fit=step), kind=TrainValidationSplit).fit(rows)
    main, children = experiment.main(), experiment.children()
    ended.set()
    assert main.info.status == "KILLED"
    assert statuses(children) == ["FINISHED", "KILLED"]
    assert main.data.tags["trackmllib.error"].startswith("KeyboardInterrupt")


def test_trials_that_outlive_the_fit(rows, experiment, journals):
    """At parallelism 3 the others run on after ``fit()`` threw: their figures come later."""
    of_others = tracker()._consumer.unfinished()
    thrown = threading.Event()

    def step(estimator, _):
        if estimator.getOrDefault("size") == 1:
            raise ValueError("first")
        assert thrown.wait(30)

    tuner = validator(
        (1, 2, 3), estimator=Quick(before_fit=step), kind=TrainValidationSplit, parallelism=3
    )
    with pytest.raises(ValueError, match="first"):
        tuner.fit(rows)
    assert experiment.main().info.status == "FAILED"
    thrown.set()
    until(lambda: not journals())
    assert statuses(experiment.children()) == ["FAILED", "FINISHED", "FINISHED"]
    assert experiment.children()[2].data.metrics["score"] == 3.0
    assert set(tracker()._consumer.unfinished()) <= set(of_others)


class UnspeakableError(Exception):
    """Cannot be shown."""

    def __str__(self):
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    "error", [ValueError("a\ud800\x00b"), ValueError("x" * 10_000_000), UnspeakableError()]
)
def test_errors_of_any_text(rows, experiment, error, journals):
    """Whatever the text of an exception: the same exception, and runs that are FAILED."""
    with pytest.raises(type(error)) as thrown:
        failing("fit", error).fit(rows)
    assert thrown.value is error
    assert experiment.main().info.status == "FAILED"
    assert "FAILED" in statuses(experiment.children())
    assert "RUNNING" not in statuses(experiment.runs())
    assert journals() == []


def test_tuner_without_what_it_needs(rows, experiment):
    """No estimator, evaluator or maps: Spark's own error, and no run."""
    for tuner in (
        CrossValidator(),
        CrossValidator(estimator=Quick(), estimatorParamMaps=[{}]),
        CrossValidator(estimator=Quick(), evaluator=NamedScore()),
    ):
        with pytest.raises(KeyError):
            tuner.fit(rows)
    with pytest.raises((AttributeError, TypeError)):
        validator().fit(None)
    with pytest.raises(TypeError):
        validator().fit(rows, {}, "more")
    with pytest.raises(TypeError):
        validator().fit(rows, nothing=1)
    assert experiment.runs() == []
