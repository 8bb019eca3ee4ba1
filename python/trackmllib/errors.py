"""What trackmllib raises; nothing of it ever reaches a ``fit()``."""

from __future__ import annotations


class TrackMLlibError(Exception):
    """The parent of all of them."""


class InvalidEventError(TrackMLlibError, ValueError):
    """A line that is no event this version can read.

    Attributes:
        newer: whether a newer trackmllib would read it.
    """

    def __init__(self, message: str, *, newer: bool = False) -> None:
        super().__init__(message)
        self.newer = newer


class JarNotFoundError(TrackMLlibError, FileNotFoundError):
    """There is no jar for the installed Spark."""


class MLflowUnusableError(TrackMLlibError, ImportError):
    """This interpreter has no MLflow, or one that is too old."""


class EventLogError(TrackMLlibError, OSError):
    """A Spark event log that cannot be read."""


class StoreUnreachableError(TrackMLlibError, ConnectionError):
    """The tracking server is not there."""


class NoTuningError(TrackMLlibError, LookupError):
    """What was asked for is no tuning that is known here."""


class DemoError(TrackMLlibError, RuntimeError):
    """The demo cannot run here."""
