"""Which run a tuning is logged under, and what MLflow's active run is meanwhile."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import mlflow
import pytest
from found import Experiment, statuses
from mlflow.tracking import fluent
from pyspark.ml import Pipeline
from pyspark.ml.tuning import CrossValidator
from quick import NamedScore, Quick, validator

from trackmllib.hook.live import LiveTuning


@pytest.fixture(autouse=True)
def _no_run(monkeypatch):
    """Each test begins and ends without an active run or experiment; MLflow has time."""
    monkeypatch.setattr("trackmllib.hook.live._RUN_WAIT", 60.0)
    yield
    while mlflow.active_run():
        mlflow.end_run()
    fluent._active_experiment_id = None


def test_no_active_run(rows, experiment):
    """A run is made, ended, no longer active, and MLflow's last active run."""
    validator().fit(rows)
    assert mlflow.active_run() is None
    assert mlflow.last_active_run().info.run_id == experiment.main().info.run_id
    assert experiment.main().info.status == "FINISHED"


def test_active_run(rows, experiment):
    """The tuning is logged under it; it stays active and is not ended."""
    with mlflow.start_run(run_name="mine") as run:
        validator().fit(rows)
        assert mlflow.active_run().info.run_id == run.info.run_id
        main = experiment.main()
        assert main.info.status == "RUNNING"
    main = experiment.main()
    assert (main.info.run_id, main.info.run_name) == (run.info.run_id, "mine")
    assert main.info.status == "FINISHED"
    assert main.data.params["mlModelClass"] == "CrossValidator"
    assert len(experiment.children()) == 3


def test_two_fits_under_one_active_run(rows, experiment):
    """The second's other values are mangled, equal ones are not; both have their child runs."""
    with mlflow.start_run():
        tuner = validator(seed=1)
        for folds in (2, 3, 3):
            tuner.setNumFolds(folds).fit(rows)
    main = experiment.main()
    children = experiment.children()
    uuids = list(dict.fromkeys(run.data.tags["fit_uuid"] for run in children))
    assert len(children) == 9
    assert len(uuids) == 3
    params = main.data.params
    assert params["numFolds"] == "2"
    assert {params.get(f"numFolds_{uuid}") for uuid in uuids} == {None, "3"}
    assert [name for name in params if name.startswith("seed")] == ["seed"]


def test_users_own_params_and_tags(rows, experiment):
    """What the user has logged under our names is left as it is."""
    with mlflow.start_run():
        mlflow.log_params({"numFolds": "mine", "seed": "mine", "best_size": "mine"})
        mlflow.set_tags({"fit_uuid": "mine", "trackmllib.version": "mine"})
        validator().fit(rows)
    main = experiment.main()
    uuid = experiment.children()[0].data.tags["fit_uuid"]
    for name in ("numFolds", "seed", "best_size"):
        assert main.data.params[name] == "mine"
    assert main.data.params[f"numFolds_{uuid}"] == "3"
    assert main.data.params[f"best_size_{uuid}"] == "3"
    assert main.data.tags["fit_uuid"] == "mine"
    assert main.data.tags[f"fit_uuid_{uuid}"] == uuid


def test_active_run_of_another_experiment(rows, experiment, store):
    """The child runs are where the main run is."""
    other = Experiment(store)
    with mlflow.start_run(experiment_id=other.id):
        validator().fit(rows)
    assert len(other.children()) == 3
    assert experiment.runs() == []


def test_failed_fit_under_an_active_run(rows, experiment):
    """The user's run is the user's to end."""

    def fail(*_):
        raise ValueError("own")

    with mlflow.start_run():
        with pytest.raises(ValueError, match="own"):
            validator(estimator=Quick(before_fit=fail)).fit(rows)
        assert experiment.main().info.status == "RUNNING"
    assert experiment.main().info.status == "FINISHED"
    assert "trackmllib.error" in experiment.main().data.tags


