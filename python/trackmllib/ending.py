"""What is done when the interpreter ends."""

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
