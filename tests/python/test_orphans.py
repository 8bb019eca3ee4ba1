"""Runs that a killed driver has left RUNNING: the first tuning of a later driver ends them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from found import Experiment, statuses
from fresh import python, session
from quick import validator
from story import Story, to, until

from trackmllib import journal, orphans
from trackmllib.journal import Journal

KILLED = """
import os, signal
from quick import NamedScore
from trackmllib.hook.tracker import tracker
def score(model):
    if model.getOrDefault("size") == 3:
        (tuning,) = tracker()._journals
        assert tracker().run(tuning, None, 60)
        os.kill(os.getpid(), signal.SIGKILL)
    return 0.5
validator(evaluator=NamedScore(score), numFolds=2, parallelism=2).fit(rows)
"""


@pytest.fixture
def _first(monkeypatch):
    """The next tuning is the first of this process."""
    monkeypatch.setattr(orphans, "_begun", threading.Lock())


@pytest.mark.driver
@pytest.mark.usefixtures("_first")
def test_killed_driver(rows, experiment, journals, monkeypatch, caplog):
    """All that its journal has is in MLflow, what had not ended is KILLED, and one line says so.

    It is so though this process logs to another experiment.
    """
    done = python(session() + KILLED, check=False, TRACKMLLIB_ENABLED="1")
    assert done.returncode == -9, done.stderr
    assert experiment.main().info.status == "RUNNING"
    assert len(journals()) == 1
    elsewhere = Experiment(experiment.client)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", elsewhere.id)
    validator().fit(rows)
    until(lambda: not journals() and caplog.messages)
    assert experiment.main().info.status == "KILLED"
    children = experiment.children()
    assert statuses(children) == ["KILLED"] * 3
    assert [run.data.metrics.get("score") for run in children] == [0.5, 0.5, None]
    (line,) = caplog.messages
    assert "a tuning of earlier drivers" in line
    assert statuses(elsewhere.mains()) == ["FINISHED"]


DRIVER = f"""
import os, signal, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from story import Story, until
from trackmllib import journal
from trackmllib.events import Destination
from trackmllib.hook.tracker import tracker

def begin(*stories):
    ours = tracker()
    for story in stories:
        ours.start(story.events[0], None)
        for event in story.events[1:]:
            ours.emit(event)
    return ours

to = Destination(experiment_id=sys.argv[1])
"""

LEFT = f"""{DRIVER}
stories = [Story(to).run(0, 0.5, 0.6).begin(1) for _ in range(3)]
ours = begin(*stories)
until(lambda: all(ours.tuning(story.id).trials[0].written for story in stories), 60)
os.kill(os.getpid(), signal.SIGKILL)
"""

LATER = f"""{DRIVER}
story = Story(to).run(0, 0.1, 0.2).finish(0)
begin(story).wait(story.id, 60)
until(lambda: not any(file.stem != story.id for file in journal.pending().files), 60)
"""


def drivers(count, code, experiment):
    """Has as many drivers run the code at once; what they say."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, experiment.id], stderr=subprocess.PIPE, text=True
        )
        for _ in range(count)
    ]
    return [(driver.communicate()[1], driver.returncode) for driver in running]


def test_two_drivers_at_once(experiment):
    """One of them does it, and says so."""
    (left,) = drivers(1, LEFT, experiment)
    assert left[1] == -9, left
    assert statuses(experiment.mains()) == ["RUNNING"] * 3
    said = drivers(2, LATER, experiment)
    assert [code for _, code in said] == [0, 0], said
    assert sorted(statuses(experiment.mains())) == ["FINISHED"] * 2 + ["KILLED"] * 3
    assert len(experiment.runs()) == 3 * 3 + 2 * 2
    lines = [line for text, _ in said for line in text.splitlines() if "earlier drivers" in line]
    assert 1 <= len(lines) <= 2


def test_what_is_left_alone(experiment, tmp_path, journals):
    """The journal of a driver that runs, one for another store, one whose runs are not RUNNING."""
    folder = journal.default_directory()
    folder.mkdir(parents=True)
    uri = os.environ["MLFLOW_TRACKING_URI"]
    stories = [
        Story(to(experiment)),
        Story(to(experiment, tracking_uri=f"sqlite:///{tmp_path}/other.db")),
        Story(to(experiment)),
    ]
    for story in stories[:2]:
        tags = {"fit_uuid": story.id[:6], "runSource": "mllibAutoTracking"}
        experiment.client.create_run(experiment.id, tags=tags)
    used = Journal(None, stories[0].id)
    for story in stories[1:]:
        story.write(folder / f"{story.id}.jsonl")
    assert orphans.end(None, uri) == 0
    assert len(journals()) == 3
    assert statuses(experiment.runs()) == ["RUNNING"] * 2
    used.remove()


def test_mlflow_is_away(experiment):
    """It is as if there had been none."""
    folder = journal.default_directory()
    folder.mkdir(parents=True)
    story = Story(to(experiment))
    file = story.write(folder / f"{story.id}.jsonl")
    orphans._end_quietly(None, "http://127.0.0.1:9")
    assert file.exists()
