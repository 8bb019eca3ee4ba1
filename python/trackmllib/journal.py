"""The write-ahead journal: a file of a tuning's event lines, kept until MLflow has them all."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from trackmllib import messages
from trackmllib.ownership import is_own

try:
    import fcntl
except ImportError:  # Windows has no such locks; there a replay cannot see a journal in use
    fcntl = None  # type: ignore[assignment]

_held: set[str] = set()
"""The journals that this process has open: opening one again, and closing it, would unlock it."""
_holding = threading.Lock()

TEMPORARY = "trackmllib-"
"""How the directories for journals begin that are in the temporary one."""


def default_directory() -> Path:
    """The user's state directory for trackmllib.

    Raises:
        OSError: the user has no home.
    """
    try:
        return _state_directory().expanduser()
    except RuntimeError:
        raise FileNotFoundError(errno.ENOENT, "this user has no home directory") from None


def _state_directory() -> Path:
    try:
        import platformdirs
    except ImportError:  # only the jar is there, which carries this package but no other
        return Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state", "trackmllib")
    return platformdirs.user_state_path("trackmllib", appauthor=False)


def path_of(directory: Path, tuning: str) -> Path:
    """Where the journal of ``tuning`` is."""
    return directory / f"{tuning}.jsonl"


class Journal:
    """The journal of one tuning, open for its life; never raises.

    A directory that cannot be written, or that gets full, gives way to the temporary one. What that
    has no room for either waits for the next attempt.

    Args:
        directory: where it is kept; ``None``: the user's state directory.
    """

    def __init__(self, directory: Path | None, tuning: str) -> None:
        self._wanted = directory
        self._tuning = tuning
        self._file: _File | None = None
        self._waiting = b""
        self._closed = False
        self._writing = threading.Lock()
        self._flush()

    @property
    def path(self) -> Path | None:
        """The file; ``None`` where it does not have every line."""
        return self._file.path if self._file and not self._waiting else None

    def append(self, line: str) -> None:
        """Writes one event line; it is the operating system's when this returns."""
        with self._writing:
            if not self._closed:
                self._waiting += line.encode("utf-8", "replace") + b"\n"
                self._flush()

    def close(self) -> None:
        """Closes the file and leaves it."""
        with self._writing:
            self._closed = True
            if self._file:
                self._file.close()

    def remove(self) -> None:
        """Removes the file: MLflow has everything."""
        self.close()
        if self._file:
            self._file.path.unlink(missing_ok=True)

    def _flush(self) -> None:
        try:
            if self._file is None:
                self._file = _File(self._wanted or default_directory(), self._tuning)
            self._file.append(self._waiting)
        except OSError as error:
            self._move(error)
        else:
            self._waiting = b""

    def _move(self, error: OSError) -> None:
        """To the temporary directory, with all lines so far."""
        full = self._file
        try:
            temporary = _temporary_directory()
            self._file = _File(
                temporary, self._tuning, (full.content() if full else b"") + self._waiting
            )
        except OSError:
            instead = "nor to a temporary one: what MLflow does not take by the end is lost"
        else:
            instead = f"it goes to {temporary}"
            self._waiting = b""
            if full:
                full.close()
                full.path.unlink(missing_ok=True)
        messages.warn_once(messages.no_journal(self._wanted, error, instead))


