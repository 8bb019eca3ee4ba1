"""What the trials of PySpark's tuners use of Spark: measured in the JVM, exact, and harmless."""

from __future__ import annotations

import os
import threading

import pytest
from fresh import python, session
from pyspark.ml import Pipeline
from pyspark.ml.classification import DecisionTreeClassifier
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder, TrainValidationSplit
from quick import Quick, raising, sizes, validator
from story import until

import trackmllib
from measured import RESOURCES
from trackmllib import replay
from trackmllib.hook import place

PROPERTY = "trackmllib.trial"


def job_of_size(estimator, dataset):
    """One job of as many tasks as ``size`` says."""
    numbers = dataset.sparkSession.range(0, 64, 1, estimator.getOrDefault("size"))
    numbers.write.format("noop").mode("overwrite").save()


def used(run):
    """Jobs and tasks of a child run."""
    return run.data.metrics.get("spark.jobs"), run.data.metrics.get("spark.tasks")


@pytest.mark.parametrize("parallelism", [1, 3])
def test_exact(rows, experiment, parallelism):
    """Each trial has its own jobs and tasks, of all its folds, also where trials run at once."""
    estimator = Quick(before_fit=job_of_size)
    validator(range(1, 9), estimator=estimator, numFolds=2, parallelism=parallelism).fit(rows)
    assert [used(run) for run in experiment.children()] == [(2, 2 * size) for size in range(1, 9)]


def test_real_trials(flowers, experiment):
    """Spark's own estimators have all figures."""
    tree = DecisionTreeClassifier(seed=1)
    CrossValidator(
        estimator=tree,
        evaluator=MulticlassClassificationEvaluator(),
        estimatorParamMaps=ParamGridBuilder().addGrid(tree.maxDepth, [1, 2, 3]).build(),
        numFolds=2,
        parallelism=3,
    ).fit(flowers)
    for run in experiment.children():
        metrics = run.data.metrics
        assert metrics.keys() >= RESOURCES
        assert metrics["spark.jobs"] > 2
        assert metrics["spark.executor_run_seconds"] > 0
        assert metrics["spark.shuffle_read_bytes"] == metrics["spark.shuffle_write_bytes"] > 0


def test_failed_trial(rows, experiment):
    """What a trial used before it failed; the others have theirs."""
    error = ValueError("own")

    def step(estimator, dataset):
        job_of_size(estimator, dataset)
        raising(error, 2)(estimator)

    tuner = validator(estimator=Quick(before_fit=step), kind=TrainValidationSplit, parallelism=1)
    with pytest.raises(ValueError, match="own"):
        tuner.fit(rows)
    first, failed = experiment.children()[:2]
    assert (failed.info.status, used(failed)) == ("FAILED", (1, 2))
    assert used(first) == (1, 1)


def test_trial_that_outlives_its_tuning(rows, experiment, monkeypatch):
    """After another one has failed, it still gets its metric and what it used."""
    monkeypatch.setattr("trackmllib.consumer.trial._MEASURED", 15.0)  # however slow Spark is
    failed = threading.Event()

    def step(estimator, dataset):
        job_of_size(estimator, dataset)
        raising(ValueError("own"), 1)(estimator)
        failed.wait(30)

    tuner = validator(estimator=Quick(before_fit=step), kind=TrainValidationSplit, parallelism=3)
    with pytest.raises(ValueError, match="own"):
        tuner.fit(rows)
    failed.set()
    until(lambda: [used(run) for run in experiment.children()] == [(1, 1), (1, 2), (1, 3)])


def test_nested(rows, experiment):
    """An inner tuning's trials have their own; the trial around them has the rest."""
    inner = validator(
        (4, 5), estimator=Quick(before_fit=job_of_size), numFolds=2, collectSubModels=True
    )
    outer = Pipeline(stages=[inner, Quick()])
    validator(estimator=outer, estimatorParamMaps=[{}], numFolds=2).fit(rows)
    (trial,) = experiment.children()[-1:]
    assert used(trial) == (2, 2 * 5), "its inner tunings' last fits, of the best size"
    for tuning in experiment.children(trial):
        assert [used(run) for run in experiment.children(tuning)] == [(2, 8), (2, 10)]


