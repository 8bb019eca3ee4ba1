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


class AnswerError(TrackMLlibError, ConnectionError):
    """A server's answer that is no result, and that MLflow's client would misread.

    Attributes:
        status: of HTTP.
        pause: after how many seconds the server wants to be asked again, where it says so.
    """

    def __init__(self, message: str, status: int, pause: float | None) -> None:
        super().__init__(message)
        self.status = status
        self.pause = pause


class NoTuningError(TrackMLlibError, LookupError):
    """What was asked for is no tuning that is known here."""


class DemoError(TrackMLlibError, RuntimeError):
    """The demo cannot run here."""
