"""Whose a file or a folder is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_WRITING = stat.S_IWGRP | stat.S_IWOTH
_ANYTHING = stat.S_IRWXG | stat.S_IRWXO


def belongs_to_caller(path: Path) -> bool:
    """Whether ``path`` is the caller's, who may change its mode; no link is."""
    try:
        found = path.lstat()
    except OSError:
        return False
    owner = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
    return owner and not stat.S_ISLNK(found.st_mode)


def is_own(path: Path, *, closed: bool = False) -> bool:
    """Whether nobody but the caller can have written ``path``: it is theirs, and no link.

    On Windows, where files have no such modes, the user's folders are closed already.

    Args:
        closed: whether others must not be able to read it, either.
    """
    if not hasattr(os, "geteuid"):
        return True
    if not belongs_to_caller(path):
        return False
    return not path.lstat().st_mode & (_ANYTHING if closed else _WRITING)
