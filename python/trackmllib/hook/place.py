"""Where in a tuning the code of this thread runs: a nested tuning belongs there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackmllib.events import Parent

if TYPE_CHECKING:
    from trackmllib.hook.live import LiveTuning


@dataclass
class Place:
    """A tuning's own ``fit()``, or one of its trials.

    Attributes:
        tuning: the tuning; ``None``: a tuner that does not use Spark's own ``fit``.
        trial: the trial's index; ``None`` outside the trials, as in the final refit.
        reached: whether a tuner's own ``fit`` came to Spark's after all.
    """

    tuning: LiveTuning | None
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


@contextmanager
def at(place: Place) -> Iterator[Place]:
    """This thread is in ``place``."""
    _places.stack.append(place)
    try:
        yield place
    finally:
        _places.stack.pop()
