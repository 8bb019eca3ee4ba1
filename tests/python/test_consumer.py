"""From events to runs: the contract's "What is logged", without Spark."""

from __future__ import annotations

import math
import threading
from dataclasses import replace

import pytest
from found import statuses
from story import BEGAN, LONG, Story, consumed, to, until

from trackmllib.consumer import Consumer
from trackmllib.events import Destination, ParamName, Stage


def test_main_run_of_a_cross_validation(experiment):
    """Params, tags, metrics, name, times and status of a main run, all of them."""
    story = Story(
        to(experiment), params={"numFolds": 2, "seed": 7, "parallelism": 3, "foldCol": "fold"}
    )
    assert consumed(story.run(0, 0.5, 0.6).run(1, 0.7, 0.9).finish(1)) == [None]
    run = experiment.main()
    run_id, uuid = run.info.run_id, story.id[:6]
    table = f"tuning_results_{uuid}"
    assert run.data.params == {
        "mlModelClass": "CrossValidator",
        "mlEstimatorUid": "cv_1",
        "estimator": "Pipeline",
        "evaluator": "MulticlassClassificationEvaluator",
        "estimatorParamMapsLength": "2",
        "metricName": "f1",
        "numFolds": "2",
        "seed": "7",
        "parallelism": "3",
        "foldCol": "fold",
        "best_maxDepth": "1",
    }
    assert run.data.metrics == dict.fromkeys(("best_f1", "trial_f1"), pytest.approx(0.8))
    assert run.data.tags == {
        "mlflow.runName": "CrossValidator(Pipeline)",
        "mlflow.source.name": "digits",
        "mlflow.source.type": "JOB",
        "mlflow.user": "ann",
        "fit_uuid": story.id[:6],
        "trackmllib.tuning": story.id,
        "runSource": "mllibAutoTracking",
        "trackmllib.version": "0.1.0",
        "trackmllib.language": "scala",
        "trackmllib.bestTrial": "maxDepth=1",
        "spark.applicationId": "local-1",
        "mlflow.loggedArtifacts": f'[{{"path": "{table}.json", "type": "table"}}]',
        "mlflow.note.content": (
            "**Best: `maxDepth=1`**, `avg_f1` 0.8 ± 0.1\n\n"
            "`CrossValidator` of `Pipeline`: 2 settings, 2 folds · "
            f"[results table](#/experiments/{experiment.id}/runs/{run_id}/artifacts/{table}.json)"
            " · "
            f"[charts](#/experiments/{experiment.id}/runs?searchFilter=tags.fit_uuid%20%3D%20%27"
            f"{uuid}%27&compareRunsMode=CHART&workflowType=machine_learning)\n\n"
            f"![the metric over the settings](get-artifact?path={table}.png&run_uuid={run_id})\n\n"
            "| setting | `avg_f1` |\n|---|---|\n"
            "| `maxDepth=1` | 0.8 ± 0.1 |\n| `maxDepth=0` | 0.55 ± 0.05 |"
        ),
    }
    assert run.info.status == "FINISHED"
    assert run.info.start_time == BEGAN
    assert run.info.end_time == story.events[-1].time


def test_child_run_of_a_cross_validation(experiment):
    """Each fold's metric under its step, mean, population deviation, seconds summed, own times."""
    story = Story(to(experiment), folds=3, trials=1)
    consumed(story.run(0, 0.2, 0.4, 0.9).finish(0))
    (run,) = experiment.children()
    assert run.data.params == {
        "mlModelClass": "Pipeline",
        "mlEstimatorUid": "pipe_1",
        "maxDepth": "0",
    }
    assert experiment.steps(run, "f1") == {0: 0.2, 1: 0.4, 2: 0.9}
    assert run.data.metrics == {
        "f1": 0.9,
        "avg_f1": pytest.approx(0.5),
        "std_f1": pytest.approx(math.sqrt((0.09 + 0.01 + 0.16) / 3)),
        "fit_seconds": 0.75,
        "evaluate_seconds": 0.375,
    }
    assert run.data.tags == {
        "mlflow.parentRunId": experiment.main().info.run_id,
        "mlflow.runName": "maxDepth=0",
        "mlflow.source.name": "digits",
        "mlflow.source.type": "JOB",
        "mlflow.user": "ann",
        "fit_uuid": story.id[:6],
        "trackmllib.tuning": story.id,
        "runSource": "mllibAutoTracking",
        "trackmllib.trial": "0",
        "trackmllib.best": "true",
        "mlflow.runColor": "#d4af37",
    }
    assert run.info.status == "FINISHED"
    assert run.info.start_time == BEGAN + 1000
    assert run.info.end_time == story.events[-2].time


