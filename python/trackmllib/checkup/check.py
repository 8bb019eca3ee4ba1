"""One line of a checkup."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """What was looked at, and whether it is as it should be.

    Attributes:
        mark: ``ok``, ``warn`` or ``fail``.
        text: what there is; where it is not as it should be, also what to do.
    """

    mark: str
    text: str

    def __str__(self) -> str:
        return f"{self.mark:4}  {' '.join(self.text.split())}"


def ok(text: str) -> Check:
    """It is as it should be."""
    return Check("ok", text)


def warn(text: str) -> Check:
    """Tunings are logged, but perhaps not as meant."""
    return Check("warn", text)


def fail(text: str) -> Check:
    """Tunings are not logged."""
    return Check("fail", text)
