"""What a store refuses costs itself only; what may pass is tried again at the store's pace."""

from __future__ import annotations

import json
import math
import time

import mlflow
import pytest
from faulty import Faulty
from found import statuses
from story import LONG, Story, to, until

from trackmllib.consumer import Consumer, conclusion

INVALID = {"error_code": "INVALID_PARAMETER_VALUE", "message": "not this one"}
JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}


@pytest.fixture
def way(server):
    """A way to the server on which answers can be spoiled."""
    proxy = Faulty(server.port, None)
    yield proxy
    proxy.close()


def told(destination, metric=0.5, **changes):
    """A tuning of two settings, and what the wait for it has said."""
    consumer = Consumer(lambda tuning: None)
    story = Story(destination, tell=consumer.accept, **changes)
    story.run(0, metric, 0.6).run(1, 0.7, 0.8).finish(1)
    return story, consumer.wait(story.id, LONG)


def refusing(*words, status=400, headers=JSON, text=json.dumps(INVALID)):  # noqa: B008
    """Refuses each request that has one of these words in its body."""
    return lambda _, body: any(word in body for word in words) and (status, headers, text)


def test_metric_that_is_no_number(way, remote):
    """A store that takes no NaN has all else of main run and child, and the reason names it."""
    way.fault = refusing(b"NaN")
    _, reason = told(to(remote, tracking_uri=way.uri), metric=math.nan)
    for what in ("the metric trial_f1 of nan", "the metric f1 of nan", "the metric avg_f1 of nan"):
        assert f"{what} is missing (INVALID_PARAMETER_VALUE: not this one (400))" in reason
    main, (first, second) = remote.main(), remote.children()
    assert statuses([main, first, second]) == ["FINISHED"] * 3
    assert main.data.params["numFolds"] == "2"
    assert main.data.metrics["best_f1"] == pytest.approx(0.75)
    assert "mlflow.note.content" in main.data.tags
    assert first.data.params["maxDepth"] == "0"
    assert first.data.metrics == {"f1": 0.6, "fit_seconds": 0.5, "evaluate_seconds": 0.25}
    assert second.data.metrics["avg_f1"] == pytest.approx(0.75)


def test_texts_that_something_in_between_refuses(way, remote):
    """A tag that comes with the making of a run keeps no run from being made."""
    way.fault = refusing(b"<script>", status=413, headers=HTML, text="<h1>Too Large</h1>")
    _, reason = told(to(remote, tracking_uri=way.uri), user="<script>")
    assert "the tag mlflow.user is missing" in reason
    assert "answers 413" in reason
    for run in (remote.main(), *remote.children()):
        assert run.info.status == "FINISHED"
        assert run.data.tags["mlflow.source.name"] == "digits"
        assert "mlflow.user" not in run.data.tags
    assert remote.main().data.params["numFolds"] == "2"


@pytest.mark.parametrize("under", ["a run of the user's", "one of ours"])
def test_param_that_was_written_a_moment_earlier(way, server, remote, under):
    """Ours goes beside it, whoever's run it is; nothing is missing."""
    client = mlflow.MlflowClient(server.uri)
    run_id = remote.client.create_run(remote.id).info.run_id if under != "one of ours" else None

    def write_before(path, body):
        if "log-batch" in path and b"numFolds" in body:
            way.fault = None
            client.log_param(json.loads(body)["run_id"], "numFolds", "theirs")

    way.fault = write_before
    story, reason = told(to(remote, tracking_uri=way.uri, run_id=run_id))
    assert reason is None
    params = remote.main().data.params
    assert params["numFolds"] == "theirs"
    assert params[f"numFolds_{story.id[:6]}"] == "2"
    assert params["metricName"] == "f1"


@pytest.mark.parametrize("part", ["picture", "description", "table", "results"])
def test_fault_of_ours_in_a_report(experiment, monkeypatch, part):
    """It costs this part of the report, and is called ours."""

    def broken(*_, **__):
        raise KeyError(part)

    name = "as_json" if part == "table" else "of"
    monkeypatch.setattr(getattr(conclusion, part), name, broken)
    _, reason = told(to(experiment))
    assert "is missing (trackmllib has failed at it" in reason
    main = experiment.main()
    assert main.info.status == "FINISHED"
    assert main.data.params["best_maxDepth"] == "1"
    kept = {"mlflow.note.content", "mlflow.loggedArtifacts"}
    lost = {
        "picture": set(),
        "description": {"mlflow.note.content"},
        "table": {"mlflow.loggedArtifacts"},
        "results": kept,
    }
    assert kept - main.data.tags.keys() == lost[part]


@pytest.mark.parametrize(
    ("status", "headers", "text"),
    [
        (404, HTML, "<h1>default backend - 404</h1>"),
        (404, JSON, '{"message": "no Route matched with those values"}'),
        (409, JSON, '{"error_code": "ABORTED", "message": "try again"}'),
        (502, HTML, "<h1>Bad Gateway</h1>"),
        (503, JSON, '{"error_code": "TEMPORARILY_UNAVAILABLE", "message": "soon"}'),
        (200, HTML, "<h1>Please log in</h1>"),
    ],
)
def test_what_passes(way, remote, status, headers, text):
    """It is tried again, and then nothing is missing, nor there twice."""
    answers = iter(range(3))
    way.fault = lambda *_: next(answers, None) is not None and (status, headers, text)
    assert told(to(remote, tracking_uri=way.uri))[1] is None
    assert statuses([remote.main(), *remote.children()]) == ["FINISHED"] * 3


@pytest.mark.parametrize(
    ("status", "headers", "text"),
    [
        (403, HTML, "<h1>Forbidden by policy</h1>"),
        (403, JSON, '{"message": "Forbidden by policy"}'),
        (401, HTML, "Unauthorized"),
        (501, HTML, "Not Implemented"),
    ],
)
def test_what_does_not_pass(way, remote, status, headers, text):
    """It is given up at once, with the status."""
    way.fault = lambda *_: (status, headers, text)
    began = time.monotonic()
    _, reason = told(to(remote, tracking_uri=way.uri))
    assert time.monotonic() - began < LONG / 2
    assert f"answers {status} " in reason


def test_pause_that_a_server_asks_for(way, remote):
    """Nothing is asked of it before, by none of several tunings; then all comes in."""
    asked = []

    def busy(*_):
        asked.append(time.monotonic())
        busy_still = asked[-1] - asked[0] < 1.9
        return busy_still and (429, {"Retry-After": "2"}, "slower")

    way.fault = busy
    consumer = Consumer(lambda tuning: None)
    stories = [Story(to(remote, tracking_uri=way.uri), tell=consumer.accept) for _ in range(5)]
    for story in stories:
        story.run(0, 0.5, 0.6).finish(0)
    assert [consumer.wait(story.id, LONG) for story in stories] == [None] * 5
    assert sum(one - asked[0] < 1.9 for one in asked) == 1
    assert len(remote.runs()) == 10


def test_server_that_is_away_is_asked_now_and_then(way, remote):
    """By one thread, however many tunings have something for it."""
    asked = []
    way.fault = lambda *_: (503, {}, f"away {asked.append(1)}")
    consumer = Consumer(lambda tuning: None)
    stories = [Story(to(remote, tracking_uri=way.uri), tell=consumer.accept) for _ in range(20)]
    for story in stories:
        story.run(0, 0.5, 0.6).finish(0)
    assert "503" in consumer.wait(stories[0].id, 3.0)
    assert 2 <= len(asked) <= 8
    way.fault = None
    until(lambda: not consumer.unfinished())
