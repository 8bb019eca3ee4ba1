"""Work that may take for ever, in a thread that nobody has to wait for."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import ParamSpec

P = ParamSpec("P")


class Errand(threading.Thread):
    """Does ``work`` at once; the interpreter can end without it."""

    def __init__(
        self, name: str, work: Callable[P, None], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._do: Callable[[], None] = functools.partial(work, *args, **kwargs)
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        """Keeps what the work throws."""
        try:
            self._do()
        except BaseException as error:
            self._error = error

    def wait(self, seconds: float | None = None) -> None:
        """Waits until it is done, by default as long as it takes.

        Raises:
            TimeoutError: it is not.
            BaseException: what the work has thrown.
        """
        self.join(seconds)
        if self.is_alive():
            raise TimeoutError(f"no answer in {seconds:g} s")
        if self._error is not None:
            raise self._error
