"""The driver's end: journal first, then MLflow, and what is said when MLflow has not all."""

from __future__ import annotations

import os
import socket
import sys
import time

import pytest
from found import statuses
from fresh import python, session
from quick import Quick, raising, validator
from story import Story, until

from trackmllib import journal
from trackmllib.events import Destination, TuningStarted, from_line
from trackmllib.hook.tracker import tracker


@pytest.fixture
def nowhere(conf, tmp_path, monkeypatch):
    """MLflow cannot be reached; journals are in a directory of the test."""
    monkeypatch.delenv("MLFLOW_EXPERIMENT_ID", raising=False)  # it is of another store
    conf(trackingUri="http://ann:secret@127.0.0.1:9", journalDir=str(tmp_path))
    return tmp_path


def events_in(directory):
    """The kinds of the events in the only journal there."""
    (file,) = directory.glob("*.jsonl")
    return [type(from_line(line)).__name__ for line in file.read_text().splitlines()]


def test_mlflow_is_away(rows, experiment, nowhere, caplog):
    """The fit is as ever; one warning names journal and command; replay brings all."""
    began = time.monotonic()
    assert validator(numFolds=2).fit(rows).avgMetrics == [1.0, 2.0, 3.0]
    assert time.monotonic() - began < 10
    (file,) = nowhere.glob("*.jsonl")
    (warning,) = caplog.messages
    assert f"trackmllib replay {file}" in warning
    assert "secret" not in caplog.text
    assert events_in(nowhere)[0] == "TuningStarted"
    assert events_in(nowhere)[-1] == "TuningFinished"
    tracker()._journals[file.stem].close()  # as if this driver had ended
    replay_code = f"""
from pathlib import Path
from trackmllib.replay import replay, sources
with sources([Path({str(file)!r})]) as read:
    replay(read, tracking_uri={os.environ["MLFLOW_TRACKING_URI"]!r},
           experiment={experiment.name!r}, timeout=60)
    print(len(read[0].tunings), read[0].problem)
"""
    assert python(replay_code) == "1 None"
    assert not file.exists()
    assert len(experiment.children()) == 3
    assert experiment.main().info.status == "FINISHED"


def test_event_is_on_disk_before_anything_else(rows, nowhere):
    """While a trial runs, its start is in the journal."""
    seen = []

    def look(estimator, _):
        told = [kind for kind in events_in(nowhere) if kind != "TrialMeasured"]
        seen.append((estimator.getOrDefault("size"), told[-1]))

    validator(estimator=Quick(before_fit=look), numFolds=2).fit(rows)
    assert [kind for _, kind in seen[:6]] == ["TrialStarted"] * 6


def test_failed_fit_while_mlflow_is_away(rows, nowhere, caplog):
    """The user's exception, and the warning."""
    with pytest.raises(ValueError, match="own"):
        validator(estimator=Quick(before_fit=raising(ValueError("own"), 2))).fit(rows)
    assert "TuningFailed" in events_in(nowhere)
    assert len(caplog.messages) == 1


def test_nested_tunings_share_a_journal(rows, nowhere, caplog):
    """One warning names one journal, which has them all."""
    from pyspark.ml import Pipeline

    inner = validator((1,), numFolds=2, collectSubModels=True)
    validator(estimator=Pipeline(stages=[inner, Quick()]), estimatorParamMaps=[{}], numFolds=2).fit(
        rows
    )
    assert events_in(nowhere).count("TuningStarted") == 4
    assert len(caplog.messages) == 1


def test_no_time(rows, experiment, conf, journals):
    """``flushTimeout`` 0: what is written is written, and the rest soon after."""
    conf(flushTimeout="0s")
    validator().fit(rows)
    until(lambda: not journals())
    assert len(experiment.children()) == 3


def test_no_journal_can_be_kept(rows, experiment, conf, tmp_path, monkeypatch, caplog):
    """Training and tracking go on."""
    (tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    conf(journalDir=str(tmp_path / "file"))
    validator().fit(rows)
    assert len(experiment.children()) == 3
    assert all("journal" in text for text in caplog.messages)


def test_mlflow_refuses(rows, experiment, conf, tmp_path, monkeypatch, caplog):
    """What MLflow refuses is kept, MLflow's reason is told, and nothing is tried for ever."""
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "987654321")
    conf(journalDir=str(tmp_path))
    began = time.monotonic()
    validator().fit(rows)
    assert time.monotonic() - began < 20
    (warning,) = caplog.messages
    assert "987654321" in warning
    (file,) = tmp_path.glob("*.jsonl")
    with journal.claimed(file):
        pass


def test_skinny_mlflow_and_a_database(rows, conf, tmp_path, monkeypatch, caplog):
    """The warning says what to install."""
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    conf(journalDir=str(tmp_path), trackingUri=f"sqlite:///{tmp_path}/mlflow.db")
    validator().fit(rows)
    (warning,) = caplog.messages
    assert "-m pip install mlflow`" in warning
    assert "trackmllib replay" in warning


