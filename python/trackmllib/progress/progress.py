"""Shows how the tunings of a process come along; all writing is done in a thread of its own."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from trackmllib import messages
from trackmllib.ending import at_end
from trackmllib.events import Event
from trackmllib.progress.course import Course
from trackmllib.progress.display import Display, width

if TYPE_CHECKING:
    from trackmllib.consumer.tuning import Tuning

_TICK = 0.2
_REDRAW = 1.0  # Spark's own progress bar has wiped the line meanwhile, or the time left has passed
_NAME = "trackmllib-progress"
_PATIENCE = 1.0  # for a terminal that takes no more, at the end of a fit


class Progress:
    """Draws one line for what runs, and says where each tuning is and what it has come to.

    Never raises, and never waits longer than a moment: nobody who reads may hold up a fit.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._courses: dict[str, tuple[Course, Display]] = {}
        self._over: list[str] = []
        self._latest: str | None = None
        self._dirty = False
        self._drawn_at = 0.0
        self._thread: threading.Thread | None = None
        self._closed = False
        at_end(self._close)

    def begin(self, tuning: Tuning, display: Display | None) -> None:
        """A tuning begins; one that is nested in another is a part of that one's trial.

        Args:
            display: where it is shown; one that has begun there.
        """
        if self._closed or display is None or tuning.started.parent is not None:
            return
        with suppress(Exception), self._changed:
            self._courses[tuning.started.tuning] = Course(tuning), display
            self._latest = tuning.started.tuning
            if self._thread is None:
                thread = threading.Thread(target=self._run, name=_NAME, daemon=True)
                thread.start()
                self._thread = thread

    def take(self, event: Event) -> None:
        """An event of any tuning."""
        found = self._courses.get(event.tuning)
        if found is not None:
            with self._changed:
                found[0].take(event)
                self._latest, self._dirty = event.tuning, True

    def end(self, tuning: str) -> None:
        """``fit()`` is about to return or to throw: what came of it is shown when this returns."""
        with self._changed:
            if tuning in self._courses:
                self._over.append(tuning)
                self._changed.notify_all()
                self._changed.wait_for(lambda: tuning not in self._courses, _PATIENCE)

    def _run(self) -> None:
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._over or self._closed, _TICK)
                    if self._closed or not self._courses:
                        self._thread = None
                        return
                    over, self._over = self._over, []
                    courses = dict(self._courses)
                self._show(courses, over)
                with self._changed:
                    for tuning in over:
                        self._courses.pop(tuning, None)
                    self._changed.notify_all()
        except Exception as error:  # a stream that is closed, for example: then there is no line
            messages.logger.debug("no progress is shown: %r", error)
            with self._changed:
                self._closed = True
                self._courses.clear()
                self._changed.notify_all()

    def _show(self, courses: dict[str, tuple[Course, Display]], over: list[str]) -> None:
        for tuning, (course, display) in courses.items():
            where = None if course.said_where else course.where()
            if where is not None:
                course.said_where = True
                display.say(tuning, where)
        for tuning in over:
            course, display = courses.pop(tuning)
            if course.end is not None:
                display.say(tuning, course.end)
        shown = self._latest if self._latest in courses else next(iter(courses), None)
        if shown is None:
            return
        course, display = courses[shown]
        now = time.monotonic()
        if display.live and (self._dirty or now - self._drawn_at >= _REDRAW):
            self._dirty, self._drawn_at = False, now
            room = width()
            with self._changed:
                line = course.line(room)
            display.draw(shown, line)

    def _close(self) -> None:
        """The interpreter ends: whoever still wrote then would bring it down."""
        with self._changed:
            self._closed = True
            thread = self._thread
            self._changed.notify_all()
        if thread is not None:
            thread.join(_PATIENCE)
