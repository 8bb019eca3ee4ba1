"""Spark event logs: the tunings' event lines in them, whatever way Spark wrote them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trackmllib import jars, journal, messages
from trackmllib.errors import EventLogError

OURS = b'{"Event":"org.trackmllib.'
SPARKS = b'{"Event":"SparkListener'

_PRINTER = "org.trackmllib.EventLogPrinter"
_CODECS = {".lz4", ".lzf", ".snappy", ".zstd"}
_STAGES = {".inprogress", ".compact"}


def lines(log: Path) -> Iterator[bytes]:
    """The lines of our events in ``log``, a file or the directory of a rolling one.

    Python reads what is plain text; Spark itself what it has compressed or rolled over.

    Raises:
        OSError: it cannot be read.
        EventLogError: Spark cannot read it, or none is found.
    """
    if log.is_dir() or _is_compressed(log):
        yield from _read_by_spark(log)
        return
    with log.open("rb") as file:
        yield from (line for line in file if line.startswith(OURS))


@contextmanager
def claimed(log: Path) -> Iterator[None]:
    """No other replay has ``log`` meanwhile; the driver that writes it may.

    Raises:
        BlockingIOError: another replay has it.
    """
    held = os.open(log, os.O_RDONLY)
    try:
        journal.reserve(held)
        yield
    finally:
        os.close(held)


def _is_compressed(log: Path) -> bool:
    suffixes = [suffix for suffix in log.suffixes if suffix not in _STAGES]
    return bool(suffixes) and suffixes[-1] in _CODECS


def _read_by_spark(log: Path) -> list[bytes]:
    try:
        home = jars.find_spark()
        jar = jars.jar_path(home)
    except FileNotFoundError as error:
        raise EventLogError(messages.event_log_needs_spark(error)) from None
    script = "spark-submit.cmd" if os.name == "nt" else "spark-submit"
    options = ["--master", "local", "--deploy-mode", "client", "--class", _PRINTER]
    done = subprocess.run(
        [home / "bin" / script, *options, jar, log.absolute()],
        env={**os.environ, "SPARK_HOME": str(home)},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise EventLogError(messages.event_log_unreadable(done.stderr.decode("utf-8", "replace")))
    return done.stdout.rstrip(b"\n").splitlines(keepends=True)  # the last one may be cut
