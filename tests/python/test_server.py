"""Against a real tracking server: what is seen while a tuning runs, and what when it is away."""

from __future__ import annotations

import time

import mlflow
import pytest
from faulty import Faulty
from found import Experiment, statuses
from story import LONG, Story, consumed, to, until

from trackmllib.consumer import Consumer
from trackmllib.events import Destination


def at(server, experiment):
    """A destination on a server."""
    return Destination(tracking_uri=server.uri, experiment_id=experiment.id)


def test_children_appear_while_the_tuning_runs(server, remote):
    """A child run is there, RUNNING and named, soon after its first event."""
    consumer = Consumer(lambda tuning: None)
    story = Story(at(server, remote), tell=consumer.accept).begin(0)
    (child,) = until(lambda: remote.mains() and remote.children())
    assert child.info.status == "RUNNING"
    assert child.info.run_name == "maxDepth=0"
    assert remote.main().info.status == "RUNNING"
    story.end(0).begin(0, 1).end(0, 1)
    until(lambda: statuses(remote.children()) == ["FINISHED"])
    assert remote.main().info.status == "RUNNING"
    story.finish(0)
    assert consumer.wait(story.id, LONG) is None
    assert remote.main().info.status == "FINISHED"


@pytest.mark.parametrize("fold", [0, 1])
def test_slow_trial_shows_what_it_has(server, remote, fold):
    """A trial whose fold takes long has its params, and the folds before, while it runs."""
    consumer = Consumer(lambda tuning: None)
    story = Story(at(server, remote), tell=consumer.accept)
    if fold:
        story.begin(0).end(0, metric=0.25)
    story.begin(0, fold)
    (child,) = until(
        lambda: [
            run
            for run in remote.mains() and remote.children()
            if run.data.params and len(run.data.metrics) == fold
        ]
    )
    assert child.data.params["maxDepth"] == "0"
    assert child.data.metrics == ({"f1": 0.25} if fold else {})
    assert child.info.status == "RUNNING"
    story.abort()
    assert consumer.wait(story.id, LONG) is None


def test_all_is_there_at_the_end(server):
    """What has come of a tuning too, though several threads write."""
    client = mlflow.MlflowClient(server.uri)
    consumer = Consumer(lambda tuning: None)
    for _ in range(4):
        place = Experiment(client)
        story = Story(at(server, place), tell=consumer.accept)
        for trial in range(2):
            story.begin(trial).end(trial).begin(trial, 1).end(trial, 1)
        story.finish(0)
        assert consumer.wait(story.id, LONG) is None
        main = place.main()
        assert "mlflow.note.content" in main.data.tags
        assert len(client.list_artifacts(main.info.run_id)) >= 2


def test_requests_of_a_quick_trial(gate, remote):
    """Three: made, written, ended."""
    consumer = Consumer(lambda tuning: None)
    story = Story(at(gate, remote), trials=20, tell=consumer.accept)
    assert consumer.run(story.id, None, LONG)
    before = gate.requests
    for trial in range(20):
        story.run(trial, 0.5, 0.6)
    story.finish(0)
    assert consumer.wait(story.id, 60) is None
    requests = gate.requests - before
    assert 60 < requests < 70, "three a trial, and those of the end"
    assert statuses(remote.children()) == ["FINISHED"] * 20


def test_requests_of_a_trial_that_is_measured(gate, remote, monkeypatch):
    """Three as well: its end waits a moment for what it has used."""
    monkeypatch.setattr("trackmllib.consumer.trial._MEASURED", 15.0)
    consumer = Consumer(lambda tuning: None)
    story = Story(at(gate, remote), folds=None, trials=20, tell=consumer.accept)
    assert consumer.run(story.id, None, LONG)
    before = gate.requests
    for trial in range(20):
        story.begin(trial, measured=True).end(trial)
        time.sleep(0.05)
        story.measure(trial, jobs=1)
    story.finish(0)
    assert consumer.wait(story.id, 60) is None
    assert 60 < gate.requests - before < 70
    assert [run.data.metrics["spark.jobs"] for run in remote.children()] == [1] * 20