class _File:
    """A file of the user's own, locked while it is open; one descriptor, whose closing unlocks it.

    Raises:
        OSError: it cannot be made; then there is none.
    """

    def __init__(self, directory: Path, tuning: str, content: bytes = b"") -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path_of(directory, tuning)
        self._size = 0
        self._descriptor = -1
        self._name = os.path.realpath(self.path)
        _held.add(self._name)  # before it is there to be found
        try:
            self._descriptor = os.open(
                self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600
            )
            if fcntl is not None:
                fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.append(content)
        except OSError:
            if self._descriptor >= 0:
                self.path.unlink(missing_ok=True)
            self.close()
            raise

    def append(self, data: bytes) -> None:
        """Writes all of ``data``.

        Raises:
            OSError: there was no room, and the file is as before.
        """
        try:
            _write(self._descriptor, data)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
            raise
        self._size += len(data)

    def content(self) -> bytes:
        """All that was written."""
        return os.pread(self._descriptor, self._size, 0)

    def close(self) -> None:
        """Leaves it to whoever wants it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        _held.discard(self._name)


def _write(descriptor: int, data: bytes) -> None:
    if os.write(descriptor, data) < len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _temporary_directory() -> Path:
    """The user's own below the temporary one, to which anybody may write.

    Raises:
        OSError: it cannot be made.
    """
    usual = Path(tempfile.gettempdir(), f"{TEMPORARY}{_user()}")
    with suppress(FileExistsError):
        usual.mkdir(mode=0o700)
    if is_own(usual) and usual.is_dir():
        usual.chmod(0o700)
        return usual
    return Path(tempfile.mkdtemp(prefix=TEMPORARY))  # somebody else has taken the name


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


@contextmanager
def claimed(file: Path, *, until: float = 0.0) -> Iterator[BinaryIO]:
    """``file``, open to be read, is nobody else's meanwhile.

    Args:
        until: how long it is waited for, on the clock of ``time.monotonic``.

    Raises:
        BlockingIOError: a driver that still runs, or another replay, has it.
        FileNotFoundError: who had it has brought it into MLflow.
    """
    name = os.path.realpath(file)
    with _holding:
        if name in _held:
            raise BlockingIOError
        _held.add(name)
    try:
        with file.open("r+b") as opened:
            _lock(opened, until)
            if not os.fstat(opened.fileno()).st_nlink:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file))
            yield opened
    finally:
        _held.discard(name)


def _lock(file: BinaryIO, until: float) -> None:
    while fcntl is not None:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def locks() -> bool:
    """Whether it can be seen here that a driver which runs has a journal."""
    return fcntl is not None


def reserve(file: int) -> None:
    """Keeps an open file that need not be writable from other replays, until it is closed.

    Raises:
        BlockingIOError: another replay has it.
    """
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@dataclass(frozen=True)
class Pending:
    """What there is of journals.

    Attributes:
        files: those that may be replayed, since nobody but the caller can have written them.
        left_alone: other files, and whole folders: who has written them may want the caller's
            credentials sent to a server of theirs.
    """

    files: list[Path]
    left_alone: list[Path]


def pending(directory: Path | None = None) -> Pending:
    """The journals in ``directory``, by default the user's and those in temporary ones.

    Args:
        directory: one that the user has named; it may be somebody else's, its files may not.
    """
    if directory is not None:
        return _pending(directory)
    found = []
    with suppress(OSError):  # there is none
        found.append(_pending(default_directory().resolve(), own_folder=True))
    with suppress(OSError):
        # anybody may write to the temporary directory: what is ours there is closed
        temporary = sorted(Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*"))
        found += (_pending(folder, own_folder=True, closed=True) for folder in temporary)
    return Pending(
        [file for one in found for file in one.files],
        [path for one in found for path in one.left_alone],
    )


def _pending(folder: Path, *, own_folder: bool = False, closed: bool = False) -> Pending:
    journals = sorted(folder.glob("*.jsonl"))
    if journals and own_folder and not is_own(folder, closed=closed):
        return Pending([], [folder])
    own = [file for file in journals if is_own(file, closed=closed)]
    return Pending(own, [file for file in journals if file not in own])


def in_use(tuning: str, *, until: float) -> bool:
    """Whether a driver that still runs has the journal of ``tuning``, where journals are.

    Args:
        until: how long its end is waited for, on the clock of ``time.monotonic``.
    """
    for file in pending().files:
        if file.stem == tuning:
            try:
                with claimed(file, until=until):
                    return False
            except OSError:
                return True
    return False
