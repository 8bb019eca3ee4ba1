"""Ctrl-C at any moment of a fit: it stops the training, or else only the wait for MLflow."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager

import pytest
from pyspark.ml.tuning import TrainValidationSplit
from quick import NamedScore, Quick, raising, validator
from story import until

from trackmllib.events import TuningFailed, TuningFinished, TuningStarted, from_line
from trackmllib.hook import live, place
from trackmllib.hook.tracker import tracker

AT_ONCE = 5.0  # on a machine that has time for it: no time at all
A_MOMENT = 2.0 + AT_ONCE
EVERY = int(os.environ.get("INTERRUPT_EVERY", "23"))  # 1: at each line, before a release


@pytest.fixture
def silent(conf, tmp_path):
    """MLflow takes connections and never answers; a terminal shows how far the tuning is."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        uri = f"http://127.0.0.1:{listening.getsockname()[1]}"
        conf(trackingUri=uri, journalDir=str(tmp_path), progress="on")
        yield


def interrupt_in(seconds):
    """A real SIGINT."""
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()
    return time.monotonic() + seconds


@pytest.mark.parametrize("moment", [0.2, 1.0, 2.5])
def test_while_mlflow_is_waited_for(rows, silent, tmp_path, caplog, capsys, moment):
    """The model is there, at once; one message names the journal; the line is no more drawn."""
    interrupted = []

    def score(model):
        if model.getOrDefault("size") == 3:
            interrupted.append(interrupt_in(moment))
        return float(model.getOrDefault("size"))

    tuner = validator(evaluator=NamedScore(score), kind=TrainValidationSplit)
    assert tuner.fit(rows).validationMetrics == [1.0, 2.0, 3.0]
    assert -0.1 < time.monotonic() - interrupted[0] < AT_ONCE
    (file,) = tmp_path.glob("*.jsonl")
    (message,) = caplog.messages
    assert "the program goes on, and a second Ctrl-C stops it" in message
    assert f"trackmllib replay {file}" in message
    assert "best size=3: score 3 (3 trials" in capsys.readouterr().err.splitlines()[-1]
    assert not tracker()._progress._courses


def test_while_it_trains(rows, silent, tmp_path, caplog):
    """KeyboardInterrupt, after two seconds at most."""
    interrupted = []

    def step(*_):
        if not interrupted:
            interrupted.append(interrupt_in(0.1))
        time.sleep(1)

    with pytest.raises(KeyboardInterrupt):
        validator(estimator=Quick(before_fit=step), kind=TrainValidationSplit).fit(rows)
    assert time.monotonic() - interrupted[0] < A_MOMENT
    until(lambda: not tracker()._progress._courses)
    (message,) = caplog.messages
    (file,) = tmp_path.glob("*.jsonl")
    assert f"trackmllib replay {file}" in message


def test_exception_of_a_signal_handler(rows, silent):
    """What a handler of the user's throws while MLflow is waited for is the user's."""

    def late(*_):
        raise TimeoutError("the user's")

    before = signal.signal(signal.SIGALRM, late)
    try:
        signal.setitimer(signal.ITIMER_REAL, 2.0)
        began = time.monotonic()
        with pytest.raises(TimeoutError, match="the user's"):
            validator(kind=TrainValidationSplit).fit(rows)
        assert time.monotonic() - began < 2.0 + A_MOMENT
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def interrupted_at(line):
    """KeyboardInterrupt at the line of ours that the main thread comes to as this one.

    Yields:
        where that was, once it has come to it.
    """
    came, where = 0, []

    def each(frame, event, _):
        nonlocal came
        if event == "line":
            came += 1
            if came == line:
                where.append(f"{frame.f_code.co_filename}:{frame.f_lineno}")
                raise KeyboardInterrupt
        return each

    def calls(frame, *_):
        return each if "/trackmllib/" in frame.f_code.co_filename else None

    sys.settrace(calls)
    try:
        yield where
    finally:
        sys.settrace(None)


def how(directory):
    """How the tunings in journals have ended, for all that have begun."""
    for file in directory.glob("*.jsonl"):
        events = [from_line(line) for line in file.read_text().splitlines()]
        kinds = {TuningStarted, TuningFinished, TuningFailed}
        yield file, [type(event) for event in events if type(event) in kinds]


@pytest.mark.parametrize("fails", [False, True])
def test_at_any_line(rows, conf, tmp_path, fails):
    """Either the model or KeyboardInterrupt, or else the user's exception; nothing goes on."""
    conf(trackingUri="http://127.0.0.1:9", journalDir=str(tmp_path), progress="on")
    step = raising(ValueError("own"), 1) if fails else None
    tuner = validator((1,), estimator=Quick(before_fit=step), numFolds=2)
    ends, slow = Counter(), []
    for line in range(1, 100_000, EVERY):
        began = time.monotonic()
        with interrupted_at(line) as where:
            try:
                tuner.fit(rows)
                end = "model"
            except (KeyboardInterrupt, ValueError) as error:
                end = type(error).__name__
        ends[end] += 1
        if time.monotonic() - began > A_MOMENT:
            slow.append(where)
        assert not place._places.stack, where
        until(lambda: not live._running and not tracker()._progress._courses)
        if not where:
            break
    print(line, "lines", dict(ends))
    assert slow == []
    assert set(ends) == {"KeyboardInterrupt", "ValueError" if fails else "model"}
    for file, told in how(tmp_path):
        assert told in ([TuningStarted, TuningFinished], [TuningStarted, TuningFailed]), file
