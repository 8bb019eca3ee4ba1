"""The driver's end of the way of an event: on disk first, then to the consumer."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from trackmllib import messages, orphans
from trackmllib.consumer import Consumer
from trackmllib.consumer.tuning import Tuning
from trackmllib.ending import at_end, in_forked_child
from trackmllib.events import Event, TuningStarted, to_line
from trackmllib.journal import Journal
from trackmllib.progress import Progress
from trackmllib.progress.display import Display

if TYPE_CHECKING:
    from mlflow.entities import Run

_AT_END = 5.0


class Tracker:
    """Hands the events of this process's tunings on; there is one of it, made by the first."""

    def __init__(self) -> None:
        self._consumer = Consumer(self._done)
        self._progress = Progress()
        self._journals: dict[str, Journal] = {}
        self._refused: dict[str, tuple[str, Path | None]] = {}  # why, and what has the events
        self._lock = threading.Lock()
        at_end(self._at_end)

    def start(
        self, event: TuningStarted, directory: Path | None, display: Display | None = None
    ) -> None:
        """Begins a tuning whose journal is kept in ``directory``, by default the user's.

        A nested tuning is in the journal of the one around it.
        """
        outer = self._journals.get(event.parent.tuning) if event.parent else None
        kept = outer or Journal(directory, event.tuning)
        with self._lock:
            self._journals[event.tuning] = kept
        self.emit(event)
        orphans.end_once(directory, event.destination.tracking_uri)
        begun = self.tuning(event.tuning)
        if begun is not None:
            self._progress.begin(begun, display)

    def emit(self, event: Event) -> None:
        """Takes one event to the journal, to the consumer, and to who watches."""
        kept = self._journals.get(event.tuning)
        if kept is not None:
            kept.append(to_line(event))
        self._consumer.accept(event)
        self._progress.take(event)

    def tuning(self, tuning: str) -> Tuning | None:
        """A tuning that is not wholly in MLflow yet."""
        return self._consumer.tuning(tuning)

    def run(self, tuning: str, trial: int | None, timeout: float) -> Run | None:
        """A trial's run, or the main run: see :meth:`Consumer.run`."""
        return self._consumer.run(tuning, trial, timeout)

    def wait(self, tuning: str, timeout: float) -> None:
        """Waits until MLflow has everything of a tuning, and says where it is kept if not."""
        kept = self._journals.get(tuning)
        reason = self._consumer.wait(tuning, timeout)
        path = kept.path if kept else None
        reason, path = self._refused.pop(tuning, (reason, path))  # maybe long before the wait
        if reason is not None:
            messages.logger.warning(messages.not_in_mlflow(reason, path))

    def stop_waiting(self, tuning: str) -> None:
        """Ends a wait for a tuning, in whichever thread, with Ctrl-C as the reason."""
        self._consumer.stop_waiting(tuning, messages.interrupted())

    def end(self, tuning: str) -> None:
        """``fit()`` is about to return or to throw: what came of it is shown when this returns."""
        self._progress.end(tuning)

    def _done(self, tuning: Tuning) -> None:
        if tuning.running:
            return
        with self._lock:
            kept = self._journals.pop(tuning.started.tuning, None)
            if kept is None or kept in self._journals.values():
                return
        if tuning.refused:
            self._refused[tuning.started.tuning] = tuning.refused, kept.path
            kept.close()
        else:
            kept.remove()

    def _at_end(self) -> None:
        """What still runs has no more time than this moment."""
        self._consumer.interrupt("the driver has ended while the tuning ran")
        for tuning in list(self._journals):
            if self._consumer.wait(tuning, _AT_END) is not None:
                return


_tracker: Tracker | None = None
_making = threading.Lock()


def tracker() -> Tracker:
    """The tracker of this process."""
    global _tracker
    with _making:
        if _tracker is None:
            _tracker = Tracker()
        return _tracker


def _anew() -> None:
    """In a child that was forked: what the parent tracks is the parent's."""
    global _tracker, _making
    _tracker, _making = None, threading.Lock()


in_forked_child(_anew)