def test_what_a_subclass_logs_before_its_folds(rows, experiment):
    """It lands in the main run too, and begins none of its own."""

    class Splitting(CrossValidator):
        def _kFold(self, dataset):  # noqa: N802
            mlflow.log_metric("split", 7)
            return super()._kFold(dataset)

    tuner = Splitting()
    validator().copy()._copyValues(tuner)
    tuner.fit(rows)
    assert experiment.main().data.metrics["split"] == 7
    assert len(experiment.mains()) == 1


@pytest.mark.parametrize("parallelism", [1, 3])
@pytest.mark.parametrize("under", [False, True])
def test_what_a_trial_logs(rows, experiment, parallelism, under):
    """It belongs to the trial's own run, whatever the main run is; nothing of ours is lost."""

    def score(model):
        size = model.getOrDefault("size")
        mlflow.log_params({"mine": size, "size": "theirs"})
        mlflow.log_metric("score", -1.0)
        mlflow.set_tag("mlflow.note.content", "theirs")
        return float(size)

    tuner = validator(evaluator=NamedScore(score), parallelism=parallelism, numFolds=2)
    with mlflow.start_run() if under else nullcontext():
        tuner.fit(rows)
    children = experiment.children()
    assert [run.data.params["mine"] for run in children] == ["1", "2", "3"]
    assert "mine" not in experiment.main().data.params
    for run in children:
        uuid = run.data.tags["fit_uuid"]
        assert run.data.params["size"] == "theirs"
        assert run.data.params[f"size_{uuid}"] == run.data.params["mine"]
        assert run.data.metrics["score"] == -1.0
        assert experiment.steps(run, f"score_{uuid}").keys() == {0, 1}
        assert run.data.metrics["avg_score"] == float(run.data.params["mine"])
        assert run.data.tags["mlflow.note.content"] == "theirs"
        assert run.info.status == "FINISHED"


def test_what_autologging_logs_in_a_trial(rows, experiment):
    """Scikit-learn's models inside an estimator: each trial has the params of its own."""
    from sklearn.linear_model import Ridge

    def fit(stage, _):
        Ridge(alpha=float(stage.getOrDefault("size"))).fit([[0.0], [1.0]], [0.0, 1.0])

    mlflow.sklearn.autolog(log_models=False, silent=True)
    try:
        validator(estimator=Quick(before_fit=fit)).fit(rows)
    finally:
        mlflow.sklearn.autolog(disable=True)
    assert [run.data.params["alpha"] for run in experiment.children()] == ["1.0", "2.0", "3.0"]
    assert len(experiment.mains()) == 1


def test_active_run_while_it_runs(rows, experiment):
    """In a trial's thread the trial's run is active, in the calling thread the main run is."""
    seen = {}

    def look(stage, _):
        here = threading.current_thread() is calling, stage.getOrDefault("size")
        seen[here] = mlflow.active_run().info.run_id

    calling = threading.current_thread()
    validator(estimator=Quick(before_fit=look)).fit(rows)
    trials = {(False, size): run.info.run_id for size, run in enumerate(experiment.children(), 1)}
    assert seen == {**trials, (True, 3): experiment.main().info.run_id}
    assert type(fluent._active_run_stack.get()) is list


def test_a_trial_that_asks_for_nothing(rows, experiment, monkeypatch):
    """It waits for nobody, and its run is written in one go as ever."""
    asked = []
    monkeypatch.setattr(LiveTuning, "run_of", lambda *args: asked.append(args))
    validator().fit(rows)
    assert asked == []
    assert len(experiment.children()) == 3


def test_mlflow_is_waited_for_once(rows, experiment, monkeypatch):
    """And no more, where it has not made a run in time."""
    waits = []

    def never(_self, _tuning, _trial, timeout):
        waits.append(timeout)

    monkeypatch.setattr("trackmllib.hook.tracker.Tracker.run", never)
    runs = []
    validator(estimator=Quick(before_fit=lambda *_: runs.append(mlflow.active_run()))).fit(rows)
    assert set(runs) == {None}
    assert (waits[0] > 0, set(waits[1:])) == (True, {0.0})
    assert len(experiment.children()) == 3


