"""What is done when the interpreter ends, and in a child that is forked from it."""

import atexit
import os
from collections.abc import Callable


def at_end(do: Callable[[], object]) -> None:
    """Has it done at the end of this process, and not of one that was forked from it."""
    process = os.getpid()

    def done_here() -> None:
        if os.getpid() == process:
            do()

    atexit.register(done_here)


def in_forked_child(do: Callable[[], object]) -> None:
    """Has it done in each child: the threads are not there, and locks may be held for ever."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=do)
