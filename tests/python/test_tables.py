"""A tuning's table, read back from MLflow: ``trackmllib.results`` and ``trackmllib show``."""

from __future__ import annotations

import csv
import io
import json
import math
import sys

import mlflow
import pytest
from found import Experiment
from fresh import command, command_here
from quick import Quick, validator
from story import LONG, Story, consumed, to, until

import trackmllib
from trackmllib.consumer import Consumer
from trackmllib.errors import NoTuningError, StoreUnreachableError
from trackmllib.tables import finished, reading


def cells(frame):
    """The rows of a frame without times."""
    return frame.drop(columns=["fit_seconds", "evaluate_seconds"]).to_dict("records")


def test_results_of_a_run(experiment):
    """A row a trial, the best first; means, deviations, folds; numbers are numbers."""
    consumed(Story(to(experiment)).run(0, 0.25, 0.5).run(1, 0.5, 1.0).finish(1))
    main = experiment.main()
    uuid = main.data.tags["fit_uuid"]
    frame = trackmllib.results(main.info.run_id)
    assert cells(frame) == [
        {
            "trial": trial,
            "maxDepth": trial,
            "avg_f1": mean,
            "std_f1": std,
            "f1_fold_0": folds[0],
            "f1_fold_1": folds[1],
            "status": "FINISHED",
            "fit_uuid": uuid,
        }
        for trial, mean, std, folds in [(1, 0.75, 0.25, (0.5, 1.0)), (0, 0.375, 0.125, (0.25, 0.5))]
    ]
    assert list(frame.fit_seconds) == [0.5, 0.5]


def test_the_table_for_a_log(experiment):
    """The best trials of a tuning that has just ended, in plain lines; the rest by its command."""
    told = []
    consumer = Consumer(lambda tuning: told.append(finished.text(tuning)))
    story = Story(to(experiment), folds=None, trials=30)
    for trial in range(30):
        story.run(trial, trial / 100)
    for event in story.finish(29).events:
        consumer.accept(event)
    assert consumer.wait(story.id, LONG) is None
    head, best, _, columns, *rows, more = told[0].splitlines()
    assert "30 of 30 trials" in head
    assert best == "Best: maxDepth=29  f1 0.29"
    assert columns.split() == ["trial", "maxDepth", "f1", "seconds", "status"]
    assert [line.split()[1] for line in rows] == [str(depth) for depth in range(29, 9, -1)]
    assert more == f"… 10 more: trackmllib show {experiment.main().info.run_id}"


def test_results_of_a_trial_of_it(experiment):
    """The id of a child run is as good as that of its main run."""
    consumed(Story(to(experiment)).run(0, 0.25, 0.5).finish(0))
    (child,) = experiment.children()
    assert list(trackmllib.results(child.info.run_id).avg_f1) == [0.375]


def test_smaller_is_better(experiment):
    """The order is by the winner where there is one, else by what is known of Spark's metrics."""
    consumed(Story(to(experiment), larger_better=False).run(0, 2, 2).run(1, 1, 1).finish(1))
    assert list(trackmllib.results(experiment.main().info.run_id).avg_f1) == [1, 2]


def test_train_validation_split(experiment):
    """One metric, no folds."""
    consumed(Story(to(experiment), folds=None).run(0, 0.25).run(1, 0.5).finish(1))
    frame = trackmllib.results(experiment.main().info.run_id)
    assert list(frame.columns)[:3] == ["trial", "maxDepth", "f1"]
    assert list(frame.f1) == [0.5, 0.25]


