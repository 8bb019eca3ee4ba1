"""Tells a tuning's events to Spark's listener bus, which measures what the trials use."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from trackmllib import messages
from trackmllib.events import Event, from_line, to_line
from trackmllib.hook import spark

_SOON = 0.01
_IDLE = 2.0


class Bus:
    """Spark's listener bus, and so its event log, where the jar is there; else there is none.

    A trial's own thread says only that the trial begins, since its jobs are known by that thread.
    The events go by a thread that also brings what Spark has measured.

    Args:
        session: the session that tunes.
        tuning: the tuning's id.
        take: takes the events that come back.
    """

    def __init__(self, session: Any, tuning: str, take: Callable[[Event], None]) -> None:
        self._take = take
        self._waiting: deque[Event] = deque()
        self._asking = threading.Lock()  # keeps the events of both ways in order
        self._told = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._broken = False
        self._jvm: Any = None
        self._measures = False
        try:
            self._jvm = spark.tuning_in_jvm(session, tuning)
            self._measures = (
                self._jvm is not None and spark.pins_threads(session) and self._jvm.measures()
            )
        except Exception as error:
            self._failed(error)

    def begin(self, trial: int, fold: int | None) -> bool:
        """The jobs of this thread are a trial's from here on; whether they are measured."""
        jvm = self._jvm
        try:
            if self._measures:
                jvm.begin(trial, fold)
        except Exception as error:
            self._failed(error)
        return self._measures

    def tell(self, event: Event) -> None:
        """Takes one event."""
        if self._jvm is None:
            return
        self._waiting.append(event)
        self._told.set()
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, name="trackmllib-bus", daemon=True)
            with suppress(RuntimeError):  # the interpreter is ending: the end of the tuning does it
                self._thread.start()

    def rest(self) -> None:
        """Brings what is measured of the trials that have ended, waited for up to a second."""
        jvm = self._jvm
        if jvm is None:
            return
        with self._asking:
            events = [self._waiting.popleft() for _ in range(len(self._waiting))]
            try:
                if events:
                    jvm.tell("\n".join(map(to_line, events)))
                measured = [from_line(line) for line in jvm.rest().split("\n") if line]
            except Exception as error:
                self._failed(error)
                return
            for event in measured:
                if event is not None:
                    self._take(event)

    def close(self) -> None:
        """The tuning is over: its thread ends, and what it still fails at is nobody's concern."""
        self._closed = True

    def _run(self) -> None:
        while self._told.wait(_IDLE):
            time.sleep(_SOON)
            self._told.clear()
            if self._closed:
                break
            self.rest()
        self._thread = None

    def _failed(self, error: Exception) -> None:
        again, self._broken = self._broken, True
        self._jvm, self._measures = None, False
        if not (again or self._closed):
            messages.warn_once(messages.not_measured(error))
