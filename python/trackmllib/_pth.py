"""What ``trackmllib.pth`` runs when an interpreter starts: wait for ``pyspark.ml.tuning``, hook it.

It imports nothing that the interpreter has not loaded yet, and steps aside once it has hooked.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as in trackmllib itself
if TYPE_CHECKING:
    from typing import Any

TARGET = "pyspark.ml.tuning"


def arm() -> None:
    """Has the hook put into ``pyspark.ml.tuning`` as soon as something imports it."""
    if os.environ.get("TRACKMLLIB_DISABLED") == "1":
        return
    if TARGET in sys.modules:
        _hook(sys.modules[TARGET])
    elif not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())


def _hook(module: Any) -> None:
    try:
        from trackmllib.hook import install

        install(module)
    except Exception as error:  # the user's import goes on, whatever is wrong with ours
        from trackmllib import messages

        messages.logger.warning(messages.hook_failed(error))


class Finder:
    """Finds one module by asking the other finders."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != TARGET:
            return None
        for finder in [other for other in sys.meta_path if other is not self]:
            find = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find else None
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Loader(spec.loader)
                return spec
        return None


class _Loader:
    """Loads a module with its own loader, and hooks it before its importer sees it."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        sys.meta_path[:] = [other for other in sys.meta_path if not isinstance(other, Finder)]
        _hook(module)
