"""Many tunings at once."""

from __future__ import annotations

import threading

import mlflow
import pytest
from found import Experiment, statuses
from quick import NamedScore, Quick, in_threads, validator
from story import Story, until

from trackmllib.consumer import Consumer
from trackmllib.events import Destination
from trackmllib.hook.tracker import tracker

TUNINGS = 50


@pytest.mark.release  # test_many_at_once has as many in a driver
@pytest.mark.parametrize("kind", ["server", "sqlite"])
def test_fifty_tunings(request, store, kind):
    """50 tunings from 50 threads, some failing, some nested.

    Each has its own trials and figures, and each is told to be there, once.
    """
    client, uri = store, None
    if kind == "server":
        uri = request.getfixturevalue("server").uri
        client = mlflow.MlflowClient(uri)
    experiment = Experiment(client)
    destination = Destination(tracking_uri=uri, experiment_id=experiment.id)
    told = []
    consumer = Consumer(lambda tuning: told.append(tuning.started.tuning))
    stories = {}

    def tune(number):
        outer = stories[number] = Story(
            destination, trials=2, params={"numFolds": 2, "seed": number}, tell=consumer.accept
        )
        outer.run(0, number, number + 1).begin(1)
        if number % 10 == 0:
            inner = Story(
                destination,
                trials=1,
                parent=outer.inside(1),
                params={"numFolds": 2, "seed": -number - 1},
                tell=consumer.accept,
            )
            inner.run(0, number, number).finish(0)
        if number % 5 == 1:
            outer.fail(1).abort()
        else:
            outer.end(1, 0, number).begin(1, 1).end(1, 1, number).finish(1)
        assert consumer.wait(outer.id, 600) is None

    in_threads(TUNINGS, tune)
    assert not consumer.unfinished()
    assert len(told) == TUNINGS + TUNINGS // 10
    assert len(set(told)) == len(told)
    children = {}
    runs = experiment.runs()
    for run in runs:
        children.setdefault(run.data.tags.get("mlflow.parentRunId"), []).append(run)
    assert len(children[None]) == TUNINGS
    for main in children[None]:
        number = int(main.data.params["seed"])
        failed = number % 5 == 1
        assert main.data.tags["fit_uuid"] == stories[number].id[:6]
        assert main.info.status == ("FAILED" if failed else "FINISHED")
        first, second = sorted(
            children[main.info.run_id], key=lambda run: run.data.tags["trackmllib.trial"]
        )
        assert first.data.metrics["avg_f1"] == number + 0.5
        assert statuses([first, second]) == ["FINISHED", "FAILED" if failed else "FINISHED"]
        inner = children.get(second.info.run_id, [])
        assert [run.data.params["seed"] for run in inner] == [str(-number - 1)] * (number % 10 == 0)
    assert len(runs) == TUNINGS * 3 + TUNINGS // 10 * 2


def test_fifty_fits(rows, experiment, journals):
    """50 fits from 8 threads, parallelism 2, some failing, some under a run of their thread's."""
    of_others = tracker()._consumer.unfinished()
    numbers = iter(range(TUNINGS))
    lock = threading.Lock()

    def fit(_):
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return

            def step(estimator, _, number=number):
                if number % 5 == 1 and estimator.getOrDefault("size") % 2 == 0:
                    raise ValueError(number)

            tuner = validator(
                (2 * number + 1, 2 * number + 2),
                estimator=Quick(before_fit=step),
                evaluator=NamedScore(),
                numFolds=2,
                parallelism=2,
                seed=number,
            )
            if number % 5 == 2:
                with mlflow.start_run():
                    tuner.fit(rows)
            elif number % 5 == 1:
                with pytest.raises(ValueError, match=str(number)):
                    tuner.fit(rows)
            else:
                assert tuner.fit(rows).avgMetrics == [2 * number + 1, 2 * number + 2]

    in_threads(8, fit)
    children = {}
    for run in experiment.runs():
        children.setdefault(run.data.tags.get("mlflow.parentRunId"), []).append(run)
    assert len(children[None]) == TUNINGS
    for main in children[None]:
        number = int(main.data.params["seed"])
        assert main.info.status == ("FAILED" if number % 5 == 1 else "FINISHED")
        found = sorted(int(run.data.params["size"]) for run in children[main.info.run_id])
        assert found == [2 * number + 1, 2 * number + 2]
    # trials that outlived their tuning
    until(lambda: tracker()._consumer.unfinished() == of_others)
    until(lambda: journals() == [])
