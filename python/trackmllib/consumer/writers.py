"""The background threads that write runs to one tracking store.

Threads come with the work and go when there is none; they are daemons, so that a store that never
answers cannot keep a driver from ending.
"""

from __future__ import annotations

import heapq
import itertools
import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from trackmllib.consumer.http import THREADS
from trackmllib.consumer.run import Run
from trackmllib.consumer.store import Store, is_permanent
from trackmllib.errors import StoreUnreachableError

_IDLE = 2.0
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
_LONGEST_WISH = 600.0  # of the pauses that servers ask for

Wrote = Callable[[Run, "Exception | None"], bool]
"""Told of each attempt to write a run, and of its error; whether to try the run again."""


class Writers:
    """Writes runs to the store of one tracking URI, each run by one thread at a time.

    Attributes:
        silent: whether the store has been waited for in vain and has taken nothing since.
    """

    def __init__(self, tracking_uri: str | None, wrote: Wrote) -> None:
        self.silent = False
        self._uri = tracking_uri
        self._wrote = wrote
        self._work = threading.Condition()
        self._due: list[tuple[float, int, Run]] = []
        self._order = itertools.count()
        self._at: dict[Run, float] = {}  # when a queued run is due; later entries of it are stale
        self._again: dict[Run, float | None] = {}  # of those being written: when they are due again
        self._threads = 0
        self._wakes: list[float] = []  # when the threads that have nothing to do look again
        self._limit = 1
        self._opening = threading.Lock()
        self._store: Store | None = None
        self._writing = 0
        self._answers = False  # whether it did last; until then one thread asks
        self._failures = 0  # in a row, whatever the run
        self._closed_until = 0.0
        self._refused: tuple[float, str] | None = None

    def refusal_since(self, moment: float) -> str | None:
        """Why the server could not be reached, if it was tried after ``moment`` and could not."""
        refused = self._refused
        return refused[1] if refused and refused[0] >= moment else None

    def look(self) -> None:
        """Has a server that could not be reached tried now, not after its pause."""
        with self._work:
            if self._refused:
                self._closed_until = 0.0
                self._attend()

    def put(self, run: Run, pause: float = 0.0) -> None:
        """Has ``run`` written when it is due, and not before ``pause`` seconds have passed."""
        due = run.due_in()
        if due is None:
            return
        at = time.monotonic() + max(due, pause)
        with self._work:
            if run in self._again:
                self._again[run] = min(at, self._again[run] or at)
            else:
                self._queue(run, at)

    def put_first(self, run: Run) -> None:
        """Has ``run`` written before all that waits."""
        with self._work:
            if run not in self._again:
                self._queue(run, 0.0)

    def _queue(self, run: Run, at: float) -> None:
        if self._at.get(run, at + 1) <= at:
            return
        self._at[run] = at
        heapq.heappush(self._due, (at, next(self._order), run))
        self._attend()

    def _attend(self) -> None:
        """Has a thread look when the next run is due; each that wakes takes from who trains."""
        if self._watched():
            return
        if self._wakes:
            self._work.notify()
        elif self._threads < self._limit:
            thread = threading.Thread(target=self._run, name=f"{THREADS}writer", daemon=True)
            with suppress(RuntimeError):  # the interpreter is ending: the journal has it
                thread.start()
                self._threads += 1

    def _watched(self) -> bool:
        """Whether a thread looks when the next run is due, if there is one."""
        return min(self._wakes, default=math.inf) <= self._next()

    def _next(self) -> float:
        """When the next run is to be taken."""
        if not self._due or (self._writing and not self._answers):
            return math.inf
        return max(self._due[0][0], self._closed_until)

    def _run(self) -> None:
        while (run := self._take()) is not None:
            error: Exception | None = None
            was_due = True
            try:
                was_due = run.write(self._opened())
            except Exception as caught:
                error = caught
            run.failures = run.failures + 1 if error else 0
            self._answered(error)
            if self._wrote(run, error):
                self.put(run, _pause(run.failures))
            elif not was_due:
                self.put(run)
            with self._work:
                self._writing -= 1
                again = self._again.pop(run)
                if again is not None:
                    self._queue(run, again)
                self._attend()

    def _answered(self, error: Exception | None) -> None:
        """What has come of an attempt, for the other runs of the store."""
        away = isinstance(error, StoreUnreachableError)
        with self._work:
            self._refused = (time.monotonic(), str(error)) if away else None
            self._answers = error is None or is_permanent(error)
            if self._answers:
                self._failures, self._closed_until = 0, 0.0
                return
            self._failures += 1
            wish = getattr(error, "pause", None)
            pause = _pause(self._failures) if wish is None else min(wish, _LONGEST_WISH)
            self._closed_until = max(self._closed_until, time.monotonic() + pause)

    def _take(self) -> Run | None:
        """The next run that is due; ``None`` once there has been none for a while."""
        with self._work:
            until = time.monotonic() + _IDLE
            while True:
                now = time.monotonic()
                while self._due and self._at.get(self._due[0][2]) != self._due[0][0]:
                    heapq.heappop(self._due)
                if self._next() <= now:
                    run = heapq.heappop(self._due)[2]
                    del self._at[run]
                    self._again[run] = None
                    self._writing += 1
                    self._attend()
                    return run
                watched = self._watched()
                if watched and now >= until:
                    self._threads -= 1
                    return None
                wake = until if watched else self._next()
                self._wakes.append(wake)
                self._work.wait(wake - now)
                self._wakes.remove(wake)

    def _opened(self) -> Store:
        """The store.

        Raises:
            MLflowUnusableError: this interpreter's MLflow is missing or too old.
        """
        with self._opening:
            if self._store is None:
                self._store = Store(self._uri)
                with self._work:
                    self._limit = self._store.writers
                    self._attend()
            return self._store


def _pause(failures: int) -> float:
    """The seconds until the next attempt, after so many that have failed in a row."""
    return min(math.ldexp(_FIRST_PAUSE, min(failures, 10)), _LONGEST_PAUSE)
