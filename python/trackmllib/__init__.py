"""Logs Spark MLlib tunings to MLflow, with no change to the code that tunes.

A ``CrossValidator`` or ``TrainValidationSplit`` that is fitted while trackmllib is on becomes one
main run with one child run for each hyperparameter setting. See the docs for how it is switched
on, and for what is logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trackmllib._version import __version__
    from trackmllib.checkup import doctor
    from trackmllib.hook import disable, enable
    from trackmllib.jars import jar_path
    from trackmllib.launch import configure
    from trackmllib.tables import results

__all__ = ["__version__", "configure", "disable", "doctor", "enable", "jar_path", "results"]


def __getattr__(name: str) -> Any:
    # Late: every process that imports PySpark's tuners imports this module.
    if name == "__version__":
        from trackmllib import _version as home
    elif name in ("enable", "disable"):
        from trackmllib import hook as home  # type: ignore[no-redef]
    elif name == "configure":
        from trackmllib import launch as home  # type: ignore[no-redef]
    elif name == "jar_path":
        from trackmllib import jars as home  # type: ignore[no-redef]
    elif name == "doctor":
        from trackmllib import checkup as home  # type: ignore[no-redef]
    elif name == "results":
        from trackmllib import tables as home  # type: ignore[no-redef]
    else:
        raise AttributeError(f"module 'trackmllib' has no attribute {name!r}")
    return getattr(home, name)


def __dir__() -> list[str]:
    return __all__
