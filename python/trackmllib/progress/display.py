"""Where progress is shown: a terminal, a notebook, or a file that takes whole lines only."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

_NAME = "trackmllib: "

Write = Callable[[str], None]
"""Writes a text, at once: as it is for ``Terminal``, as a line of its own for ``Lines``."""


class Display(Protocol):
    """Shows the lines of tunings.

    Attributes:
        live: whether it has a line that changes.
    """

    live: bool

    def begin(self, tuning: str) -> None:
        """A tuning begins; called in the thread that fits."""

    def say(self, tuning: str, line: str) -> None:
        """Shows a line that stays."""

    def draw(self, tuning: str, line: str) -> None:
        """Shows the line that changes, instead of what it was."""


def for_mode(mode: str) -> Display | None:
    """The display for ``spark.trackmllib.progress`` in this process; ``None``: there is none."""
    if mode == "off":
        return None
    if _in_notebook():
        return Notebook()
    if sys.stderr is None:
        return None
    live = mode == "on" or _is_terminal(sys.stderr)
    return Terminal(_to_stderr) if live else Lines(_line_to_stderr)


def width() -> int:
    """How wide the line that changes may be: as Spark's own bar, so that each covers the other."""
    widest = int(os.environ.get("COLUMNS") or 80)
    # in the sidecar, no standard stream is the driver's terminal
    with suppress(OSError), Path("/dev/tty").open() as terminal:
        return min(widest, os.get_terminal_size(terminal.fileno()).columns)
    return widest


class _Text:
    """Text that is written somewhere."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def begin(self, tuning: str) -> None:
        """Nothing to prepare."""


class Lines(_Text):
    """Where only whole lines can be shown: those that stay."""

    live = False

    def say(self, tuning: str, line: str) -> None:
        """A line of its own."""
        self._write(line)

    def draw(self, tuning: str, line: str) -> None:
        """Is not shown."""


class Terminal(_Text):
    """One line at the cursor, drawn anew from its beginning, as Spark draws its own bar.

    Whoever writes last has the line, and leaves nothing of the other's there.
    """

    live = True

    def say(self, tuning: str, line: str) -> None:
        """A line of its own, in place of the one that changes."""
        self._write(f"\r{' ' * width()}\r{_NAME}{line}\n")

    def draw(self, tuning: str, line: str) -> None:
        """Over what is there."""
        self._write(f"\r{line.ljust(width())}")


class Notebook:
    """An output of the cell for each tuning, which is updated in place."""

    live = True

    def __init__(self) -> None:
        self._handles: dict[str, Any] = {}
        self._said: dict[str, list[str]] = {}

    def begin(self, tuning: str) -> None:
        """Makes the output, in the thread of the cell."""
        from IPython.display import display

        self._said[tuning] = []
        self._handles[tuning] = display(_plain("trackmllib"), raw=True, display_id=True)

    def say(self, tuning: str, line: str) -> None:
        """One line more that stays."""
        self._said[tuning].append(line)
        self._update(tuning, [])

    def draw(self, tuning: str, line: str) -> None:
        """Below what stays."""
        self._update(tuning, [line])

    def _update(self, tuning: str, more: list[str]) -> None:
        self._handles[tuning].update(_plain("\n".join(self._said[tuning] + more)), raw=True)


def _line_to_stderr(line: str) -> None:
    _to_stderr(f"{_NAME}{line}\n")


def _to_stderr(text: str) -> None:
    raw = getattr(getattr(sys.stderr, "buffer", None), "raw", None)
    if raw is None:
        sys.stderr.write(text)
        sys.stderr.flush()
    else:  # past the buffer: an interpreter that ends while a thread holds its lock dies of it
        raw.write(text.encode(sys.stderr.encoding, "backslashreplace"))


def _plain(text: str) -> dict[str, str]:
    return {"text/plain": text}


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except Exception:  # whatever takes the place of a stream may lack it, or be closed
        return False


def _in_notebook() -> bool:
    # maybe just being imported by another thread: that is no notebook
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    return hasattr(get_ipython(), "kernel")