def test_train_validation_split(experiment):
    """One split has its metric under its own name, neither mean nor deviation."""
    consumed(Story(to(experiment), folds=None).run(0, 0.5).run(1, 0.25).finish(0))
    assert experiment.main().data.params["trainRatio"] == "0.75"
    assert "numFolds" not in experiment.main().data.params
    first, second = experiment.children()
    assert first.data.metrics == {"f1": 0.5, "fit_seconds": 0.25, "evaluate_seconds": 0.125}
    assert second.data.metrics["f1"] == 0.25
    assert "trackmllib.best" not in second.data.tags


def test_tuning_that_was_not_seen_from_inside(experiment):
    """Figures of all folds together, with no times of fit and evaluation."""
    story = Story(to(experiment), trials=1)
    consumed(story.begin(0, None).end(0, None, 0.5, std=0.1, seconds=None).finish(0))
    (run,) = experiment.children()
    assert run.data.metrics == {"avg_f1": 0.5, "std_f1": 0.1}
    assert run.info.status == "FINISHED"


def test_order_of_folds_and_trials_does_not_matter(experiment):
    """Parallel folds end in any order."""
    story = Story(to(experiment))
    story.begin(1, 0).begin(0, 0).begin(0, 1).end(0, 1, 0.3).begin(1, 1).end(1, 1, 0.9)
    consumed(story.end(1, 0, 0.7).end(0, 0, 0.1).finish(1))
    first, second = experiment.children()
    assert first.data.metrics["avg_f1"] == pytest.approx(0.2)
    assert second.data.metrics["avg_f1"] == pytest.approx(0.8)
    assert experiment.steps(second, "f1") == {0: 0.7, 1: 0.9}


def test_failed_trial(experiment):
    """Its child FAILED with the error; the others keep their metrics; the main run FAILED."""
    story = Story(to(experiment), trials=3).run(0, 0.5, 0.6).begin(1, 0).fail(1, 0)
    consumed(story.run(2, 0.7).abort("ValueError: too deep"))
    first, second, third = experiment.children()
    assert statuses([first, second, third]) == ["FINISHED", "FAILED", "KILLED"]
    assert first.data.metrics["avg_f1"] == pytest.approx(0.55)
    assert second.data.tags["trackmllib.error"] == "ValueError: too deep"
    assert third.data.metrics["f1"] == 0.7
    assert "avg_f1" not in third.data.metrics
    main = experiment.main()
    assert main.info.status == "FAILED"
    assert main.data.tags["trackmllib.error"] == "ValueError: too deep"
    assert main.info.end_time == story.events[-1].time


def test_interrupted_tuning(experiment):
    """Main run and unfinished trials KILLED, finished trials FINISHED."""
    consumed(
        Story(to(experiment))
        .run(0, 0.5, 0.6)
        .begin(1, 0)
        .abort("KeyboardInterrupt: ", interrupted=True)
    )
    assert experiment.main().info.status == "KILLED"
    assert statuses(experiment.children()) == ["FINISHED", "KILLED"]


def test_events_that_come_after_the_failure(experiment):
    """Trials that were still running when ``fit()`` threw bring their figures later."""
    story = Story(to(experiment), folds=None, trials=3)
    story.begin(0).begin(1).fail(0).abort().end(1, 0, 0.75)
    consumed(story)
    failed, late = experiment.children()
    assert statuses([failed, late]) == ["FAILED", "FINISHED"]
    assert late.data.metrics["f1"] == 0.75


@pytest.mark.parametrize("folds", [None, 2])
def test_trials_that_begin_after_the_failure(experiment, folds):
    """A pool that goes on after ``fit()`` threw leaves no run RUNNING."""
    story = Story(to(experiment), folds=folds, trials=4)
    story.begin(0).begin(1).fail(0).abort().begin(2).end(1, 0, 0.75).end(2, 0, 0.5)
    consumed(story.begin(3).fail(3))
    status = "KILLED" if folds else "FINISHED"
    assert statuses(experiment.children()) == ["FAILED", status, status, "FAILED"]
    assert experiment.children()[2].data.metrics["f1"] == 0.5
    assert experiment.main().info.status == "FAILED"


