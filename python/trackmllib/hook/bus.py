"""Tells a tuning's events to Spark's listener bus, which measures what the trials use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trackmllib import messages
from trackmllib.events import Event, from_line, to_line
from trackmllib.hook import spark


class Bus:
    """Spark's listener bus, and so its event log, where the jar is there; else there is none.

    What Spark has measured comes back with the answers: no thread waits for it.

    Attributes:
        measures: whether a trial that begins now is measured.
    """

    def __init__(self, session: Any, tuning: str) -> None:
        self._jvm: Any = None
        self.measures = False
        try:
            self._jvm = spark.tuning_in_jvm(session, tuning)
            self.measures = (
                self._jvm is not None and spark.pins_threads(session) and self._jvm.measures()
            )
        except Exception as error:
            self._failed(error)

    def tell(self, event: Event) -> list[Event]:
        """Takes one event; what has been measured meanwhile."""
        return self._measured(lambda jvm: jvm.tell(to_line(event)))

    def rest(self) -> list[Event]:
        """What is measured of the trials that have ended, waited for up to a second."""
        return self._measured(lambda jvm: jvm.rest())

    def _measured(self, ask: Callable[[Any], str]) -> list[Event]:
        if self._jvm is None:
            return []
        try:
            events = [from_line(line) for line in ask(self._jvm).split("\n") if line]
        except Exception as error:
            self._failed(error)
            return []
        return [event for event in events if event is not None]

    def _failed(self, error: Exception) -> None:
        self._jvm, self.measures = None, False
        messages.warn_once(messages.not_measured(error))
