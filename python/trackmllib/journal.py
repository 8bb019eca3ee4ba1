"""The write-ahead journal: a file of a tuning's event lines, kept until MLflow has them all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from trackmllib import messages

try:
    import fcntl
except ImportError:  # Windows has no such locks; there a replay cannot see a journal in use
    fcntl = None  # type: ignore[assignment]

TEMPORARY = "trackmllib-"
"""How the directories for journals begin that are in the temporary one."""


def default_directory() -> Path:
    """The user's state directory for trackmllib."""
    try:
        import platformdirs
    except ImportError:  # only the jar is there, which carries this package but no other
        return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state", "trackmllib")
    return platformdirs.user_state_path("trackmllib", appauthor=False)


def path_of(directory: Path, tuning: str) -> Path:
    """Where the journal of ``tuning`` is."""
    return directory / f"{tuning}.jsonl"


class Journal:
    """The journal of one tuning, open for its life; never raises.

    A directory that cannot be written gives way to the temporary one, and that to none at all.

    Attributes:
        path: the file; ``None`` where none could be kept.
    """

    def __init__(self, directory: Path, tuning: str) -> None:
        self.path: Path | None = None
        self._file = -1
        temporary = Path(tempfile.gettempdir()) / f"{TEMPORARY}{_user()}"
        for place, instead in (
            (directory, f"it goes to {temporary}"),
            (temporary, "this tuning has no journal"),
        ):
            try:
                self._file = _open(place, tuning)
            except OSError as error:
                messages.logger.warning(messages.no_journal(place, error, instead))
            else:
                self.path = path_of(place, tuning)
                return

    def append(self, line: str) -> None:
        """Writes one event line; it is the operating system's when this returns."""
        if self._file < 0:
            return
        data = line.encode("utf-8", "replace") + b"\n"
        try:
            _write(self._file, data)
        except OSError as error:
            assert self.path is not None
            messages.logger.warning(
                messages.no_journal(self.path.parent, error, "its later events are not in it")
            )
            self.close()

    def close(self) -> None:
        """Closes the file and leaves it."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def remove(self) -> None:
        """Removes the file: MLflow has everything."""
        self.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def _open(directory: Path, tuning: str) -> int:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    file = os.open(path_of(directory, tuning), flags, 0o600)
    if fcntl is not None:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return file


def _write(file: int, data: bytes) -> None:
    if os.write(file, data) < len(data):
        raise OSError("the disk is full")


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


@contextmanager
def claimed(file: Path) -> Iterator[BinaryIO]:
    """``file``, open to be read, is nobody else's meanwhile; opening it again would end that.

    Raises:
        BlockingIOError: a driver that still runs, or another replay, has it.
    """
    with file.open("r+b") as held:
        if fcntl is not None:
            fcntl.lockf(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield held


def reserve(file: int) -> None:
    """Keeps an open file that need not be writable from other replays, until it is closed.

    Raises:
        BlockingIOError: another replay has it.
    """
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def pending(directory: Path | None = None) -> list[Path]:
    """The journals in ``directory``, by default the user's and those in temporary ones."""
    if directory is not None:
        return sorted(directory.glob("*.jsonl"))
    elsewhere = Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*/*.jsonl")
    return [*pending(default_directory()), *sorted(elsewhere)]


def in_use(tuning: str) -> bool:
    """Whether a driver that still runs has the journal of ``tuning``, where journals are."""
    for file in pending():
        if file.stem == tuning:
            try:
                with claimed(file):
                    return False
            except OSError:
                return True
    return False