def test_done_is_told_once_for_each_end(experiment):
    """``done`` comes when MLflow has everything, once; and once more after late events."""
    told = threading.Semaphore(0)
    tunings = []

    def done(tuning):
        tunings.append(tuning.running)
        told.release()

    consumer = Consumer(done)
    story = Story(to(experiment), folds=None, tell=consumer.accept)
    story.begin(0).begin(1).fail(0).abort()
    assert told.acquire(timeout=LONG)
    story.end(1, 0, 0.5)
    assert told.acquire(timeout=LONG)
    assert consumer.wait(story.id, LONG) is None
    assert tunings == [True, False]
    assert not consumer.unfinished()


def test_events_of_unknown_tunings_are_skipped(experiment):
    """Events whose start was never seen change nothing."""
    story = Story(to(experiment)).run(0, 0.5, 0.6).finish(0)
    del story.events[0]
    assert consumed(story) == [None]
    assert experiment.runs() == []


def test_trial_whose_start_was_lost(experiment):
    """An event log may lack events: the rest is logged."""
    story = Story(to(experiment)).run(0, 0.5, 0.6).run(1, 0.7, 0.8).finish(1)
    story.events = [event for event in story.events if getattr(event, "trial", None) != 1]
    assert consumed(story) == [None]
    assert statuses(experiment.children()) == ["FINISHED"]
    assert experiment.main().info.status == "FINISHED"


def test_tuning_without_trials(experiment):
    """A tuning that fails before its first trial has a main run that says so."""
    consumed(Story(to(experiment)).abort("AnalysisException: no such column"))
    assert experiment.main().info.status == "FAILED"
    assert experiment.children() == []


def test_nested_tuning(experiment):
    """An inner tuning's main run is a child of the trial that it ran in."""
    outer = Story(to(experiment), trials=1).begin(0, 0)
    inner = Story(to(experiment), trials=1, parent=outer.inside(0)).run(0, 0.1, 0.2).finish(0)
    refit = Story(to(experiment), trials=1, parent=outer.inside(None)).run(0, 0.3, 0.4).finish(0)
    outer.end(0, 0).begin(0, 1).end(0, 1).finish(0)
    consumer = Consumer(lambda tuning: None)
    for event in [*outer.events[:2], *inner.events, *outer.events[2:-1]]:
        consumer.accept(event)
    for event in [*refit.events, outer.events[-1]]:
        consumer.accept(event)
    assert consumer.wait(outer.id, LONG) is None
    main = experiment.main()
    of_refit, trial = experiment.children(main)
    assert trial.data.tags["trackmllib.trial"] == "0"
    assert of_refit.data.tags["fit_uuid"] == refit.id[:6]
    (of_trial,) = experiment.children(trial)
    assert of_trial.data.tags["fit_uuid"] == inner.id[:6]
    assert statuses(experiment.children(of_trial)) == ["FINISHED"]
    assert len(experiment.runs()) == 6
    assert not consumer.unfinished()


def test_waiting_for_the_outer_includes_the_inner(experiment):
    """MLflow has a tuning only when it has all that ran in it."""
    outer = Story(to(experiment), trials=1).begin(0, 0)
    inner = Story(to(experiment), trials=1, parent=outer.inside(0)).run(0, 0.1, 0.2)
    consumer = Consumer(lambda tuning: None)
    for event in [*outer.events, *inner.events, *outer.run(0, 0.5, 0.5).finish(0).events[2:]]:
        consumer.accept(event)
    assert consumer.wait(outer.id, 1) is not None
    consumer.accept(inner.finish(0).events[-1])
    assert consumer.wait(outer.id, LONG) is None


def test_experiment_by_name(store, experiment):
    """A named experiment is used, and made where it is not there."""
    consumed(Story(Destination(experiment_name=experiment.name)).finish(None))
    assert experiment.main()
    fresh = f"{experiment.name}/new"
    stories = [Story(Destination(experiment_name=fresh)).finish(None) for _ in range(3)]
    assert consumed(*stories) == [None] * 3
    made = store.get_experiment_by_name(fresh)
    assert len(store.search_runs([made.experiment_id])) == 3


def test_run_name(experiment):
    """The destination's run name is the main run's."""
    consumed(Story(to(experiment, run_name="nightly")).finish(None))
    assert experiment.main().info.run_name == "nightly"