def _wrapped(start_run):
    def start(*args, **kwargs):
        return start_run(*args, **kwargs)

    return start


@pytest.mark.parametrize("where", ["estimator", "evaluator"])
@pytest.mark.parametrize(
    "start",
    [
        fluent.start_run,
        _wrapped(fluent.start_run),
        lambda: mlflow.start_run(None),
        lambda: fluent.start_run(None, None, "x", False),
        lambda: mlflow.start_run(run_name="x", nested=True),
    ],
    ids=["imported", "wrapped", "looked up", "by position", "nested"],
)
def test_runs_that_a_step_starts(rows, experiment, start, where):
    """They are what they are without trackmllib: runs of their own, with no parent."""

    def step(*_):
        assert mlflow.active_run() is not None
        with start():
            mlflow.log_param("own", 1)
        assert mlflow.active_run().data.params == {}
        return 1.0

    steps = (
        {"estimator": Quick(before_fit=step)}
        if where == "estimator"
        else {"evaluator": NamedScore(step)}
    )
    validator((1, 2), **steps).fit(rows)
    own = [run for run in experiment.mains() if "own" in run.data.params]
    (main,) = [run for run in experiment.mains() if "own" not in run.data.params]
    assert statuses(own) == ["FINISHED"] * len(own)
    assert len(own) == (7 if where == "estimator" else 6)
    assert statuses(experiment.children(main)) == ["FINISHED", "FINISHED"]
    assert mlflow.start_run is fluent.start_run


def test_another_store_of_a_trial(rows, experiment, server):
    """What a step logs to another store is not sent to a run that is not there."""
    there = Experiment(mlflow.MlflowClient(server.uri))
    before = mlflow.get_tracking_uri()

    def score(_):
        mlflow.set_tracking_uri(server.uri)
        try:
            assert mlflow.active_run() is None
            with mlflow.start_run(experiment_id=there.id):
                mlflow.log_param("own", 1)
        finally:
            mlflow.set_tracking_uri(before)
        return 1.0

    validator((1,), evaluator=NamedScore(score), numFolds=2).fit(rows)
    assert len(there.runs()) == 2
    assert len(experiment.children()) == 1


def test_an_mlflow_that_keeps_its_runs_elsewhere(rows, experiment, monkeypatch):
    """Nothing is lent, and the tuning is logged all the same."""
    monkeypatch.setattr(fluent, "start_run", lambda: None)
    runs = []
    validator(estimator=Quick(before_fit=lambda *_: runs.append(mlflow.active_run()))).fit(rows)
    assert set(runs) == {None}
    assert len(experiment.children()) == 3


def test_run_of_the_conf(rows, experiment, store, conf):
    """``spark.trackmllib.runId`` names the run; an active run goes before it."""
    run = store.create_run(experiment.id)
    conf(runId=run.info.run_id)
    validator().fit(rows)
    assert len(experiment.children(run)) == 3
    with mlflow.start_run() as active:
        validator((1,)).fit(rows)
    assert len(experiment.children(active)) == 1
    assert experiment.client.get_run(run.info.run_id).info.status == "RUNNING"


def test_run_of_the_environment(rows, experiment, store, monkeypatch):
    """``MLFLOW_RUN_ID`` names the run."""
    run = store.create_run(experiment.id)
    monkeypatch.setenv("MLFLOW_RUN_ID", run.info.run_id)
    validator().fit(rows)
    assert len(experiment.children(run)) == 3
    assert len(experiment.runs()) == 4


