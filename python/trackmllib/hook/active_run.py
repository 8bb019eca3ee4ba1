"""MLflow's active run, which is kept a thread; private parts of MLflow are touched here only.

Making a run active with ``mlflow.start_run`` would ask the server, in the user's thread.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from trackmllib import messages

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
    stack: list[Any] = []
    ours = None
    try:
        if run is not None and not _is_active(run):
            fluent = mlflow_loaded().tracking.fluent
            stack, ours = fluent._active_run_stack.get(), _lent(run)
            stack.append(ours)
    except Exception as error:
        messages.warn_once(messages.hook_failed(error))
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


def _is_active(run: Run) -> bool:
    now = current()
    return now is not None and now.info.run_id == run.info.run_id


def _lent(run: Run) -> Any:
    """``run`` as an active run that the user's code does not know of.

    A plain ``mlflow.start_run()`` where nothing was active must not fail for it: it is nested.
    """
    mlflow = mlflow_loaded()
    fluent = mlflow.tracking.fluent
    lent = mlflow.ActiveRun(run)
    lent.lent_by_trackmllib = True
    if not hasattr(fluent.start_run, "__wrapped__"):
        stock = fluent.start_run

        @functools.wraps(stock)
        def start_run(*args: Any, **kwargs: Any) -> Any:
            stack = fluent._active_run_stack.get()
            if stack and hasattr(stack[-1], "lent_by_trackmllib"):
                kwargs.setdefault("nested", True)
            return stock(*args, **kwargs)

        mlflow.start_run = fluent.start_run = start_run
    return lent
