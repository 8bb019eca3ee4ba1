"""MLflow's own autologging of Spark's models."""

from __future__ import annotations

from trackmllib import messages
from trackmllib.checkup.check import Check, warn
from trackmllib.checkup.scene import Scene
from trackmllib.hook import autolog


def autologging(_: Scene) -> Check | None:
    """Where it is on in this process, trackmllib makes it pause."""
    return warn(messages.autolog_on()) if autolog.is_on() else None
