"""MLflow's active run, of which each thread has its own; MLflow's private parts are used here only.

Making a run active with ``mlflow.start_run`` would ask the server, in the user's thread.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from trackmllib import messages

if TYPE_CHECKING:
    from mlflow.entities import Run

_STACK = "_active_run_stack"


def mlflow_loaded() -> Any:
    """The ``mlflow`` module where the user's code has imported it, else ``None``."""
    mlflow = sys.modules.get("mlflow")
    return mlflow if hasattr(mlflow, "active_run") else None


def current() -> Run | None:
    """The run that the user's code has made active in this thread; a lent one does not count."""
    mlflow = mlflow_loaded()
    if mlflow is None:
        return None
    stack = mlflow.tracking.fluent._active_run_stack.get()
    if isinstance(stack, _LentStack):
        stack = stack.own()
    return stack[-1] if stack else None


@contextmanager
def lent(look: Callable[[], Run | None]) -> Iterator[None]:
    """What ``look`` finds is this thread's active run, while the user's code has none there.

    Where MLflow does not keep its active runs as we know it, nothing is lent.

    Args:
        look: called in this thread each time that something asks for the active run.
    """
    slot, before, ours = None, [], None
    try:
        slot = _slot()
        if slot is not None:
            before = slot.get()
            ours = _LentStack(before.own() if isinstance(before, _LentStack) else before, look)
            slot.set(ours)
    except Exception as error:
        messages.warn_once(messages.hook_failed(error))
    try:
        yield
    finally:
        if slot is not None and ours is not None and slot.get() is ours:
            before[:] = ours.own()  # a run that the user's code has left open stays active
            slot.set(before)


def was_last(run: Run) -> None:
    """Lets ``mlflow.last_active_run()`` answer with ``run`` in this thread."""
    mlflow = mlflow_loaded()
    if mlflow:
        mlflow.tracking.fluent._last_active_run_id.set(run.info.run_id)


class _LentStack(list):  # type: ignore[type-arg]
    """A thread's stack of active runs, which shows a lent run as long as it is empty.

    MLflow's ``start_run`` and ``end_run`` see it as it is, and so do what they do without
    trackmllib. ``end_run`` ends the lending too: whoever calls it until there is no active run is
    done then.
    """

    def __init__(self, own: list[Any], look: Callable[[], Run | None]) -> None:
        super().__init__(own)
        self._look: Callable[[], Run | None] | None = look
        self._run: Any = None

    def own(self) -> list[Any]:
        """The runs that the user's code has made active."""
        return list.copy(self)

    def __len__(self) -> int:
        return list.__len__(self) or len(self._lent(sys._getframe(1)))

    def __getitem__(self, index: Any) -> Any:
        return (self.own() or self._lent(sys._getframe(1)))[index]

    def __iter__(self) -> Iterator[Any]:
        # MLflow looks for a run in the stacks of all threads so: nobody waits for MLflow here
        return iter(self.own() or ([self._run] if self._run and self._look else []))

    def _lent(self, asking: FrameType) -> list[Any]:
        """The lent run, if there is one; none for MLflow's functions that make and end runs."""
        code = asking.f_code
        if asking.f_globals.get(_STACK) is not None and code.co_name in ("start_run", "end_run"):
            if code.co_name == "end_run":
                self._look = None
            return []
        run = self._look() if self._look else None
        if run is None:
            return []
        if self._run is None or self._run.info.run_id != run.info.run_id:
            self._run = mlflow_loaded().ActiveRun(run)
        return [self._run]


def _slot() -> Any:
    """Where MLflow has a stack for each thread; ``None``: it does not use it as we know it."""
    mlflow = mlflow_loaded()
    if mlflow is None:
        return None
    fluent = mlflow.tracking.fluent
    for name in ("start_run", "end_run", "active_run"):
        code = inspect.unwrap(getattr(fluent, name)).__code__
        if code.co_name != name or _STACK not in code.co_names:
            return None
    slot = fluent._active_run_stack
    return slot if isinstance(slot.get(), list) else None
