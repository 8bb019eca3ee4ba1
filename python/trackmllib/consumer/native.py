"""Native code of other libraries, which the end of the interpreter must not cut off.

Until Python 3.14 a thread that wants to go on after that is unwound, and the C++ destructors that
run then bring the process down (https://github.com/python/cpython/issues/87135).
"""

import threading

from trackmllib.ending import at_end, in_forked_child

_LONGEST = 20.0

at_work = threading.Lock()
"""Held by a thread of ours that imports or draws; nobody gets it once the interpreter ends."""

at_end(lambda: at_work.acquire(timeout=_LONGEST))


def _anew() -> None:
    global at_work
    at_work = threading.Lock()


in_forked_child(_anew)
