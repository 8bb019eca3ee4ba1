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
from trackmllib.consumer.reachable import refusal
from trackmllib.consumer.run import Run
from trackmllib.consumer.store import Store

_IDLE = 2.0
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0

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
        self._suspect = True
        self._failures = 0
        self._refused: tuple[float, str] | None = None

    def refusal_since(self, moment: float) -> str | None:
        """Why the server could not be reached, if it was tried after ``moment`` and could not."""
        refused = self._refused
        return refused[1] if refused and refused[0] >= moment else None

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
        return self._due[0][0] if self._due else math.inf

    def _run(self) -> None:
        while (run := self._take()) is not None:
            error: Exception | None = None
            was_due = True
            try:
                was_due = run.write(self._opened())
            except Exception as caught:
                error = caught
                self._suspect = True
                self._failures += 1
            else:
                self._failures = 0
            if self._wrote(run, error):
                pause = _FIRST_PAUSE * 2 ** min(self._failures, 10)
                self.put(run, min(pause, _LONGEST_PAUSE))
            elif not was_due:
                self.put(run)
            with self._work:
                again = self._again.pop(run)
                if again is not None:
                    self._queue(run, again)

    def _take(self) -> Run | None:
        """The next run that is due; ``None`` once there has been none for a while."""
        with self._work:
            until = time.monotonic() + _IDLE
            while True:
                now = time.monotonic()
                while self._due and self._at.get(self._due[0][2]) != self._due[0][0]:
                    heapq.heappop(self._due)
                if self._due and self._due[0][0] <= now:
                    run = heapq.heappop(self._due)[2]
                    del self._at[run]
                    self._again[run] = None
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
        """The store, once the server is known to answer.

        Raises:
            ConnectionError: it cannot be reached.
            MLflowUnusableError: this interpreter's MLflow is missing or too old.
        """
        with self._opening:
            if self._suspect:
                tried = time.monotonic()
                reason = refusal(self._uri if self._store is None else self._store.uri)
                self._refused = (tried, reason) if reason else None
                if reason:
                    raise ConnectionError(reason)
            if self._store is None:
                self._store = Store(self._uri)
                with self._work:
                    self._limit = self._store.writers
                    self._attend()
            self._suspect = False
            return self._store
