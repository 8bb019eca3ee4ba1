"""Tells a tuning's events to Spark's listener bus, which measures what the trials use."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from trackmllib import messages
from trackmllib.events import Event, TrialFailed, TrialFinished, from_line, to_line
from trackmllib.hook import spark

_SOON = 0.05
_IDLE = 2.0


class Bus:
    """Spark's listener bus, and so its event log, where the jar is there; else there is none.

    A trial's own thread tells only its start, since its jobs are known by that thread. The rest of
    its events goes with the next start, or by a thread that also brings what Spark has measured.

    Args:
        session: the session that tunes.
        tuning: the tuning's id.
        take: takes the events that come back.

    Attributes:
        measures: whether a trial that begins now is measured.
    """

    def __init__(self, session: Any, tuning: str, take: Callable[[Event], None]) -> None:
        self._take = take
        self._fitting = threading.get_ident()
        self._waiting: deque[str] = deque()
        self._telling = threading.Lock()  # keeps the lines in order
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._jvm: Any = None
        self.measures = False
        try:
            self._jvm = spark.tuning_in_jvm(session, tuning)
            self.measures = (
                self._jvm is not None and spark.pins_threads(session) and self._jvm.measures()
            )
        except Exception as error:
            self._failed(error)

    def tell(self, event: Event) -> None:
        """Takes one event."""
        if self._jvm is None:
            return
        ended = isinstance(event, (TrialFinished, TrialFailed))
        if ended and threading.get_ident() != self._fitting:
            self._waiting.append(to_line(event))
        else:
            self._flush(to_line(event))
        if ended:
            self._soon()

    def rest(self) -> None:
        """Brings what is measured of the trials that have ended, waited for up to a second."""
        self._flush()
        self._bring(lambda jvm: jvm.rest())

    def close(self) -> None:
        """The tuning is over: its thread ends, and what it still fails at is nobody's concern."""
        self._closed = True

    def _flush(self, *mine: str) -> None:
        """Tells what waits, and then what this thread itself has to tell."""
        with self._telling:
            lines = [*(self._waiting.popleft() for _ in range(len(self._waiting))), *mine]
            if lines:
                self._bring(lambda jvm: jvm.tell("\n".join(lines)))

    def _soon(self) -> None:
        self._ended.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="trackmllib-bus", daemon=True)
            with suppress(RuntimeError):  # the interpreter is ending: the end of the tuning does it
                self._thread.start()

    def _run(self) -> None:
        while self._ended.wait(_IDLE):
            self._ended.clear()
            time.sleep(_SOON)
            if self._closed:
                break
            self.rest()
        self._thread = None

    def _bring(self, ask: Callable[[Any], str]) -> None:
        if self._jvm is None:
            return
        try:
            events = [from_line(line) for line in ask(self._jvm).split("\n") if line]
        except Exception as error:
            self._failed(error)
            return
        for event in events:
            if event is not None:
                self._take(event)

    def _failed(self, error: Exception) -> None:
        self._jvm, self.measures = None, False
        if not self._closed:
            messages.warn_once(messages.not_measured(error))
