"""Which tuning the models of this process came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary


@dataclass(frozen=True)
class Logged:
    """Where a tuning is logged.

    Attributes:
        run_id: its main run; ``None``: MLflow had none when ``fit()`` returned.
    """

    run_id: str | None
    fit_uuid: str
    tracking_uri: str | None


_models: WeakKeyDictionary[Any, Logged] = WeakKeyDictionary()


def remember(model: Any, logged: Logged) -> None:
    """A tuned ``fit()`` is about to return ``model``."""
    _models[model] = logged


def logged(model: Any) -> Logged | None:
    """Where the tuning of a model is; ``None``: it was not tracked, or elsewhere."""
    try:
        return _models.get(model)
    except TypeError:  # no model at all
        return None
