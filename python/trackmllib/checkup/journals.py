"""Tunings that are waiting for MLflow."""

from __future__ import annotations

from pathlib import Path

from trackmllib import journal, messages
from trackmllib.checkup.check import Check, ok, warn
from trackmllib.checkup.scene import Scene
from trackmllib.ownership import belongs_to_caller


def journals(scene: Scene) -> Check:
    """None is left by drivers that have ended."""
    directory = scene.conf.journal_dir
    found = journal.pending(directory)
    left = [file for file in found.files if not _in_use(file)]
    if left:
        return warn(messages.journals_pending(len(left), directory))
    mine = next(filter(belongs_to_caller, found.left_alone), None)
    if mine is not None:
        return warn(messages.left_alone(mine, own=True))
    return ok(f"no journal is pending in {directory or 'your state directory'}")


def _in_use(file: Path) -> bool:
    """Whether a driver that runs writes to it."""
    try:
        with journal.claimed(file):
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False