def test_under_a_run_that_is_there(experiment, store):
    """It gets params, tags, metrics and children, keeps what it has, and does not end."""
    run = store.create_run(experiment.id, tags={"trackmllib.language": "mine"})
    store.log_param(run.info.run_id, "seed", "mine")
    story = Story(to(experiment, run_id=run.info.run_id), trials=1).run(0, 0.5, 0.7).finish(0)
    assert consumed(story) == [None]
    main = experiment.main()
    uuid = story.id[:6]
    assert main.info.status == "RUNNING"
    assert main.info.run_name == run.info.run_name
    assert main.data.params["seed"] == "mine"
    assert main.data.params[f"seed_{uuid}"] == "7"
    assert main.data.params["numFolds"] == "2"
    assert main.data.tags["trackmllib.language"] == "mine"
    assert main.data.tags[f"trackmllib.language_{uuid}"] == "scala"
    assert main.data.tags["fit_uuid"] == uuid
    assert main.data.metrics == dict.fromkeys(("best_f1", "trial_f1"), pytest.approx(0.6))
    assert statuses(experiment.children()) == ["FINISHED"]


def test_twice_under_one_run(experiment, store):
    """Names with another value are mangled by the second fit's uuid, the same ones are not."""
    run_id = store.create_run(experiment.id).info.run_id
    first = Story(to(experiment, run_id=run_id)).run(0, 0.5, 0.6).run(1, 0.1, 0.2).finish(0)
    second = Story(to(experiment, run_id=run_id), params={"numFolds": 3, "seed": 7}, folds=3).run(
        0, 0.5, 0.6, 0.7
    )
    consumed(first, second.finish(0))
    main = experiment.main()
    assert main.data.params["numFolds"] == "2"
    assert main.data.params[f"numFolds_{second.id[:6]}"] == "3"
    assert f"seed_{second.id[:6]}" not in main.data.params
    assert main.data.tags["fit_uuid"] == first.id[:6]
    assert main.data.tags[f"fit_uuid_{second.id[:6]}"] == second.id[:6]
    assert len(experiment.children()) == 3


def test_at_once_under_one_run(experiment, store):
    """Two tunings that write to one run at the same time do not lose each other's names."""
    run_id = store.create_run(experiment.id).info.run_id
    stories = [
        Story(to(experiment, run_id=run_id), params={"numFolds": 2, "seed": seed})
        for seed in range(4)
    ]
    consumer = Consumer(lambda tuning: None)
    for index in range(2):
        for story in stories:
            consumer.accept(story.finish(None).events[index])
    for story in stories:
        assert consumer.wait(story.id, LONG) is None
    params = experiment.main().data.params
    assert sorted(value for name, value in params.items() if name.startswith("seed")) == list(
        "0123"
    )


@pytest.mark.parametrize("run_id", ["0" * 32, "no id at all", "deleted"])
def test_run_that_is_not_there(experiment, store, run_id, caplog):
    """A run that cannot be used gives way to one of our own, with one warning."""
    if run_id == "deleted":
        run_id = store.create_run(experiment.id).info.run_id
        store.delete_run(run_id)
    assert consumed(Story(to(experiment, run_id=run_id)).run(0, 0.5, 0.5).finish(0)) == [None]
    assert experiment.main().info.status == "FINISHED"
    assert len(experiment.children()) == 1
    (warning,) = [text for text in caplog.messages if run_id in text]
    assert "spark.trackmllib.runId" in warning


def test_experiment_that_is_not_there():
    """MLflow's refusal is given back as the reason; nothing is tried for ever."""
    consumer = Consumer(lambda tuning: None)
    story = Story(Destination(experiment_id="987654321"), tell=consumer.accept)
    story.run(0, 0.5, 0.5).finish(0)
    assert "987654321" in consumer.wait(story.id, LONG)
    assert not consumer.unfinished()


def test_driver_that_has_gone(experiment):
    """What has not ended when the driver is gone is KILLED."""
    consumer = Consumer(lambda tuning: None)
    story = Story(to(experiment), tell=consumer.accept).run(0, 0.5, 0.5).begin(1)
    consumer.interrupt("the driver has ended")
    assert consumer.wait(story.id, LONG) is None
    assert experiment.main().info.status == "KILLED"
    assert statuses(experiment.children()) == ["FINISHED", "KILLED"]
    until(lambda: not consumer.unfinished())


