"""``spark-defaults.conf``: where a Spark has it, and what it says."""

from __future__ import annotations

import os
import re
from pathlib import Path

# A key ends at white space, "=" or ":"; a backslash takes the meaning from the character after it.
_LINE = re.compile(r"((?:\\.|[^\\\s=:])+)\s*[=:]?\s*(.*)")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")
_LETTERS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def defaults_file(home: Path) -> Path:
    """The ``spark-defaults.conf`` that a Spark reads, be it there or not."""
    return Path(os.environ.get("SPARK_CONF_DIR") or home / "conf", "spark-defaults.conf")


def default_conf(home: Path, key: str) -> str | None:
    """What ``spark-defaults.conf`` says of a conf: whatever a builder says replaces it."""
    return properties(defaults_file(home)).get(key)


def properties(file: Path) -> dict[str, str]:
    """What a file of Java properties holds, as Spark reads it; nothing, if it cannot be read."""
    try:
        lines = iter(file.read_text("utf-8", "replace").splitlines())
    except OSError:
        return {}
    found = {}
    for line in lines:
        text = line.strip()
        if text.startswith(("#", "!")):
            continue
        while _goes_on(text):
            text = text[:-1] + next(lines, "").strip()
        entry = _LINE.match(text)
        if entry:
            found[_unescaped(entry[1])] = _unescaped(entry[2]).strip()
    return found


def _goes_on(line: str) -> bool:
    """Whether a line ends in a backslash that is not itself escaped."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(
        lambda found: (
            chr(int(found[1][1:], 16)) if len(found[1]) > 1 else _LETTERS.get(found[1], found[1])
        ),
        text,
    )
