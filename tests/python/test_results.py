"""What has come of a tuning: the table, the description and the metrics on its main run."""

from __future__ import annotations

import csv
import json
import math
import socket
import time
from pathlib import Path

import mlflow
import pytest
from found import Experiment, statuses
from story import BEGAN, LONG, Story, consumed, to, until

from trackmllib.consumer import Consumer, store, view
from trackmllib.events import Destination, ParamName

GRID = [ParamName("dt_1", "maxDepth"), ParamName("dt_1", "impurity")]


def setting(depth, impurity="gini"):
    """One setting of the grid."""
    return {("dt_1", "maxDepth"): depth, ("dt_1", "impurity"): impurity}


def artifacts(run, client=None):
    """The names of a run's artifacts."""
    return sorted(
        one.path for one in (client or mlflow.MlflowClient()).list_artifacts(run.info.run_id)
    )


def file(run, name, client=None):
    """The content of an artifact."""
    path = (client or mlflow.MlflowClient()).download_artifacts(run.info.run_id, name)
    return Path(path).read_bytes().decode()


def loaded(run, story):
    """The table of a tuning as it was written."""
    return json.loads(file(run, f"tuning_results_{story.id[:6]}.json"))


def rows(run, story):
    """The table's rows, each a dictionary."""
    found = loaded(run, story)
    return [dict(zip(found["columns"], row, strict=True)) for row in found["data"]]


def test_table_of_a_cross_validation(experiment):
    """A row a trial, the best first, what failed last; MLflow and a CSV reader read the same."""
    story = Story(to(experiment), trials=4, grid=GRID)
    for trial, metrics in enumerate([(0.5, 0.7), (0.8, 0.9), (0.1, 0.2)]):
        for fold, metric in enumerate(metrics):
            story.begin(trial, fold, setting(trial)).end(trial, fold, metric)
    story.begin(3, 0, setting(3)).fail(3, 0).finish(1)
    assert consumed(story) == [None]
    main = experiment.main()
    name = f"tuning_results_{story.id[:6]}"
    assert artifacts(main) == [f"{name}.csv", f"{name}.json", f"{name}.png"]
    frame = mlflow.MlflowClient().load_table(experiment.id, f"{name}.json", [main.info.run_id])
    assert list(frame.columns) == [
        *("trial", "maxDepth", "impurity", "avg_f1", "std_f1", "f1_fold_0", "f1_fold_1"),
        *("fit_seconds", "evaluate_seconds", "status"),
    ]
    assert frame["trial"].tolist() == [1, 0, 2, 3]
    assert frame["status"].tolist() == ["FINISHED", "FINISHED", "FINISHED", "FAILED"]
    assert frame["avg_f1"][:3].tolist() == pytest.approx([0.85, 0.6, 0.15])
    assert frame["f1_fold_1"][:3].tolist() == pytest.approx([0.9, 0.7, 0.2])
    assert frame["fit_seconds"].tolist() == [0.5, 0.5, 0.5, 0.0]
    (head, *lines) = csv.reader(file(main, f"{name}.csv").splitlines())
    assert head == list(frame.columns)
    assert [line[0] for line in lines] == ["1", "0", "2", "3"]
    assert lines[0][1:3] == ["1", "gini"]
    assert lines[3][3:7] == [""] * 4


def test_table_of_a_split_where_less_is_better(experiment):
    """One column for the metric; the least first."""
    story = Story(to(experiment), folds=None, trials=3, metric="rmse", larger_better=False)
    story.run(0, 3.0).run(1, 1.0).run(2, 2.0).finish(1)
    consumed(story)
    found = loaded(experiment.main(), story)
    assert found["columns"] == [
        *("trial", "maxDepth", "rmse", "fit_seconds", "evaluate_seconds", "status"),
    ]
    assert [row[:3] for row in found["data"]] == [[1, 1, 1.0], [2, 2, 2.0], [0, 0, 3.0]]


