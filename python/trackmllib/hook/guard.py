"""How the hook runs what is ours: no failure of it, and no Ctrl-C in the middle, is to be seen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from trackmllib import messages
from trackmllib.consumer.errand import Errand
from trackmllib.hook import values

P = ParamSpec("P")
T = TypeVar("T")


def uninterrupted(do: Callable[..., object], *args: Any, timeout: float | None = None) -> None:
    """Has it done by a thread of its own where Ctrl-C can come, which is in the main thread.

    Raises:
        TimeoutError: it is not done after ``timeout`` seconds, and goes on.
        BaseException: what came here while it was waited for; it goes on.
    """
    if threading.current_thread() is not threading.main_thread():
        harmless(do, *args)
        return
    try:
        errand = Errand("trackmllib-fit", _do, do, *args)
    except RuntimeError:  # there can be no thread more, as when the interpreter ends
        harmless(do, *args)
    else:
        errand.wait(timeout)


def _do(work: Callable[..., object], *args: Any) -> None:
    harmless(work, *args)


def harmless(do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
    """What ``do`` returns; nothing of ours that fails may reach the user's training.

    Nor may what the user's objects throw where only we ask them. Ctrl-C and ``SystemExit`` pass in
    the main thread, where they are rather a signal's.
    """
    try:
        return do(*args, **kwargs)
    except BaseException as error:
        if values.is_signal(error):
            raise
        messages.warn_once(messages.hook_failed(error))
        return None
