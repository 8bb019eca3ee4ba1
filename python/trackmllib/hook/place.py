"""Where in a tuning the code of this thread runs: a nested tuning belongs there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trackmllib.ending import in_forked_child
from trackmllib.events import Parent

if TYPE_CHECKING:
    from trackmllib.hook.live import LiveTuning


@dataclass(eq=False)
class Place:
    """A tuning's own ``fit()``, or one of its trials.

    Attributes:
        tuning: the tuning; ``None``: a tuner that does not use Spark's own ``fit``.
        tuner: that tuner.
        trial: the trial's index; ``None`` outside the trials, as in the final refit.
        reached: whether what that tuner does is logged already.
    """

    tuning: LiveTuning | None
    tuner: Any = None
    trial: int | None = None
    reached: bool = False


class _Places(threading.local):
    def __init__(self) -> None:
        self.stack: list[Place] = []


_places = _Places()


def here() -> Place | None:
    """The innermost place of this thread."""
    return _places.stack[-1] if _places.stack else None


def around() -> tuple[LiveTuning, Parent] | None:
    """The tuning that one which begins now is nested in, and the trial there."""
    for place in reversed(_places.stack):
        if place.tuning is not None:
            return place.tuning, Parent(place.tuning.id, place.trial)
    return None


def without_tuning() -> Iterator[Place]:
    """The places around here, the innermost first, up to the next tuning."""
    for place in reversed(_places.stack):
        if place.tuning is not None:
            return
        yield place


@contextmanager
def at(place: Place) -> Iterator[Place]:
    """This thread is in ``place``."""
    stack = _places.stack
    before = len(stack)
    try:
        stack.append(place)
        yield place
    finally:
        try:
            del stack[before:]
        finally:  # also where Ctrl-C comes in the line before
            del stack[before:]


def _nowhere() -> None:
    """In a child that was forked: what runs around it is the parent's."""
    global _places
    _places = _Places()


in_forked_child(_nowhere)
