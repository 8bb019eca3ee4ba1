"""What ``trackmllib.pth`` has an interpreter do at the import of ``pyspark.ml.tuning``: hook it.

Until then nothing of ours is imported; afterwards the finder is gone. The first ``fit()`` imports
the rest: executors and programs that tune nothing import PySpark's tuners, too.
"""

from __future__ import annotations

import os
import sys
from typing import Any

TARGET = "pyspark.ml.tuning"


def arm() -> None:
    """Has ``pyspark.ml.tuning`` hooked now, or as soon as something imports it."""
    if os.environ.get("TRACKMLLIB_DISABLED") == "1":
        return
    if TARGET in sys.modules:
        _hook(sys.modules[TARGET])
    elif not armed():
        sys.meta_path.insert(0, TrackmllibFinder)


def armed() -> bool:
    """Whether the import of ``pyspark.ml.tuning`` is waited for."""
    return any(_is_ours(finder) for finder in sys.meta_path)


class TrackmllibFinder:
    """Finds one module; ``trackmllib.pth`` has another of this name, which imports nothing."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
        return find_spec(name, path, target) if name == TARGET else None


def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
    """What the other finders find, to be hooked once it is loaded."""
    for finder in [other for other in sys.meta_path if not _is_ours(other)]:
        find = getattr(finder, "find_spec", None)
        spec = find(name, path, target) if find else None
        if spec is not None:
            if spec.loader is not None:
                spec.loader = _Loader(spec.loader)
            return spec
    return None


def _is_ours(finder: Any) -> bool:
    return getattr(finder, "__name__", None) == TrackmllibFinder.__name__


def _hook(module: Any) -> None:
    try:
        from trackmllib.patch import install

        install(module)
    except Exception as error:  # the user's import goes on, whatever is wrong with ours
        from trackmllib import messages

        messages.logger.warning(messages.hook_failed(error))


class _Loader:
    """Loads a module with its own loader, and hooks it before its importer sees it."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        sys.meta_path[:] = [other for other in sys.meta_path if not _is_ours(other)]
        _hook(module)
