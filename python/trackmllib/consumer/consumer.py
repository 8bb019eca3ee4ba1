"""Takes events in, has them written in the background, and knows when MLflow has everything."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from trackmllib import messages
from trackmllib.consumer.main_run import MainRun
from trackmllib.consumer.run import Run
from trackmllib.consumer.store import is_permanent, reason
from trackmllib.consumer.trial import Trial
from trackmllib.consumer.tuning import Tuning
from trackmllib.consumer.writers import Writers
from trackmllib.events import Event, Parent, TuningFailed, TuningStarted

if TYPE_CHECKING:
    import mlflow.entities

_SILENT_WAIT = 1.0

Done = Callable[[Tuning], None]


class Consumer:
    """Maps the events of any number of tunings onto their MLflow runs.

    Args:
        done: called, from a writer's thread, each time MLflow has everything of a tuning that is
            over, and of those nested in it; what it refused stands in the tuning.
        resumed: whether runs of the tunings to come may be in MLflow already.
        troubled: called, likewise, where MLflow does not take something that is tried again, once
            for each reason in a row.
    """

    def __init__(
        self, done: Done, *, resumed: bool = False, troubled: Done = lambda _: None
    ) -> None:
        self._done = done
        self._troubled = troubled
        self._resumed = resumed
        self._stopped = False
        self._changed = threading.Condition()
        self._tunings: dict[str, Tuning] = {}
        self._writers: dict[str | None, Writers] = {}
        self._unawaited: dict[str, str] = {}  # why a tuning is not to be waited for

    def accept(self, event: Event) -> None:
        """Takes one event in; never waits for MLflow."""
        with self._changed:
            if isinstance(event, TuningStarted) and event.tuning not in self._tunings:
                parent = self._run_of(event.parent) if event.parent else None
                self._tunings[event.tuning] = Tuning(event, parent, resumed=self._resumed)
            tuning = self._tunings.get(event.tuning)
            if tuning is None:  # the tuning is over, or its start was never seen
                return
            touched = tuning.apply(event)
            writers = self._writers_of(tuning)
        for run in touched:
            writers.put(run)

    def tuning(self, tuning: str) -> Tuning | None:
        """A tuning that is not wholly in MLflow yet."""
        return self._tunings.get(tuning)

    def run(self, tuning: str, trial: int | None, timeout: float) -> mlflow.entities.Run | None:
        """A trial's run, or without one the main run, for the user's code to log to.

        Waits for at most ``timeout`` seconds until MLflow has it; not where MLflow is in trouble.
        """
        found = self._tunings.get(tuning)
        if found is None:
            return None
        run: Run | None = found.main if trial is None else found.trials.get(trial)
        if run is None:
            return None
        run.contested = True
        if run.entity is None and timeout > 0:
            with self._changed:
                self._writers_of(found).put_first(run)
                self._changed.wait_for(lambda: run.entity or found.trouble, timeout)
        return run.entity

    def wait(self, tuning: str, timeout: float) -> str | None:
        """Waits until MLflow has everything of a tuning that is over, and of those nested in it.

        Returns:
            Why it has not, after ``timeout`` seconds or once waiting is known to be in vain;
            ``None``: it has.
        """
        found = self._tunings.get(tuning)
        if found is None:
            return None
        began = time.monotonic()
        with self._changed:
            writers = self._writers_of(found)
            writers.put(found.main)  # so that a server that is away is noticed now
            writers.look()
            silent = writers.silent  # an earlier wait was in vain, and so may this one be
            if not self._changed.wait_for(
                lambda: found.reported or writers.refusal_since(began) or tuning in self._unawaited,
                min(timeout, _SILENT_WAIT) if silent else timeout,
            ):
                writers.silent = True
            stopped = self._unawaited.pop(tuning, None)
            if found.reported:
                return found.refused
        return (
            stopped
            or writers.refusal_since(began)
            or found.refused
            or found.trouble
            or (messages.still_silent() if silent else messages.still_writing(timeout))
        )

    def stop_waiting(self, tuning: str, reason: str) -> None:
        """Ends the wait for a tuning, or the next one: it returns ``reason``."""
        with self._changed:
            self._unawaited[tuning] = reason
            self._changed.notify_all()

    def interrupt(self, error: str) -> None:
        """The driver is gone: what has not ended never will."""
        for tuning in list(self._tunings.values()):
            with self._changed:
                tuning.abandon()
            if tuning.ended:
                self._writers_of(tuning).put(tuning.main)
            else:
                self.accept(
                    TuningFailed(tuning=tuning.started.tuning, error=error, interrupted=True)
                )

    def stop(self) -> None:
        """Nothing is tried again from here on."""
        self._stopped = True

    def unfinished(self) -> list[str]:
        """The tunings that MLflow does not have wholly."""
        return list(self._tunings)

    def left(self) -> int:
        """How many runs are not wholly in MLflow yet."""
        return sum(tuning.left for tuning in list(self._tunings.values()))

    def _run_of(self, parent: Parent) -> Trial | MainRun | None:
        outer = self._tunings.get(parent.tuning)
        if outer is None:
            return None
        return outer.main if parent.trial is None else outer.trials.get(parent.trial, outer.main)

    def _writers_of(self, tuning: Tuning) -> Writers:
        uri = tuning.started.destination.tracking_uri
        if uri not in self._writers:
            self._writers[uri] = Writers(uri, self._wrote)
        return self._writers[uri]

    def _wrote(self, run: Run, error: Exception | None) -> bool:
        assert isinstance(run, (Trial, MainRun))
        tuning = run.tuning
        again = False
        with self._changed:
            known = tuning.trouble
            if error is None:
                self._writers_of(tuning).silent = False
                tuning.wrote(run)
            elif is_permanent(error):
                again = tuning.gave_up(run, reason(error))
            else:
                tuning.trouble = reason(error)
                again = True
            if tuning.ended and tuning.only_main_is_left() and run is not tuning.main:
                self._writers_of(tuning).put(tuning.main)
            settled = self._settle(tuning)
            self._changed.notify_all()
        if tuning.trouble not in (None, known):
            self._troubled(tuning)
        for over in settled:
            self._report(over)
        return again and not self._stopped

    def _report(self, tuning: Tuning) -> None:
        self._done(tuning)
        with self._changed:
            tuning.reported = tuning.settled  # unless a late event has come meanwhile
            if tuning.complete and not tuning.running:
                self._tunings.pop(tuning.started.tuning, None)
            self._changed.notify_all()

    def _settle(self, tuning: Tuning) -> list[Tuning]:
        """The tuning, if it is settled, and those that it was the last thing for."""
        settled = []
        for at in (tuning, *tuning.around()):
            if not self._has_all(at):
                break
            if not at.settled:
                at.settled = True
                settled.append(at)
        return settled

    def _has_all(self, tuning: Tuning) -> bool:
        """Whether MLflow has a tuning that is over, and all that are nested in it."""
        return tuning.complete and all(
            inner.complete for inner in self._tunings.values() if tuning in inner.around()
        )
