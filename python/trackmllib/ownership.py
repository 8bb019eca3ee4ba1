"""Whose a file or a folder is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_WRITING = stat.S_IWGRP | stat.S_IWOTH
_ANYTHING = stat.S_IRWXG | stat.S_IRWXO


def is_own(path: Path, *, closed: bool = False) -> bool:
    """Whether nobody but the caller can have written ``path``: it is theirs, and no link.

    On Windows, where files have no such modes, the user's folders are closed already.

    Args:
        closed: whether others must not be able to read it, either.
    """
    if not hasattr(os, "geteuid"):
        return True
    try:
        found = path.lstat()
    except OSError:
        return False
    others = found.st_mode & (_ANYTHING if closed else _WRITING)
    return found.st_uid == os.geteuid() and not others and not stat.S_ISLNK(found.st_mode)
