"""Whether tunings are tracked: asked anew at every ``fit()``."""

from __future__ import annotations

import os
from typing import Any

from trackmllib import _pth, conf
from trackmllib.hook import spark

_switched: bool | None = None  # what the user's code said last


def enable() -> None:
    """Tracks the tunings of this process, also without the jar; a conf that says no wins."""
    global _switched
    _switched = True
    _pth.arm()


def disable() -> None:
    """Tracks no tuning of this process that begins from now on, whatever the confs say."""
    global _switched
    _switched = False


def enabled(session: Any) -> bool:
    """Whether a ``fit()`` in ``session`` that begins now is tracked."""
    if conf.switched_off() or _switched is False:
        return False
    said = conf.enabled(spark.conf_of(session))
    if said is not None:
        return said
    return (
        _switched is True or os.environ.get("TRACKMLLIB_ENABLED") == "1" or spark.has_jar(session)
    )
