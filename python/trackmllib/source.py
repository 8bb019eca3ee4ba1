"""What can be replayed, a journal or a Spark event log, and the events that it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from trackmllib import eventlog, journal, messages
from trackmllib.errors import InvalidEventError
from trackmllib.events import (
    Event,
    TrialFinished,
    TuningFailed,
    TuningFinished,
    TuningStarted,
    from_line,
)

_HEAD = 200
_ENDS = {TuningFinished: "finished", TuningFailed: "failed"}


@dataclass
class Source:
    """What a file holds.

    Attributes:
        is_journal: whether it is ours alone, as a Spark event log is not.
        damaged: how many whole lines are no events that can be read.
        gone: whether it is a journal that was removed meanwhile, since MLflow has all of it.
        problem: why it cannot be replayed, or not wholly; ``None``: it can.
    """

    file: Path
    is_journal: bool
    events: list[Event] = field(default_factory=list)
    damaged: int = 0
    gone: bool = False
    problem: str | None = None

    @property
    def tunings(self) -> list[TuningStarted]:
        """The tunings that begin in it."""
        started = {e.tuning: e for e in reversed(self.events) if isinstance(e, TuningStarted)}
        return list(reversed(started.values()))

    @property
    def stores(self) -> set[str]:
        """The tracking URIs that its tunings are for, where they say so."""
        started = (event for event in self.events if isinstance(event, TuningStarted))
        return {uri for event in started if (uri := event.destination.tracking_uri)}

    def summary(self, started: TuningStarted) -> str:
        """What it holds of one tuning, in a line."""
        told = [event for event in self.events if event.tuning == started.tuning]
        settings = {event.trial for event in told if isinstance(event, TrialFinished)}
        ends = [_ENDS[type(event)] for event in told if type(event) in _ENDS]
        when = datetime.fromtimestamp(started.time / 1000).astimezone()
        uri = started.destination.tracking_uri
        store = messages.printable(uri) if uri else "the default store"
        return (
            f"{started.tuning[:6]}  {when:%Y-%m-%d %H:%M:%S}  {started.tuner.class_name} of "
            f"{started.estimator.class_name}, {[*ends, 'cut off'][0]}, {len(settings)} of "
            f"{started.trials} settings with a metric, for {store}"
        )

    def read(self, lines: Iterable[bytes]) -> None:
        """Takes in the lines of the file."""
        for line in lines:
            text = line.decode("utf-8", "replace").strip()
            try:
                event = from_line(text) if text else None
            except InvalidEventError as error:
                messages.warn_once(messages.unreadable_event(error))
                self.damaged += line.endswith(b"\n")  # else the driver died while it wrote
                continue
            if event is not None:
                self.events.append(event)
        if self.damaged:
            self.problem = messages.lines_unreadable(self.damaged)


@contextmanager
def opened(file: Path, until: float) -> Iterator[Source]:
    """Reads ``file``, which is nobody else's meanwhile; what cannot be read is its problem.

    Args:
        until: how long it is waited for, on the clock of ``time.monotonic``.
    """
    with ExitStack() as claim:
        try:
            source = _read(file, claim, until)
        except OSError as error:
            gone = isinstance(error, FileNotFoundError) and file.suffix == ".jsonl"
            problem = None if gone else messages.journal_unreadable(error)
            source = Source(file, is_journal=gone, gone=gone, problem=problem)
        yield source


def _read(file: Path, claim: ExitStack, until: float) -> Source:
    head = _head(file)
    source = Source(file, _is_journal(file, head))
    if source.is_journal:
        source.read(claim.enter_context(journal.claimed(file, until=until)))
    else:
        claim.enter_context(eventlog.claimed(file))
        source.read(eventlog.lines(file))
        if any(journal.in_use(one.tuning, until=until) for one in source.tunings):
            raise BlockingIOError
    if head and not source.events and not head.startswith(eventlog.SPARKS):
        source.problem = source.problem or messages.nothing_of_ours()
    return source


def _head(file: Path) -> bytes:
    if file.is_dir():
        return eventlog.SPARKS
    with file.open("rb") as opened:
        return opened.read(_HEAD)


def _is_journal(file: Path, head: bytes) -> bool:
    if head.startswith(eventlog.OURS):
        return True
    return file.suffix == ".jsonl" and not head.startswith(eventlog.SPARKS)