def test_metrics_that_are_no_numbers(experiment):
    """They are null in the table, which stays JSON; they come after the numbers."""
    story = Story(to(experiment), folds=None, trials=4)
    story.run(0, math.nan).run(1, math.inf).run(2, 0.5).run(3, -math.inf).finish(1)
    consumed(story)
    main = experiment.main()
    assert [(row["trial"], row["f1"]) for row in rows(main, story)] == [
        *((1, None), (2, 0.5), (3, None), (0, None)),
    ]
    lines = list(csv.reader(file(main, f"tuning_results_{story.id[:6]}.csv").splitlines()))
    assert [line[2] for line in lines[1:]] == ["inf", "0.5", "-inf", "nan"]


def test_values_of_any_kind(experiment):
    """Numbers and truth values keep their type, all else is the text that MLflow has."""
    values = {
        "int": 5,
        "double": 1e-4,
        "bool": True,
        "text": 'a,"b"\n|c',
        "list": [1.0, "NaN"],
        "nan": "NaN",
        "none": None,
        "formula": '=HYPERLINK("x")',
        "at": "@x",
        "tab": "\t=1",
        "minus": "-1+2",
        "number": -5,
        "status": "mine",
        "trial": "too",
    }
    story = Story(
        to(experiment), folds=None, trials=1, grid=[ParamName("a", name) for name in values]
    )
    story.begin(0, 0, {("a", name): value for name, value in values.items()}).end(0).finish(0)
    consumed(story)
    main = experiment.main()
    (row,) = rows(main, story)
    texts = {"list": "[1.0, nan]", "nan": "nan", "none": None}
    for name in values.keys() - {"status", "trial"}:
        assert row[name] == texts.get(name, values[name])
        assert type(row[name]) is type(texts.get(name, values[name]))
    assert (row["trial"], row["status"]) == (0, "FINISHED")
    assert (row["param.trial"], row["param.status"]) == ("too", "mine")
    text = file(main, f"tuning_results_{story.id[:6]}.csv")
    (line,) = csv.DictReader(text.splitlines(keepends=True))
    assert line["formula"] == '\'=HYPERLINK("x")'
    assert (line["at"], line["minus"], line["tab"]) == ("'@x", "'-1+2", "'\t=1")
    assert line["number"] == "-5"
    assert line["text"] == 'a,"b"\n|c'


def test_tuning_not_seen_from_inside(experiment):
    """Neither folds nor seconds are known."""
    story = Story(to(experiment), trials=1)
    consumed(story.begin(0, None).end(0, None, 0.5, std=0.1, seconds=None).finish(0))
    (row,) = rows(experiment.main(), story)
    assert row == {
        "trial": 0,
        "maxDepth": 0,
        "avg_f1": 0.5,
        "std_f1": 0.1,
        "fit_seconds": None,
        "evaluate_seconds": None,
        "status": "FINISHED",
    }


def test_failed_tuning(experiment):
    """It has its table as well; the failed trial's own description says why."""
    story = Story(to(experiment)).run(0, 0.5, 0.6).begin(1, 0)
    error = "ValueError: `deep`\n```\n# not a heading\n</code><script>"
    consumed(story.fail(1, 0, error).abort(error))
    main = experiment.main()
    assert [(row["trial"], row["status"]) for row in rows(main, story)] == [
        *((0, "FINISHED"), (1, "FAILED")),
    ]
    assert main.data.tags["mlflow.note.content"].startswith("**Failed:** `ValueError")
    assert "1 failed" in main.data.tags["mlflow.note.content"]
    note = experiment.children()[1].data.tags["mlflow.note.content"]
    assert note == f"**Failed**\n\n````text\n{error}\n````"


def test_trials_that_outlive_a_failed_tuning(experiment):
    """What they bring comes into the table and the description."""
    story = Story(to(experiment), folds=None, trials=3)
    consumed(story.begin(0).begin(1).fail(0).abort().end(1, 0, 0.75))
    main = experiment.main()
    assert [(row["trial"], row["status"]) for row in rows(main, story)] == [
        *((1, "FINISHED"), (0, "FAILED")),
    ]
    assert "0.75" in main.data.tags["mlflow.note.content"]
    assert len(artifacts(main)) == 2


