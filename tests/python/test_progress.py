"""What a user sees while a tuning runs: a line on a terminal, two lines elsewhere."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import threading
import time
from types import ModuleType

import mlflow
import pytest
from found import Experiment
from fresh import python, session
from quick import Quick, raising, validator
from story import Story, to, until

from trackmllib.consumer import Consumer
from trackmllib.progress import Progress, for_mode
from trackmllib.progress.display import Lines, Terminal, width

FIT = """
import time
from quick import Quick
slow = Quick(before_fit=lambda *_: time.sleep(0.3))
validator((1, 3, 2), estimator=slow).fit(rows)
"""


@pytest.fixture
def patient(monkeypatch):
    """The end of a fit waits for its last line, however slow this machine is."""
    monkeypatch.setattr("trackmllib.progress.progress._PATIENCE", 60.0)


def ours(text):
    """The lines of trackmllib's."""
    return [line for line in text.splitlines() if line.startswith("trackmllib: ")]


def in_a_terminal(code, columns=100):
    """All that a program writes to the terminal that it runs on."""
    main, other = pty.openpty()
    os.set_blocking(main, False)
    running = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=other,
        stdout=other,
        stderr=other,
        start_new_session=True,
        env={**os.environ, "TRACKMLLIB_ENABLED": "1"},
    )
    os.close(other)
    written = b""
    end = time.monotonic() + 180
    while time.monotonic() < end:
        if select.select([main], [], [], 0.2)[0]:
            try:
                written += os.read(main, 65536)
            except OSError:  # its other end is closed
                break
        elif running.poll() is not None:
            break
    os.close(main)
    assert running.wait(30) == 0, written.decode()
    return written.decode()


@pytest.mark.driver
def test_two_lines_where_there_is_no_terminal(experiment):
    """Where the tuning is, and what it came to; nothing else, and nothing on standard output."""
    done = python(session() + FIT, check=False, TRACKMLLIB_ENABLED="1")
    assert done.returncode == 0, done.stderr
    main = experiment.main().info.run_id
    where, end = ours(done.stderr)
    assert where == (
        f"trackmllib: CrossValidator(Quick), 3 trials: run {main}, "
        f"seen with `mlflow ui --backend-store-uri {mlflow.get_tracking_uri()}`"
    )
    assert re.fullmatch(r"trackmllib: best size=3: avg_score 3 \(3 trials, \d+ s\)", end)
    assert "\r" not in done.stderr
    assert "trackmllib" not in done.stdout


@pytest.mark.parametrize("with_view", [True, False])
def test_link_to_a_server(server, experiment, capsys, conf, rows, monkeypatch, with_view):
    """Where the tuning is on a server is a link, to its view or its runs, without the password."""
    remote = Experiment(mlflow.MlflowClient(server.uri))
    monkeypatch.delenv("MLFLOW_EXPERIMENT_ID")
    conf(trackingUri=server.uri.replace("//", "//ann:secret@"), experimentName=remote.name)
    conf(view=str(with_view).lower())
    validator().fit(rows)
    where = ours(capsys.readouterr().err)[0]
    uuid = remote.main().data.tags["fit_uuid"]
    assert f": {server.uri}/#/experiments/{remote.id}/runs?" in where
    shown = "viewStateShareKey=trackmllib-" if with_view else f"fit_uuid%20%3D%20%27{uuid}"
    assert shown in where
    assert "secret" not in where


@pytest.mark.driver
def test_slow_import_of_mlflow(tmp_path):
    """Both lines come, also where MLflow alone knows the store and is still being imported."""
    code = f"""
import os
os.chdir({str(tmp_path)!r})
{session()}
import time, trackmllib
trackmllib.enable()
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "mlflow.entities":
            time.sleep(2)
sys.meta_path.insert(0, Slow())
validator().fit(rows)
"""
    where, end = ours(python(code, check=False, MLFLOW_TRACKING_URI=None).stderr)
    assert "mlflow ui --backend-store-uri" in where
    assert "best size=3" in end


def test_ipython_is_being_imported(monkeypatch):
    """By another thread, as PySpark does: what its module does not have yet makes no notebook."""
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    assert isinstance(for_mode("auto"), Lines)


def test_off(experiment, capsys, conf, rows):
    """``spark.trackmllib.progress=off``: not a line."""
    conf(progress="off")
    validator().fit(rows)
    assert ours(capsys.readouterr().err) == []
    assert len(experiment.mains()) == 1


def test_on(experiment, capsys, conf, rows, patient):
    """``on``: the line is drawn where there is no terminal, too."""
    conf(progress="on")
    slow = Quick(before_fit=lambda *_: time.sleep(0.2))
    validator((1, 2), estimator=slow).fit(rows)
    written = capsys.readouterr().err
    assert re.search(r"\rtrackmllib [█▏▎▍▌▋▊▉·]{8} \d/6 fits", written)


@pytest.mark.driver
def test_a_terminal(experiment):
    """A line that is drawn over and over, with what there is to know; what stays replaces it."""
    written = in_a_terminal(session() + FIT)
    drawn = [part for part in re.split(r"[\r\n]", written) if part.startswith("trackmllib ")]
    assert any(re.match(r"trackmllib ·{8} 0/9 fits  fitting +$", line) for line in drawn)
    pattern = r"trackmllib \S{8} [4-8]/9 fits  best 3 \(size=3\)  \d:\d\d left +$"
    assert any(re.match(pattern, line) for line in drawn), drawn
    assert max(map(len, drawn)) <= 80
    assert len(ours(written)) == 2
    assert re.search(r"\r +\rtrackmllib: best size=3", written)