def test_driver_that_has_gone_with_late_trials(experiment):
    """Trials that outlived their tuning, and not the driver, are not waited for."""
    consumer = Consumer(lambda tuning: None)
    story = Story(to(experiment), tell=consumer.accept).begin(0).begin(1).fail(0).abort()
    assert consumer.wait(story.id, LONG) is None
    assert consumer.unfinished()
    consumer.interrupt("the driver has ended")
    until(lambda: not consumer.unfinished())


def test_resumed_consumer_writes_nothing_twice(experiment):
    """Events that another consumer has had, whole or in part, make no second run."""
    story = Story(to(experiment)).run(0, 0.5, 0.6)
    first = Consumer(lambda tuning: None)
    for event in story.events:
        first.accept(event)
    until(lambda: experiment.mains() and statuses(experiment.children()) == ["FINISHED"])
    consumed(story.run(1, 0.7, 0.8).finish(1), resumed=True)
    consumed(story, resumed=True)
    assert len(experiment.runs()) == 3
    assert statuses(experiment.runs()) == ["FINISHED"] * 3
    assert experiment.steps(experiment.children()[0], "f1") == {0: 0.5, 1: 0.6}
    history = experiment.client.get_metric_history(experiment.main().info.run_id, "best_f1")
    assert [one.step for one in history] == [1, 2]


def test_tunings_that_look_alike(experiment):
    """Of one millisecond, with one beginning of their ids: neither has a run of the other's."""
    stories = [Story(to(experiment)) for _ in range(3)]
    for nth, story in enumerate(stories):
        story.id = f"abcdef{nth}{story.id[7:]}"
        story.events[0] = replace(story.events[0], tuning=story.id)
        story.run(0, nth / 10, nth / 10).run(1, 0.7, 0.8).finish(1)
    consumed(stories[0])
    assert consumed(*stories, resumed=True) == [None] * 3
    assert consumed(*stories, resumed=True) == [None] * 3
    mains = {run.data.tags["trackmllib.tuning"]: run for run in experiment.mains()}
    assert mains.keys() == {story.id for story in stories}
    assert len(experiment.runs()) == 9
    for nth, story in enumerate(stories):
        first, second = experiment.children(mains[story.id])
        assert experiment.steps(first, "f1") == {0: nth / 10, 1: nth / 10}
        assert {first.data.tags["fit_uuid"], second.data.tags["fit_uuid"]} == {"abcdef"}


def test_resumed_beside_one_of_the_same_moment(experiment, store):
    """Under one run, equal values of another tuning are not taken for its own."""
    run_id = store.create_run(experiment.id).info.run_id
    stories = [Story(to(experiment, run_id=run_id)).run(0, 0.5, 0.6).finish(0) for _ in range(2)]
    consumed(stories[0])
    for _ in range(2):
        assert consumed(stories[1], resumed=True) == [None]
    metrics = store.get_run(run_id).data.metrics
    own = f"best_f1_{stories[1].id[:6]}"
    assert metrics["best_f1"] == metrics[own] == pytest.approx(0.55)
    for name in ("best_f1", own):
        assert len(store.get_metric_history(run_id, name)) == 1


def test_resumed_under_a_run_that_is_there(experiment, store):
    """Also what was mangled is not mangled again."""
    run_id = store.create_run(experiment.id).info.run_id
    store.log_param(run_id, "seed", "mine")
    story = Story(to(experiment, run_id=run_id)).run(0, 0.5, 0.6).finish(0)
    consumed(story)
    before = experiment.main()
    consumed(story, resumed=True)
    assert experiment.main().to_dictionary() == before.to_dictionary()
    assert len(experiment.children()) == 1


def test_class_names_and_grid_of_another_estimator(experiment):
    """A grid over stages shows their class names."""
    story = Story(
        to(experiment),
        trials=1,
        estimator=Stage("Pipeline", "p"),
        grid=[ParamName("p", "stages")],
    )
    setting = {("p", "stages"): ["StringIndexer", "LogisticRegression"]}
    story.begin(0, 0, setting).end(0, 0).begin(0, 1, setting).end(0, 1).finish(0)
    consumed(story)
    (run,) = experiment.children()
    assert run.data.params["stages"] == "['StringIndexer', 'LogisticRegression']"