@pytest.mark.parametrize(
    ("env", "host"),
    [
        ({"http_proxy": "127.0.0.1:{port}"}, "mlflow.invalid"),
        ({"ALL_PROXY": "http://127.0.0.1:{port}"}, "mlflow.invalid"),
        ({"http_proxy": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.0/8"}, None),
    ],
)
def test_server_behind_a_proxy(server, remote, monkeypatch, env, host):
    """It is reached where MLflow reaches it, however its user has named the proxy."""
    proxy = Faulty(server.port, None)
    uri = f"http://{host}:5000" if host else server.uri
    story = Story(to(remote, tracking_uri=uri)).run(0, 0.5, 0.6).finish(0)
    try:
        with monkeypatch.context() as given:
            for name in ("http_proxy", "all_proxy", "no_proxy"):
                given.delenv(name, raising=False)
                given.delenv(name.upper(), raising=False)
            for name, value in env.items():
                given.setenv(name, value.format(port=proxy.server_port))
            assert consumed(story) == [None]
    finally:
        proxy.close()
    assert remote.main().info.status == "FINISHED"


def test_server_that_is_away(caplog):
    """Waiting is known to be in vain at once; the reason has no password."""
    nowhere = Destination(tracking_uri="http://ann:secret@127.0.0.1:9", experiment_id="0")
    consumer = Consumer(lambda tuning: None)
    began = time.monotonic()
    story = Story(nowhere, tell=consumer.accept)
    assert consumer.run(story.id, None, 10) is None
    story.run(0, 0.5, 0.6).finish(0)
    reason = consumer.wait(story.id, 60)
    assert time.monotonic() - began < 3
    assert "cannot be reached" in reason
    assert "secret" not in reason
    assert caplog.text.count("secret") == 0


def test_server_that_goes_and_comes_back(gate, remote):
    """Waiting is given up at once; all trials are logged later by themselves, none twice."""
    consumer = Consumer(lambda tuning: None)
    story = Story(at(gate, remote), trials=3, tell=consumer.accept).run(0, 0.5, 0.6)
    until(lambda: remote.mains() and statuses(remote.children()) == ["FINISHED"])
    gate.shut()
    story.run(1, 0.7, 0.8)
    late = Story(at(gate, remote), tell=consumer.accept).run(0, 0.1, 0.2).finish(0)
    began = time.monotonic()
    assert "cannot be reached" in consumer.wait(late.id, 60)
    assert time.monotonic() - began < 3
    gate.open()
    story.run(2, 0.9, 1.0).finish(2)
    assert consumer.wait(story.id, 60) is None
    assert consumer.wait(late.id, 60) is None
    first, second = (
        [run for run in remote.mains() if run.data.tags["fit_uuid"] == one.id[:6]]
        for one in (story, late)
    )
    assert statuses(remote.children(*first)) == ["FINISHED"] * 3
    assert statuses(remote.children(*second)) == ["FINISHED"]
    assert [run.data.tags["trackmllib.trial"] for run in remote.children(*first)] == list("012")


def test_connections_that_break(gate, remote):
    """Answers that are lost, again and again, make no run twice and lose none."""
    consumer = Consumer(lambda tuning: None)
    stories = [Story(at(gate, remote), trials=4, tell=consumer.accept) for _ in range(3)]
    for trial in range(4):
        for story in stories:
            story.run(trial, 0.5, 0.6)
        time.sleep(0.1)
        gate.shut()
        gate.open()
    for story in stories:
        story.finish(0)
    end = time.monotonic() + 60
    while [consumer.wait(story.id, 60) for story in stories] != [None] * 3:
        assert time.monotonic() < end
    assert len(remote.runs()) == 15
    for main in remote.mains():
        children = remote.children(main)
        assert statuses(children) == ["FINISHED"] * 4
        assert [run.data.tags["trackmllib.trial"] for run in children] == list("0123")
        assert all(remote.steps(run, "f1") == {0: 0.5, 1: 0.6} for run in children)


def test_wrong_address(server):
    """A page that says that nothing is there may pass: it is waited for, and the reason given."""
    wrong = Destination(tracking_uri=f"{server.uri}/no/such/path", experiment_name="x")
    consumer = Consumer(lambda tuning: None)
    story = Story(wrong, tell=consumer.accept).run(0, 0.5, 0.6).finish(0)
    assert "/no/such/path/api/2.0/mlflow/experiments/get-by-name answers 404 Not Found" in (
        consumer.wait(story.id, 1.0)
    )


def test_experiments_made_at_once(server):
    """Tunings that make one experiment at the same time share it."""
    client = mlflow.MlflowClient(server.uri)
    name = f"made-{time.time_ns()}"
    there = Destination(tracking_uri=server.uri, experiment_name=name)
    stories = [Story(there).finish(None) for _ in range(8)]
    assert consumed(*stories) == [None] * 8
    found = client.search_runs([client.get_experiment_by_name(name).experiment_id])
    assert len(found) == 8
    assert to(Experiment(client)).experiment_id