def test_while_it_runs(experiment):
    """A tuning that still runs has what its trials have come to."""
    consumer = Consumer(lambda tuning: None)
    story = Story(to(experiment), trials=3, tell=consumer.accept)
    story.begin(0).end(0, 0, 0.25, seconds=(1.5, 0)).begin(1).end(1, 0, 0.5, seconds=(1.5, 0))

    def folds():
        return (
            experiment.mains()
            and len(experiment.runs()) == 3
            and all("f1" in run.data.metrics for run in experiment.children())
        )

    until(folds)
    main = experiment.main().info.run_id
    frame = trackmllib.results(main)
    assert list(frame.trial) == [1, 0]
    assert list(frame.avg_f1) == [0.5, 0.25]
    assert list(frame.status) == ["RUNNING", "RUNNING"]
    shown = command_here("show", main)[1]
    assert "RUNNING  0 of 3 trials" in shown
    assert "Best: maxDepth=1  avg_f1 0.5" in shown
    story.finish(1)
    assert consumer.wait(story.id, 30) is None


def test_failed_trials_and_metrics_that_are_no_numbers(experiment):
    """They stand last."""
    story = Story(to(experiment), trials=3).run(0, math.nan, 0.5).begin(1).fail(1).run(2, 0.25, 0.5)
    consumed(story.abort())
    frame = trackmllib.results(experiment.main().info.run_id)
    assert list(frame.trial) == [2, 0, 1]
    assert list(frame.status) == ["FINISHED", "FINISHED", "FAILED"]
    records = json.loads(command_here("show", experiment.main().info.run_id, "--json")[1])
    assert [record["avg_f1"] for record in records] == [0.375, None, None]


def test_results_of_a_model(spark, experiment):
    """The model that ``fit()`` returned knows its tuning."""
    model = validator((1, 3, 2)).fit(spark.range(10))
    frame = trackmllib.results(model)
    assert list(frame["size"]) == [3, 2, 1]
    assert sorted(frame.avg_score) == sorted(model.avgMetrics)
    assert set(frame.fit_uuid) == {experiment.main().data.tags["fit_uuid"]}


def test_several_tunings_in_a_run(spark, experiment):
    """All of them, the newest first; of a model its own."""
    with mlflow.start_run(experiment_id=experiment.id) as run:
        first = validator((1, 2)).fit(spark.range(10))
        second = validator((4, 3)).fit(spark.range(10))
    both = trackmllib.results(run.info.run_id)
    assert list(both["size"]) == [4, 3, 2, 1]
    assert both.fit_uuid.nunique() == 2
    assert list(trackmllib.results(first)["size"]) == [2, 1]
    assert list(trackmllib.results(second)["size"]) == [4, 3]


def test_not_known(spark, experiment):
    """What is no tuning is said so."""
    untracked = Quick().fit(spark.range(3))
    for asked in (untracked, 7, None):
        with pytest.raises(NoTuningError, match="id of the tuning's main run"):
            trackmllib.results(asked)
    with pytest.raises(NoTuningError, match="no run nonsense"):
        trackmllib.results("nonsense")
    own = experiment.client.create_run(experiment.id)
    with pytest.raises(NoTuningError, match="has no tuning"):
        trackmllib.results(own.info.run_id)
    with pytest.raises(StoreUnreachableError, match="cannot be reached"):
        trackmllib.results("nonsense", tracking_uri="http://ann:secret@127.0.0.1:9")


def test_model_that_mlflow_does_not_have(spark, conf):
    """The tuning is in a journal: said so, with what to do."""
    conf(trackingUri="http://127.0.0.1:9", flushTimeout="1s")
    model = validator((1,)).fit(spark.range(3))
    with pytest.raises(NoTuningError, match="replay"):
        trackmllib.results(model)