def test_written_again(experiment):
    """Replayed, the same is there once."""
    story = Story(to(experiment)).run(0, 0.5, 0.6).run(1, 0.7, 0.9).finish(1)
    consumed(story)
    before, content = (
        experiment.main(),
        file(experiment.main(), f"tuning_results_{story.id[:6]}.csv"),
    )
    for _ in range(2):
        assert consumed(story, resumed=True) == [None]
    assert experiment.main().to_dictionary() == before.to_dictionary()
    assert file(before, f"tuning_results_{story.id[:6]}.csv") == content
    assert len(artifacts(before)) == 3
    for metric in ("best_f1", "trial_f1"):
        assert len(experiment.client.get_metric_history(before.info.run_id, metric)) == 2


def test_tables_of_the_users_run(experiment):
    """Theirs stay in the list, whatever is in it; ours come once each."""
    client = experiment.client
    for theirs in ("[]", '[{"path": "theirs.json", "type": "table"}]', "broken", '{"a": 1}'):
        run_id = client.create_run(
            experiment.id, tags={"mlflow.loggedArtifacts": theirs}
        ).info.run_id
        stories = [
            Story(to(experiment, run_id=run_id), trials=1).run(0, 0.5, 0.6).finish(0)
            for _ in range(2)
        ]
        assert consumed(*stories, stories[0]) == [None] * 3
        assert consumed(*stories, resumed=True) == [None] * 2
        run = client.get_run(run_id)
        tag = run.data.tags["mlflow.loggedArtifacts"]
        ours = [f"tuning_results_{story.id[:6]}.json" for story in stories]
        assert set(ours) <= set(artifacts(run))
        if theirs.startswith("["):
            assert [one["path"] for one in json.loads(tag)] == [
                *(one["path"] for one in json.loads(theirs)),
                *ours,
            ]
        else:
            assert tag == theirs


def test_tables_of_many_tunings(experiment):
    """Where the list has no room for all, the newest is in it, and what is theirs."""
    theirs = [{"path": "theirs.json", "type": "table"}]
    old = [{"path": f"tuning_results_{nth:06x}.json", "type": "table"} for nth in range(86)]
    tags = {"mlflow.loggedArtifacts": json.dumps(theirs + old)}
    run_id = experiment.client.create_run(experiment.id, tags=tags).info.run_id
    story = Story(to(experiment, run_id=run_id)).run(0, 0.5, 0.6).finish(0)
    assert consumed(story) == [None]
    tag = experiment.client.get_run(run_id).data.tags["mlflow.loggedArtifacts"]
    new = {"path": f"tuning_results_{story.id[:6]}.json", "type": "table"}
    assert json.loads(tag) == [*theirs, *old[1:], new]


def test_description_below_the_users(experiment):
    """Under a heading each, in the place where it was when it is written again."""
    client = experiment.client
    run_id = client.create_run(experiment.id, tags={"mlflow.note.content": "Mine."}).info.run_id
    first, second = (
        Story(to(experiment, run_id=run_id)).run(0, 0.5, 0.6).run(1, 0.7, 0.9).finish(1)
        for _ in range(2)
    )
    consumed(first)
    note = client.get_run(run_id).data.tags["mlflow.note.content"]
    assert note.startswith(f"Mine.\n\n#### Tuning {first.id[:6]}\n\n**Best: `maxDepth=1`**")
    consumed(second)
    client.set_tag(
        run_id,
        "mlflow.note.content",
        client.get_run(run_id).data.tags["mlflow.note.content"].replace("0.55", "stale"),
    )
    consumed(first, second, resumed=True)
    both = client.get_run(run_id).data.tags["mlflow.note.content"]
    assert both.startswith(f"{note}\n\n#### Tuning {second.id[:6]}\n\n**Best")
    assert both.count("#### Tuning") == 2
    assert "stale" not in both