def test_failed(experiment, capsys, rows, patient):
    """A tuning that failed says so, and the error is the user's."""
    tuner = validator((1, 2), estimator=Quick(before_fit=raising(ValueError("too small"), 2)))
    with pytest.raises(ValueError, match="too small"):
        tuner.fit(rows)
    end = ours(capsys.readouterr().err)[-1]
    assert re.match(r"trackmllib: CrossValidator\(Quick\) failed after 2 of 6 fits, 1 failed", end)
    assert end.endswith("ValueError: too small")


def test_mlflow_away(experiment, capsys, conf, rows, patient):
    """Nothing is said of where the tuning is, and what it came to is said all the same."""
    conf(trackingUri="http://127.0.0.1:9", flushTimeout="1s")
    validator().fit(rows)
    (end,) = ours(capsys.readouterr().err)
    assert end.startswith("trackmllib: best size=3")


def test_nested_tunings_are_part_of_a_trial(experiment, capsys, rows, patient):
    """Two lines for the outermost tuning."""
    outer = Quick(before_fit=lambda _, dataset: validator((1, 2)).fit(dataset))
    validator((1,), estimator=outer).fit(rows)
    assert len(ours(capsys.readouterr().err)) == 2


class Stuck:
    """A reader that has stopped reading."""

    def __init__(self):
        self.written = []
        self.go_on = threading.Event()

    def write(self, text):
        self.go_on.wait(60)
        self.written.append(text)


def test_nobody_reads(experiment):
    """A terminal that takes nothing holds up no event, and the end for a second at most."""
    stuck = Stuck()
    progress, consumer = Progress(), Consumer(lambda tuning: None)
    story = Story(to(experiment), tell=consumer.accept)
    progress.begin(consumer.tuning(story.id), Terminal(stuck.write))
    began = time.monotonic()
    story.run(0, 0.5, 0.5).run(1, 1.0, 1.0).finish(1)
    for event in story.events:
        progress.take(event)
    assert time.monotonic() - began < 5
    progress.end(story.id)
    assert time.monotonic() - began < 15
    assert not any("best" in text for text in stuck.written)
    stuck.go_on.set()
    until(lambda: any("best maxDepth=1: avg_f1 1" in text for text in stuck.written))
    assert consumer.wait(story.id, 30) is None


def test_a_stream_that_is_closed(experiment):
    """Then there is no progress, and nothing else happens."""

    def write(text):
        raise ValueError("I/O operation on closed file")

    progress, consumer = Progress(), Consumer(lambda tuning: None)
    story = Story(to(experiment), tell=consumer.accept)
    progress.begin(consumer.tuning(story.id), Terminal(write))
    story.run(0, 0.5, 0.5).finish(0)
    progress.take(story.events[-1])
    progress.end(story.id)
    assert consumer.wait(story.id, 30) is None


def test_hostile_names_and_wide_ones(experiment, patient):
    """One line, whatever the names and values are."""
    written = []
    progress, consumer = Progress(), Consumer(lambda tuning: None)
    story = Story(to(experiment), tell=consumer.accept, trials=1)
    progress.begin(consumer.tuning(story.id), Terminal(written.append))
    setting = {("dt_1", "x\n\r\x1b[2J" + "y" * 300): 1}
    story.begin(0, 0, setting).end(0, 0)
    for event in story.events[1:]:
        progress.take(event)
    until(lambda: any("best 0.5" in text for text in written))
    drawn = next(text for text in written if "best 0.5" in text)
    assert len(drawn) == 1 + width()
    assert "\x1b" not in drawn
    assert "\n" not in drawn
    assert "left" in drawn
    story.begin(0, 1).end(0, 1).finish(0)
    progress.take(story.events[-1])
    progress.end(story.id)
    assert written[-1].count("\n") == 1
    assert consumer.wait(story.id, 30) is None


def test_lines_are_whole(experiment, patient):
    """Where no line can change, none does."""
    written = []
    progress, consumer = Progress(), Consumer(lambda tuning: None)
    story = Story(to(experiment), tell=consumer.accept)
    progress.begin(consumer.tuning(story.id), Lines(written.append))
    story.run(0, 0.5, 0.5).finish(0)
    for event in story.events[1:]:
        progress.take(event)
    assert consumer.wait(story.id, 30) is None
    progress.end(story.id)
    assert all(text and "\n" not in text and "\r" not in text for text in written)
    assert len(written) == 2


@pytest.mark.driver
def test_interpreter_that_ends_in_a_tuning(experiment):
    """It ends as it would, also with a thread that draws."""
    code = f"""{session()}
import threading, time, sys
from quick import Quick
slow = Quick(before_fit=lambda *_: time.sleep(60))
spark.conf.set("spark.trackmllib.progress", "on")
threading.Thread(target=lambda: validator(estimator=slow).fit(rows), daemon=True).start()
time.sleep(3)
sys.exit(3)
"""
    done = python(code, check=False, TRACKMLLIB_ENABLED="1")
    assert done.returncode == 3, done.stderr
    assert "Fatal" not in done.stderr
    assert "Traceback" not in done.stderr


def test_interpreter_that_ends_in_a_line():
    """Nor does it die of a thread that is caught while it writes, here by a pipe that is full."""
    code = """
import sys, threading, time
from trackmllib.progress.display import for_mode
display = for_mode("on")
def draw():
    while True:
        display.say("tuning", "line")
threading.Thread(target=draw, daemon=True).start()
time.sleep(1)
sys.exit(3)
"""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, env=env) as ends:
        try:
            assert ends.wait(60) == 3
        finally:
            ends.kill()
