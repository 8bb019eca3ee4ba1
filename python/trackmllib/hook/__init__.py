"""The hook on PySpark's tuners: a tuner's ``fit()`` becomes events."""

from __future__ import annotations

from trackmllib.hook.switch import disable, enable

__all__ = ["disable", "enable"]