def test_no_room_for_the_description(experiment):
    """A long description of the user's stays; ours is cut to its first lines, or left out."""
    client = experiment.client
    for length, ours in ((4000, True), (4990, False)):
        theirs = "x" * length
        run_id = client.create_run(experiment.id, tags={"mlflow.note.content": theirs}).info.run_id
        story = Story(to(experiment, run_id=run_id), trials=9)
        for trial in range(9):
            story.begin(trial, 0, setting("y" * 200)).end(trial, 0).begin(trial, 1, {}).end(
                trial, 1
            )
        consumed(story.finish(0))
        note = client.get_run(run_id).data.tags["mlflow.note.content"]
        assert note.startswith(theirs)
        assert ("**Best" in note) == ours
        assert "| setting |" not in note


def test_hostile_names_in_the_description(experiment):
    """Markdown and HTML in names and values are text."""
    hostile = "`|</td><script>alert(1)</script>![x](y)"
    story = Story(to(experiment), folds=None, metric=hostile)
    for trial in range(2):
        story.begin(trial, 0, {("a", "text"): hostile}).end(trial)
    consumed(story.finish(0))
    note = experiment.main().data.tags["mlflow.note.content"]
    for line in note.split("\n"):
        assert "script" not in "".join(line.split("`")[::2])


def test_metrics_while_it_runs(experiment):
    """The chart of a running tuning: each trial's metric, and the best so far."""
    story = Story(to(experiment), folds=None, trials=4, metric="rmse", larger_better=False)
    consumed(story.run(2, 3.0).run(0, 5.0).run(1, math.nan).run(3, 1.0).finish(3))
    main = experiment.main()
    trials = experiment.steps(main, "trial_rmse")
    assert math.isnan(trials.pop(1))
    assert trials == {2: 3.0, 0: 5.0, 3: 1.0}
    assert experiment.steps(main, "best_rmse") == {1: 3.0, 2: 3.0, 3: 3.0, 4: 1.0}
    assert main.data.metrics["best_rmse"] == 1.0


def test_winner_that_is_no_number(experiment):
    """The best metric is the best trial's, also where Spark prefers one that is no number."""
    story = Story(to(experiment), folds=None).run(0, 0.5).run(1, math.nan).finish(1)
    consumed(story)
    assert math.isnan(experiment.main().data.metrics["best_f1"])


def test_metrics_of_two_tunings_under_one_run(experiment):
    """They do not mix with each other, nor with the user's own; written again, nothing is new."""
    client = experiment.client
    run_id = client.create_run(experiment.id).info.run_id
    client.log_metric(run_id, "best_acc", 7.0)
    first = Story(to(experiment, run_id=run_id), folds=None).run(0, 0.5).run(1, 0.6).finish(1)
    second = Story(to(experiment, run_id=run_id), folds=None).run(0, 0.7).run(1, 0.8).finish(1)
    third = Story(to(experiment, run_id=run_id), folds=None, metric="acc").run(0, 0.9).finish(0)
    for story in (first, second, third):
        consumed(story)
    expected = {
        "best_acc": 7.0,
        "best_f1": 0.6,
        f"best_f1_{second.id[:6]}": 0.8,
        f"best_acc_{third.id[:6]}": 0.9,
        "trial_f1": 0.6,
        f"trial_f1_{second.id[:6]}": 0.8,
        "trial_acc": 0.9,
    }
    assert client.get_run(run_id).data.metrics == expected
    consumed(third, second, first, resumed=True)
    assert client.get_run(run_id).data.metrics == expected
    assert experiment.steps(client.get_run(run_id), "trial_f1") == {0: 0.5, 1: 0.6}


