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
    unreadable: dict[Path, str] = {}
    events: dict[Path, list[Event]] = {}
    with ExitStack() as claims:
        for file in dict.fromkeys(files):
            try:
                claims.enter_context(journal.claimed(file))
                events[file] = list(_events(file))
            except OSError as error:
                unreadable[file] = messages.journal_unreadable(error)
        replayed = _logged(events, tracking_uri, experiment, time.monotonic() + timeout)
        for came in replayed:
            if came.problem is None and _is_journal(came.file):
                came.file.unlink()
    return [*replayed, *(Replayed(file, 0, problem) for file, problem in unreadable.items())]


def _logged(
    events: dict[Path, list[Event]], tracking_uri: str | None, experiment: str | None, end: float
) -> list[Replayed]:
    refused: dict[str, str | None] = {}

    def done(tuning: Tuning) -> None:
        refused[tuning.started.tuning] = tuning.refused

    consumer = Consumer(done, resumed=True)
    for event in _merged(events):
        if isinstance(event, TuningStarted):
            event = _elsewhere(event, tracking_uri, experiment)
        consumer.accept(event)
    came = []
    for file, told in events.items():
        tunings = {event.tuning: None for event in told if isinstance(event, TuningStarted)}
        problems = [
            consumer.wait(tuning, max(0.0, end - time.monotonic())) or refused.get(tuning)
            for tuning in tunings
        ]
        came.append(Replayed(file, len(tunings), next(filter(None, problems), None)))
    return came


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


def _events(file: Path) -> Iterator[Event]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                event = from_line(line)
            except InvalidEventError as error:
                messages.warn_once(messages.unreadable_event(error))
                continue
            if event is not None:
                yield event


def _is_journal(file: Path) -> bool:
    """Whether ``file`` is ours to remove, as a Spark event log is not."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        return file.suffix == ".jsonl" and '"org.trackmllib.TuningStarted"' in next(lines, "")