def test_local_properties(spark, rows, experiment):
    """Trials see the user's as they do untracked, and ours is gone afterwards."""

    def seen(track):
        found = []

        def step(*_):
            context = spark.sparkContext
            found.append((context.getLocalProperty("mine"), context.getLocalProperty(PROPERTY)))

        track()
        validator(estimator=Quick(before_fit=step), parallelism=2).fit(rows)
        return zip(*found, strict=True)

    spark.sparkContext.setLocalProperty("mine", "kept")
    try:
        untracked, none = seen(trackmllib.disable)
        tracked, ours = seen(trackmllib.enable)
        assert spark.sparkContext.getLocalProperty("mine") == "kept"
    finally:
        spark.sparkContext.setLocalProperty("mine", None)
    assert tracked == untracked
    assert set(none) == {None}
    assert ours[-1] is None, "the last fit is no trial"
    assert len(set(ours)) == len(ours)
    assert spark.sparkContext.getLocalProperty(PROPERTY) is None


def test_models_of_unknown_order(rows, experiment):
    """An estimator that says only afterwards whose model it made: its trials are not measured."""

    class AllAtOnce(Quick):
        def fitMultiple(self, dataset, paramMaps):  # noqa: N802, N803
            job_of_size(self, dataset)
            return iter([(i, self.fit(dataset, one)) for i, one in enumerate(paramMaps)])

    estimator = AllAtOnce()
    validator(estimator=estimator, estimatorParamMaps=sizes(estimator)).fit(rows)
    assert [used(run) for run in experiment.children()] == [(None, None)] * 3


def test_jvm_that_does_not_answer(rows, experiment, caplog):
    """One warning, and the tuning is tracked without."""

    def step(estimator, _):
        if estimator.getOrDefault("size") == 2:
            gone = place.here().tuning._bus._jvm
            gone._gateway_client.send_command(f"m\nd\n{gone._target_id}\ne\n")

    tuner = validator(estimator=Quick(before_fit=step), kind=TrainValidationSplit)
    assert tuner.fit(rows).validationMetrics == [1.0, 2.0, 3.0]
    (warning,) = caplog.messages
    assert "measured" in warning
    assert [run.info.status for run in experiment.children()] == ["FINISHED"] * 3


WITH_JAR = f".config('spark.jars', {trackmllib.jar_path()!r})"


@pytest.mark.driver
@pytest.mark.parametrize(("more", "pinned"), [("", "true"), (WITH_JAR, "false")])
def test_where_nothing_can_be_measured(experiment, more, pinned):
    """Without the jar, or where Python's threads have none of their own: tracked all the same."""
    code = session(more) + "import trackmllib; trackmllib.enable(); validator().fit(rows)"
    done = python(code, check=False, PYSPARK_PIN_THREAD=pinned)
    assert done.returncode == 0
    assert "cannot be measured" not in done.stderr
    children = experiment.children()
    assert len(children) == 3
    assert not any(run.data.metrics.keys() & RESOURCES for run in children)


@pytest.mark.driver
def test_no_tuning_no_listener(experiment):
    """Spark has no queue of ours until a tuning is tracked."""
    code = (
        session(WITH_JAR)
        + """
import trackmllib
def queues():
    threads = spark._jvm.java.lang.Thread.getAllStackTraces().keySet()
    return [t.getName() for t in threads if "listener-group-trackmllib" in t.getName()]
rows.count(), trackmllib.disable(), validator().fit(rows)
print(len(queues()))
trackmllib.enable(), validator().fit(rows), validator().fit(rows)
print(len(queues()))
"""
    )
    assert python(code).split() == ["0", "1"]


@pytest.mark.driver
def test_replay_from_the_event_log(experiment, tmp_path):
    """What MLflow could not get is in Spark's event log, with what the trials used."""
    logged = (
        f'{WITH_JAR}.config("spark.eventLog.enabled", "true")'
        f'.config("spark.eventLog.dir", {tmp_path.as_uri()!r})'
        '.config("spark.eventLog.compress", "false")'
        '.config("spark.eventLog.rolling.enabled", "false")'
    )
    code = session(logged) + "validator(numFolds=2).fit(rows); spark.stop()"
    python(code, MLFLOW_TRACKING_URI="http://ann:secret@127.0.0.1:9")
    (file,) = tmp_path.iterdir()
    assert "ann:secret" not in file.read_text()
    with replay.sources([file]) as (source,):
        here = {"tracking_uri": os.environ["MLFLOW_TRACKING_URI"], "experiment": experiment.name}
        replay.replay([source], timeout=60, **here)
    assert (len(source.tunings), source.problem) == (1, None)
    assert experiment.main().info.status == "FINISHED"
    children = experiment.children()
    assert [run.data.metrics["avg_score"] for run in children] == [1.0, 2.0, 3.0]
    assert [run.data.metrics["spark.jobs"] for run in children] == [0, 0, 0]
