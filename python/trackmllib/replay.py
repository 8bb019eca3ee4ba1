"""Brings into MLflow what a journal, or a Spark event log, still has and MLflow lacks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from trackmllib.consumer import Consumer
from trackmllib.consumer.tuning import Tuning
from trackmllib.events import Event, TuningFailed, TuningFinished, TuningStarted
from trackmllib.source import Source, opened

_ENDS = (TuningFinished, TuningFailed)
_LOOK = 0.2
_SIDECAR = 5.0  # seconds; a sidecar may have a journal for a moment longer than its driver

Progress = Callable[[int], None]
"""Told, now and then, how many runs are still to be written."""


@contextmanager
def sources(files: Iterable[Path], *, wait: float = _SIDECAR) -> Iterator[list[Source]]:
    """What ``files`` hold, which are nobody else's meanwhile.

    Args:
        wait: how many seconds those are waited for that somebody has.
    """
    # journals last: looking whether an event log's driver runs would drop our own lock of one
    ordered = sorted(dict.fromkeys(files), key=lambda file: file.suffix == ".jsonl")
    until = time.monotonic() + wait
    with ExitStack() as claims:
        yield [claims.enter_context(opened(file, until)) for file in ordered]


def replay(
    read: Sequence[Source],
    *,
    tracking_uri: str | None = None,
    experiment: str | None = None,
    timeout: float,
    progress: Progress = lambda _left: None,
) -> None:
    """Logs the tunings of ``read``; a journal that MLflow then has wholly is removed.

    Why MLflow does not have a source wholly becomes the source's problem.

    Args:
        tracking_uri: where to log, instead of where the drivers were to.
        experiment: the name of the experiment, likewise.
        timeout: the longest wait for MLflow, in seconds.
    """
    refused: dict[str, str | None] = {}

    def done(tuning: Tuning) -> None:
        refused[tuning.started.tuning] = tuning.refused

    end = time.monotonic() + timeout
    consumer = Consumer(done, resumed=True)
    for event in _merged(read):
        if isinstance(event, TuningStarted):
            consumer.accept(_elsewhere(event, tracking_uri, experiment))
        else:
            consumer.accept(event)
    with _told(progress, consumer):
        for source in read:
            for started in source.tunings:
                left = max(0.0, end - time.monotonic())
                reason = consumer.wait(started.tuning, left) or refused.get(started.tuning)
                source.problem = source.problem or reason
    consumer.stop()
    for source in read:
        if source.is_journal and source.problem is None and source.file.suffix == ".jsonl":
            source.file.unlink(missing_ok=True)


@contextmanager
def _told(progress: Progress, consumer: Consumer) -> Iterator[None]:
    over = threading.Event()

    def tell() -> None:
        while not over.wait(_LOOK):
            progress(consumer.left())

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()


def _merged(read: Sequence[Source]) -> Iterator[Event]:
    """The events of all files, an outer tuning's before those of the tunings nested in it.

    A tuning that is in two files is taken from one, a journal if there is one; one that does not
    end has lost its driver.
    """
    of: dict[str, Path] = {}
    last: dict[str, Event] = {}
    told = [source for source in read if source.events]
    for source in sorted(told, key=lambda told: (told.events[0].time, not told.is_journal)):
        for event in source.events:
            if of.setdefault(event.tuning, source.file) == source.file:
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