def test_show_newest(experiment, tmp_path):
    """Without an id the newest tuning of the store, or of an experiment; the best line first."""
    consumed(Story(to(experiment)).run(0, 0.25, 0.5).run(1, 0.5, 1.0).finish(1))
    lines = command_here("show", "--experiment", experiment.name)[1].splitlines()
    main = experiment.main()
    assert lines[0] == f"run {main.info.run_id}"
    assert lines[1] == (
        f"{main.info.run_name}  FINISHED  2 of 2 trials  tuning {main.data.tags['fit_uuid']}"
    )
    assert lines[2] == "Best: maxDepth=1  avg_f1 0.75 ± 0.25"
    assert lines[4].split() == ["trial", "maxDepth", "avg_f1", "std_f1", "seconds", "status"]
    assert lines[5].split() == ["1", "1", "0.75", "█" * 16, "0.25", "0.8", "FINISHED"]
    assert lines[6].split() == ["0", "0", "0.375", "▏", "0.125", "0.8", "FINISHED"]
    code, empty = command_here("show", "--experiment", "nowhere")
    assert code == 1
    assert "no tuning in the experiment nowhere" in empty


def test_newest_is_the_outermost(experiment):
    """A tuning inside a trial is a part of the one around it."""
    consumer = Consumer(lambda tuning: None)
    outer = Story(to(experiment), tell=consumer.accept).begin(0)
    inner = Story(to(experiment), parent=outer.inside(0), tell=consumer.accept)
    inner.run(0, 0.5, 0.5).finish(0)
    outer.end(0).run(0, 0.5, 0.5).finish(0)
    assert consumer.wait(outer.id, 30) is None
    client = reading.opened(None)
    newest = reading.newest(client, experiment.name)
    assert newest.data.tags["fit_uuid"] == outer.id[:6]


def test_show_for_programs(experiment):
    """CSV and JSON have all figures."""
    consumed(Story(to(experiment)).run(0, 0.25, 0.5).finish(0))
    main = experiment.main().info.run_id
    (row,) = csv.DictReader(io.StringIO(command_here("show", main, "--csv")[1]))
    (record,) = json.loads(command_here("show", main, "--json")[1])
    assert record["f1_fold_1"] == 0.5
    assert {name: str(cell) for name, cell in record.items()} == row


def test_show_on_a_server(server, experiment):
    """From a server, by name of its address; one that is not there is said at once."""
    remote = Experiment(mlflow.MlflowClient(server.uri))
    consumed(Story(to(remote, tracking_uri=server.uri)).run(0, 0.25, 0.5).finish(0))
    shown = command_here("show", remote.main().info.run_id, "--tracking-uri", server.uri)[1]
    assert "Best: maxDepth=0  avg_f1 0.375" in shown
    code, away = command_here("show", "--tracking-uri", "http://ann:secret@127.0.0.1:9")
    assert code == 1
    assert "cannot be reached" in away
    assert "secret" not in away


def test_hostile_names(experiment):
    """Names and values cannot break lines or colour the terminal."""
    setting = {("dt_1", "maxDepth"): "a\nb\x1b[31m"}
    consumed(Story(to(experiment)).begin(0, setting=setting).end(0).begin(0, 1).end(0, 1).finish(0))
    shown = command_here("show", experiment.main().info.run_id)[1]
    assert "\x1b" not in shown
    assert "maxDepth=a b [31m" in shown


def test_formulas(experiment):
    """A value that a spreadsheet would run is a text in the CSV of ``show``, as in the artifact."""
    setting = {("dt_1", "maxDepth"): '=HYPERLINK("x")'}
    consumed(Story(to(experiment), folds=None, trials=1).begin(0, 0, setting).end(0).finish(0))
    shown = command_here("show", experiment.main().info.run_id, "--csv")[1]
    (row,) = csv.DictReader(io.StringIO(shown))
    assert row["maxDepth"] == '\'=HYPERLINK("x")'


def test_no_pandas(experiment):
    """``show`` does without pandas, which ``mlflow-skinny`` does not bring."""
    consumed(Story(to(experiment)).run(0, 0.25, 0.5).finish(0))
    hidden = 'import sys; sys.modules["pandas"] = None;'
    assert "Best:" in command("show", experiment.main().info.run_id, before=hidden).stdout


def test_results_without_pandas(monkeypatch):
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="-m pip install pandas"):
        trackmllib.results("0" * 32)