def test_nested_under_the_run_of_the_conf(rows, experiment, store, conf):
    """The conf means the outer tuning; the inner one is in its trial all the same."""
    run = store.create_run(experiment.id)
    conf(runId=run.info.run_id)
    inner = validator((1,), numFolds=2, collectSubModels=True)
    validator(
        estimator=Pipeline(stages=[inner, Quick()]),
        estimatorParamMaps=[{inner.seed: 1}],
        numFolds=2,
    ).fit(rows)
    refit, trial = experiment.children(run)
    assert trial.data.tags["trackmllib.trial"] == "0"
    assert len(experiment.children(trial)) == 2
    assert len(experiment.children(refit)) == 1


def test_nested_under_an_active_run(rows, experiment):
    """The same with the user's run around both."""
    inner = validator((1,), numFolds=2, collectSubModels=True)
    outer = validator(
        estimator=Pipeline(stages=[inner, Quick()]),
        estimatorParamMaps=[{inner.seed: 1}],
        numFolds=2,
    )
    with mlflow.start_run() as run:
        outer.fit(rows)
    refit, trial = experiment.children(run)
    assert len(experiment.children(trial)) == 2
    assert len(experiment.children(refit)) == 1
    assert statuses(experiment.mains()) == ["FINISHED"]


def test_run_name_of_the_conf(rows, experiment, conf):
    """``spark.trackmllib.runName`` names the main run."""
    conf(runName="nightly")
    validator((1,)).fit(rows)
    assert experiment.main().info.run_name == "nightly"


def test_experiment_of_the_conf(rows, experiment, store, conf):
    """``spark.trackmllib.experimentName`` goes before MLflow's own; it is made if need be."""
    conf(experimentName=f"{experiment.name}/conf")
    validator((1,)).fit(rows)
    made = store.get_experiment_by_name(f"{experiment.name}/conf")
    assert len(store.search_runs([made.experiment_id])) == 2
    assert experiment.runs() == []


def test_experiment_of_the_environment(rows, store, monkeypatch):
    """``MLFLOW_EXPERIMENT_NAME``."""
    fresh = Experiment(store)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", fresh.name)
    validator((1,)).fit(rows)
    assert len(fresh.runs()) == 2


def test_experiment_of_the_code(rows, experiment, store):
    """``mlflow.set_experiment`` in the user's code."""
    fresh = Experiment(store)
    mlflow.set_experiment(fresh.name)
    validator((1,)).fit(rows)
    assert len(fresh.runs()) == 2
    assert experiment.runs() == []


def test_store_of_the_code(rows, server, monkeypatch):
    """``mlflow.set_tracking_uri`` in the user's code, after others were logged elsewhere."""
    there = Experiment(mlflow.MlflowClient(server.uri))
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", there.id)
    before = mlflow.get_tracking_uri()
    try:
        mlflow.set_tracking_uri(server.uri)
        validator((1,)).fit(rows)
    finally:
        mlflow.set_tracking_uri(before)
    assert len(there.runs()) == 2


def test_store_of_the_conf(rows, server, conf, experiment):
    """``spark.trackmllib.trackingUri`` with an experiment of its own."""
    there = Experiment(mlflow.MlflowClient(server.uri))
    conf(trackingUri=server.uri, experimentName=there.name)
    validator((1,)).fit(rows)
    assert len(there.runs()) == 2
    assert experiment.runs() == []


def test_ended_by_the_user_meanwhile(rows, experiment):
    """A step that ends all runs that are active ends none of ours, and may begin its own."""

    def meddle(*_):
        while mlflow.active_run():
            mlflow.end_run()
        with mlflow.start_run(run_name="own"):
            pass

    def look(_):
        (main,) = [run for run in experiment.mains() if run.info.run_name != "own"]
        assert main.info.status == "RUNNING"
        return 1.0

    model = validator((1, 2), estimator=Quick(before_fit=meddle), evaluator=NamedScore(look)).fit(
        rows
    )
    assert model.avgMetrics == [1.0, 1.0]
    (main,) = [run for run in experiment.mains() if run.info.run_name != "own"]
    assert main.info.status == "FINISHED"
    assert len(experiment.children(main)) == 2
    assert mlflow.active_run() is None
