"""``mlflow.pyspark.ml.autolog()`` pauses while trackmllib logs a tuning: it is logged once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from trackmllib import messages
from trackmllib.ending import in_forked_child

_FLAVOR = "pyspark.ml"
_lock = threading.Lock()
_tunings: set[object] = set()


@contextmanager
def paused() -> Iterator[None]:
    """Autologging of Spark's models does nothing, if it is on."""
    tuning = object()
    try:
        _pause(tuning)
        yield
    finally:
        try:
            _go_on(tuning)
        finally:  # also where Ctrl-C comes in the middle of that
            _go_on(tuning)


def _pause(tuning: object) -> None:
    with _lock:
        config = _config()
        if config is not None:
            if not _tunings:
                messages.warn_once(messages.autolog_too())
            _tunings.add(tuning)
            config["disable"] = True


def _go_on(tuning: object) -> None:
    with _lock:
        if tuning in _tunings:
            config = _config()
            if config is not None:
                config["disable"] = len(_tunings) > 1
            _tunings.remove(tuning)


def is_on() -> bool:
    """Whether autologging of Spark's models is on in this process."""
    return _config() is not None


def _config() -> dict[str, Any] | None:
    """MLflow's own record of the integration, while it is on or paused here."""
    utils = sys.modules.get("mlflow.utils.autologging_utils")  # maybe just being imported
    config: dict[str, Any] | None = getattr(utils, "AUTOLOGGING_INTEGRATIONS", {}).get(_FLAVOR)
    if not config or "disable" not in config:
        return None
    return config if _tunings or not config["disable"] else None


def _anew() -> None:
    global _lock
    _lock = threading.Lock()


in_forked_child(_anew)
