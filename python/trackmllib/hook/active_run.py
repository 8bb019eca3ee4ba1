"""MLflow's active run, which is kept a thread; private parts of MLflow are touched here only.

Making a run active with ``mlflow.start_run`` would ask the server, in the user's thread.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow.entities import Run


def mlflow_loaded() -> Any:
    """The ``mlflow`` module where the user's code has imported it, else ``None``."""
    mlflow = sys.modules.get("mlflow")
    return mlflow if hasattr(mlflow, "active_run") else None


def current() -> Run | None:
    """The active run of this thread."""
    mlflow = mlflow_loaded()
    return mlflow.active_run() if mlflow else None


@contextmanager
def active(run: Run | None) -> Iterator[None]:
    """``run`` is this thread's active run, unless it is so already."""
    mlflow = mlflow_loaded()
    now = current()
    if run is None or mlflow is None or (now and now.info.run_id == run.info.run_id):
        yield
        return
    stack = mlflow.tracking.fluent._active_run_stack.get()
    ours = mlflow.ActiveRun(run)
    stack.append(ours)
    try:
        yield
    finally:
        if ours in stack:
            stack.remove(ours)


def was_last(run: Run) -> None:
    """Lets ``mlflow.last_active_run()`` answer with ``run`` in this thread."""
    mlflow = mlflow_loaded()
    if mlflow:
        mlflow.tracking.fluent._last_active_run_id.set(run.info.run_id)