def test_metrics_appear_while_the_tuning_runs(server):
    """Before its end, and with one request for many trials."""
    remote = Experiment(mlflow.MlflowClient(server.uri))
    consumer = Consumer(lambda tuning: None)
    story = Story(
        Destination(tracking_uri=server.uri, experiment_id=remote.id),
        folds=None,
        tell=consumer.accept,
    )
    assert consumer.run(story.id, None, LONG)
    story.run(0, 0.5)
    main = until(
        lambda: remote.mains() and "trial_f1" in remote.main().data.metrics and remote.main()
    )
    assert main.info.status == "RUNNING"
    story.run(1, 0.6).finish(1)
    assert consumer.wait(story.id, LONG) is None
    assert remote.steps(main, "best_f1") == {1: 0.5, 2: 0.6}
    assert len(artifacts(main, remote.client)) == 3


def shown_beside_the_last_fit(experiment):
    """A tuning whose trials are over, and whose main run shows the results already."""
    consumer = Consumer(lambda tuning: None)
    story = Story(to(experiment), tell=consumer.accept).run(0, 0.5, 0.6).run(1, 0.7, 0.9)
    assert consumer.run(story.id, None, LONG)
    main = until(lambda: "mlflow.note.content" in experiment.main().data.tags and experiment.main())
    assert main.info.status == "RUNNING"
    assert main.data.tags["mlflow.note.content"].startswith("**Best: `maxDepth=1`**")
    assert [row["trial"] for row in rows(main, story)] == [1, 0]
    assert len(artifacts(main)) == 3
    return consumer, story, file(main, f"tuning_results_{story.id[:6]}.csv")


def test_results_beside_the_last_fit(experiment):
    """They are there once all trials are over; the end adds the winner and the status."""
    consumer, story, table = shown_beside_the_last_fit(experiment)
    assert not any("trackmllib.best" in run.data.tags for run in experiment.children())
    csv_file = Path(
        mlflow.MlflowClient().download_artifacts(
            experiment.main().info.run_id, f"tuning_results_{story.id[:6]}.csv"
        )
    )
    written = csv_file.stat().st_mtime_ns
    story.finish(1)
    assert consumer.wait(story.id, LONG) is None
    assert file(experiment.main(), csv_file.name) == table
    assert csv_file.stat().st_mtime_ns == written
    assert experiment.main().info.status == "FINISHED"
    assert experiment.children()[1].data.tags["trackmllib.best"] == "true"


def test_another_winner_than_foreseen(experiment):
    """A tuner with a rule of its own is believed."""
    consumer, story, _ = shown_beside_the_last_fit(experiment)
    story.finish(0)
    assert consumer.wait(story.id, LONG) is None
    main = experiment.main()
    assert [row["trial"] for row in rows(main, story)] == [0, 1]
    assert main.data.tags["mlflow.note.content"].startswith("**Best: `maxDepth=0`**")
    best = ["trackmllib.best" in run.data.tags for run in experiment.children()]
    assert best == [True, False]


def test_last_fit_that_fails(experiment):
    """The results stay, and say that the tuning has no winner."""
    consumer, story, _ = shown_beside_the_last_fit(experiment)
    story.abort()
    assert consumer.wait(story.id, LONG) is None
    main = experiment.main()
    assert main.info.status == "FAILED"
    note = main.data.tags["mlflow.note.content"]
    assert note.startswith("**Failed:** `ValueError")
    assert "**Best" not in note
    assert len(rows(main, story)) == 2
    assert not any("trackmllib.best" in run.data.tags for run in experiment.children())


@pytest.mark.parametrize(
    "location", ["file:///proc/none", "s3://none/at/all", "http://127.0.0.1:9/"]
)
def test_artifact_store_that_refuses(location, tmp_path):
    """The runs end and say what they can, once; replayed elsewhere, nothing is missing."""
    client = mlflow.MlflowClient()
    refusing = Experiment(client)
    refusing.id = client.create_experiment(f"{refusing.name}-refusing", artifact_location=location)
    story = Story(to(refusing)).run(0, 0.5, 0.6).run(1, 0.7, 0.9).finish(1)
    began = time.monotonic()
    (reason,) = consumed(story)
    assert "results table" in reason
    assert time.monotonic() - began < 30
    main = refusing.main()
    assert main.info.status == "FINISHED"
    assert statuses(refusing.children()) == ["FINISHED"] * 2
    assert main.data.metrics["best_f1"] == pytest.approx(0.8)
    assert "mlflow.loggedArtifacts" not in main.data.tags
    note = main.data.tags["mlflow.note.content"]
    assert note.startswith("**Best")
    assert "tuning_results" not in note