def test_refused_before_it_is_waited_for(experiment, tmp_path, monkeypatch, caplog):
    """The warning comes though MLflow has refused all of it long before the end of the fit."""
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "987654321")
    followed = tracker()

    def tell(event):
        begins = isinstance(event, TuningStarted)
        followed.start(event, tmp_path) if begins else followed.emit(event)

    story = Story(Destination(), tell=tell).begin(0).end(0).begin(0, 1).end(0, 1).finish(0)
    until(lambda: followed.tuning(story.id) is None)
    followed.wait(story.id, 1.0)
    (warning,) = caplog.messages
    (file,) = tmp_path.glob("*.jsonl")
    assert "987654321" in warning
    assert f"trackmllib replay {file}" in warning


@pytest.mark.driver
def test_late_trials_at_exit(experiment):
    """Trials that still run when the program ends: no traceback of ours, no run left RUNNING."""
    code = (
        session()
        + """
import time, trackmllib
from quick import Quick
from pyspark.ml.tuning import TrainValidationSplit
trackmllib.enable()
def step(estimator, _):
    if estimator.getOrDefault("size") == 1:
        raise ValueError("first")
    time.sleep(1)
tuner = validator(estimator=Quick(before_fit=step), kind=TrainValidationSplit, parallelism=3)
try:
    tuner.fit(rows)
except ValueError as error:
    print(error)
"""
    )
    done = python(code, check=False)
    assert done.returncode == 0
    assert done.stdout.strip() == "first"
    assert "/trackmllib/" not in done.stderr  # in no traceback
    assert [run.info.status for run in experiment.runs()].count("RUNNING") == 0


@pytest.mark.driver
def test_end_of_the_program_while_a_thread_fits(experiment, journals):
    """A tuning whose thread dies with the program is KILLED."""
    code = (
        session()
        + """
import threading, time, trackmllib
from quick import Quick
trackmllib.enable()
import trackmllib.hook.tracker
trackmllib.hook.tracker._AT_END = 60.0
running = threading.Event()
def step(estimator, _):
    running.set()
    time.sleep(600)
tuner = validator(estimator=Quick(before_fit=step))
threading.Thread(target=tuner.fit, args=(rows,), daemon=True).start()
running.wait()
from trackmllib.hook.tracker import tracker
(tuning,) = tracker()._journals
tracker().run(tuning, None, 30)
"""
    )
    assert python(code, check=False).returncode == 0
    assert experiment.main().info.status == "KILLED"
    assert [run.info.status for run in experiment.children()] == ["KILLED"]
    assert journals() == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_forked_child(experiment, journals):
    """What a child tracks is written though a writer of its parent's lived; it ends nothing."""
    code = f"""
import os, sys, time
sys.path[:0] = {sys.path!r}
from story import Story
from trackmllib.events import Destination, TuningStarted
from trackmllib.hook.tracker import tracker
def tell(event):
    begins = isinstance(event, TuningStarted)
    tracker().start(event, None) if begins else tracker().emit(event)
story = Story(Destination(), tell=tell).begin(0).end(0)
tracker().run(story.id, None, 60)
time.sleep(1)  # a writer lives, and is in the middle of nothing
child = os.fork()
if child == 0:
    own = Story(Destination(), tell=tell, trials=1, folds=1).begin(0).end(0).finish(0)
    tracker().wait(own.id, 60)
    os._exit(len(tracker()._journals))
print(os.waitpid(child, 0)[1], flush=True)  # else the next child has it too
time.sleep(3)  # the threads that write have gone
child = os.fork()
if child == 0:
    sys.exit(0)
os.waitpid(child, 0)
from trackmllib.journal import default_directory
print(len(list(default_directory().glob("*.jsonl"))))
story.begin(0, 1).end(0, 1).finish(0)
tracker().wait(story.id, 60)
"""
    assert python(code).split() == ["0", "1"]
    assert statuses(experiment.mains()) == ["FINISHED"] * 2
    assert journals() == []


def test_mlflow_that_never_answers(rows, conf, tmp_path, caplog):
    """The first fit waits as long as ``flushTimeout`` says, those after it a second at most."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        conf(trackingUri=f"http://127.0.0.1:{silent.getsockname()[1]}", flushTimeout="4s")
        conf(journalDir=str(tmp_path / "first"))
        began = time.monotonic()
        validator().fit(rows)
        first = time.monotonic()
        conf(journalDir=str(tmp_path / "second"))
        validator().fit(rows)
        second = time.monotonic()
    assert 4 <= first - began < 20
    assert second - first < 4
    assert "spark.trackmllib.flushTimeout" in caplog.messages[0]
    assert "since an earlier fit" in caplog.messages[1]
    assert len(caplog.messages) == 2
    assert events_in(tmp_path / "first")[-1] == "TuningFinished"
    assert events_in(tmp_path / "second")[-1] == "TuningFinished"
