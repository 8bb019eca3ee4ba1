"""Brings into MLflow what a journal, or a Spark event log, still has and MLflow lacks."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from trackmllib import journal, messages
from trackmllib.consumer import Consumer
from trackmllib.consumer.tuning import Tuning
from trackmllib.errors import InvalidEventError
from trackmllib.events import Event, TuningFailed, TuningFinished, TuningStarted, from_line

_ENDS = (TuningFinished, TuningFailed)


@dataclass(frozen=True)
class Replayed:
    """What came of one file.

    Attributes:
        tunings: how many tunings it holds.
        problem: why MLflow does not have all of them now; ``None``: it has.
    """

    file: Path
    tunings: int
    problem: str | None


def pending(directory: Path | None = None) -> list[Path]:
    """The journals in ``directory``, by default the user's and those in temporary ones."""
    if directory is not None:
        return sorted(directory.glob("*.jsonl"))
    elsewhere = Path(tempfile.gettempdir()).glob(f"{journal.TEMPORARY}*/*.jsonl")
    return [*pending(journal.default_directory()), *sorted(elsewhere)]


def replay(
    files: Iterable[Path],
    *,
    tracking_uri: str | None = None,
    experiment: str | None = None,
    timeout: float,
) -> list[Replayed]:
    """Logs the tunings of ``files``; a journal that MLflow then has wholly is removed.

    Args:
        tracking_uri: where to log, instead of where the drivers were to.
        experiment: the name of the experiment, likewise.
        timeout: the longest wait for MLflow, in seconds.
    """
    problems: dict[Path, str] = {}
    read: dict[Path, _Read] = {}
    with ExitStack() as claims:
        for file in dict.fromkeys(files):
            try:
                held = claims.enter_context(journal.claimed(file))
                read[file] = _Read(held.read())
            except OSError as error:
                problems[file] = messages.journal_unreadable(error)
                continue
            if read[file].damaged:
                problems[file] = messages.lines_unreadable(read[file].damaged)
        events = {file: content.events for file, content in read.items()}
        for file, reason in _logged(
            events, tracking_uri, experiment, time.monotonic() + timeout
        ).items():
            problems.setdefault(file, reason)
        for file, content in read.items():
            if file not in problems and content.is_journal and file.suffix == ".jsonl":
                file.unlink()
    return [
        Replayed(file, len(_tunings(events.get(file, []))), problems.get(file))
        for file in dict.fromkeys([*read, *problems])
    ]


def _logged(
    events: dict[Path, list[Event]], tracking_uri: str | None, experiment: str | None, end: float
) -> dict[Path, str]:
    """Logs them; the files that MLflow does not have wholly, each with the reason."""
    refused: dict[str, str | None] = {}

    def done(tuning: Tuning) -> None:
        refused[tuning.started.tuning] = tuning.refused

    consumer = Consumer(done, resumed=True)
    for event in _merged(events):
        if isinstance(event, TuningStarted):
            consumer.accept(_elsewhere(event, tracking_uri, experiment))
        else:
            consumer.accept(event)
    problems: dict[Path, str] = {}
    for file, told in events.items():
        for tuning in _tunings(told):
            left = max(0.0, end - time.monotonic())
            reason = consumer.wait(tuning, left) or refused.get(tuning)
            if reason:
                problems.setdefault(file, reason)
    return problems


def _tunings(events: list[Event]) -> list[str]:
    """The tunings that begin in ``events``."""
    started = (event.tuning for event in events if isinstance(event, TuningStarted))
    return list(dict.fromkeys(started))


def _merged(events: dict[Path, list[Event]]) -> Iterator[Event]:
    """The events of all files, an outer tuning's before those of the tunings nested in it.

    A tuning that is in two files is taken from one; one that does not end has lost its driver.
    """
    of: dict[str, Path] = {}
    last: dict[str, Event] = {}
    files = [file for file, told in events.items() if told]
    for file in sorted(files, key=lambda file: events[file][0].time):
        for event in events[file]:
            if of.setdefault(event.tuning, file) == file:
                yield event
                if not isinstance(last.get(event.tuning), _ENDS):
                    last[event.tuning] = event
    for tuning, event in last.items():
        if not isinstance(event, _ENDS):
            error = "the driver ended while the tuning ran"
            yield TuningFailed(tuning=tuning, time=event.time, error=error, interrupted=True)


def _elsewhere(
    started: TuningStarted, tracking_uri: str | None, experiment: str | None
) -> TuningStarted:
    to = started.destination
    if tracking_uri is not None:
        # the ids of one store mean nothing in another
        to = replace(to, tracking_uri=tracking_uri, experiment_id=None, run_id=None)
    if experiment is not None:
        to = replace(to, experiment_id=None, experiment_name=experiment, run_id=None)
    return replace(started, destination=to)


class _Read:
    """What a file holds.

    Attributes:
        damaged: how many whole lines are no events that can be read.
        is_journal: whether all of it is ours, as in a Spark event log it is not.
    """

    def __init__(self, content: bytes) -> None:
        self.events: list[Event] = []
        self.damaged = 0
        others = 0
        *lines, cut = content.decode("utf-8", "replace").split("\n")
        for line in [*lines, cut]:
            if not line.strip():
                continue
            try:
                event = from_line(line)
            except InvalidEventError as error:
                messages.warn_once(messages.unreadable_event(error))
                self.damaged += line is not cut  # what was being written when the driver died
                continue
            if event is None:
                others += 1
            else:
                self.events.append(event)
        self.is_journal = bool(self.events) and not others