def test_replayed_when_the_artifact_store_is_back(experiment, tmp_path):
    """What was missing comes to the run that is there."""
    client = experiment.client
    location = tmp_path / "a file is where the directory should be"
    location.touch()
    away = Experiment(client)
    away.id = client.create_experiment(f"{away.name}-away", artifact_location=location.as_uri())
    story = Story(to(away)).run(0, 0.5, 0.6).run(1, 0.7, 0.9).finish(1)
    assert "results table" in consumed(story)[0]
    before = away.main()
    location.unlink()
    assert consumed(story, resumed=True) == [None]
    after = away.main()
    assert len(artifacts(after)) == 3
    assert rows(after, story)[0]["trial"] == 1
    assert after.info.end_time == before.info.end_time
    assert "![" in after.data.tags["mlflow.note.content"]
    assert "charts" in after.data.tags["mlflow.note.content"]
    assert after.data.metrics == before.data.metrics
    assert len(away.runs()) == 3


def test_artifact_store_that_is_back_at_the_end(experiment, tmp_path, monkeypatch):
    """Away when the results were to be shown beside the last fit, it has them all the same."""
    location = tmp_path / "a file is where the directory should be"
    location.touch()
    away = Experiment(experiment.client)
    away.id = away.client.create_experiment(
        f"{away.name}-away", artifact_location=location.as_uri()
    )
    attempts = []
    stock = store.Store.log_artifacts
    monkeypatch.setattr(
        store.Store, "log_artifacts", lambda *args: attempts.append(args) or stock(*args)
    )
    consumer = Consumer(lambda tuning: None)
    story = Story(to(away), tell=consumer.accept).run(0, 0.5, 0.6).run(1, 0.7, 0.9)
    until(lambda: len(attempts) > 3)
    location.unlink()
    story.finish(1)
    assert consumer.wait(story.id, LONG) is None
    assert len(artifacts(away.main())) == 3


def test_artifact_store_that_never_answers(experiment, monkeypatch):
    """It is not waited for."""
    monkeypatch.setattr(store, "_ARTIFACTS", 0.5)
    client = experiment.client
    with socket.create_server(("127.0.0.1", 0)) as silent:
        location = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        hanging = Experiment(client)
        hanging.id = client.create_experiment(f"{hanging.name}-h", artifact_location=location)
        story = Story(to(hanging)).run(0, 0.5, 0.6).finish(0)
        (reason,) = consumed(story)
    assert "TimeoutError" in reason
    assert hanging.main().info.status == "FINISHED"


def test_nested_tunings_have_their_tables(experiment):
    """Each tuning its own; only the outermost has a picture and a view."""
    outer = Story(to(experiment), trials=1).begin(0, 0)
    inner = (
        Story(to(experiment), parent=outer.inside(0)).run(0, 0.1, 0.2).run(1, 0.3, 0.4).finish(1)
    )
    outer.end(0, 0).begin(0, 1).end(0, 1).finish(0)
    consumer = Consumer(lambda tuning: None)
    for event in [*outer.events[:2], *inner.events, *outer.events[2:]]:
        consumer.accept(event)
    assert consumer.wait(outer.id, LONG) is None
    (trial,) = experiment.children()
    (of_trial,) = experiment.children(trial)
    assert artifacts(of_trial) == [
        *(f"tuning_results_{inner.id[:6]}.{kind}" for kind in ("csv", "json")),
    ]
    tags = experiment.client.get_experiment(experiment.id).tags
    assert [name for name in tags if "sharedViewState" in name] == [
        view.tag(view.key(outer.id[:6], BEGAN))
    ]
