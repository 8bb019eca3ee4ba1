"""Runs the probe in an interpreter, and takes what it has said by the time that there is."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

PATIENCE = 5.0
"""Seconds that a tracking store has to answer and to take a run."""

_START = 30.0  # for an interpreter to start and to import MLflow, on a slow disk too


@dataclass(frozen=True)
class Findings:
    """What the probe has said.

    Attributes:
        python: the interpreter.
        problem: why it said nothing; ``None``: it did.
        late: whether its time was over before it had said everything.
    """

    python: str
    said: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None
    late: bool = False


def probed(
    python: str, uri: str | None, experiment_id: str | None, experiment_name: str | None
) -> Findings:
    """What ``python`` finds; within a bounded time, whatever it is and whatever MLflow does."""
    source = files("trackmllib.checkup").joinpath("probe.py").read_text(encoding="utf-8")
    # one attempt a request, and a store that is not there is found out in time
    once = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "MLFLOW_HTTP_REQUEST_TIMEOUT": "5"}
    asked = {"uri": uri, "experiment_id": experiment_id, "experiment_name": experiment_name}
    with tempfile.TemporaryFile() as words:
        try:
            child = subprocess.Popen(
                [python, "-c", source],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=words,
                env={**os.environ, **once, "TRACKMLLIB_DISABLED": "1"},
            )
        except OSError as error:
            return Findings(python, problem=error.strerror or str(error))
        try:
            said, in_time = _heard(child, json.dumps(asked))
        finally:
            child.kill()
            code = child.wait()
        words.seek(0)
        last = words.read().decode("utf-8", "replace").split("\n")
    ended_badly = in_time and code and "python" not in said
    problem = next((line for line in reversed(last) if line.strip()), f"exit code {code}")
    return Findings(python, said, problem if ended_badly else None, late=not in_time)


def _heard(child: subprocess.Popen[bytes], question: str) -> tuple[dict[str, Any], bool]:
    """What the probe has said, and whether it came to its end."""
    lines: queue.Queue[bytes | None] = queue.Queue()
    threading.Thread(target=_listen, args=(child, lines), daemon=True).start()
    assert child.stdin is not None
    with suppress(OSError):  # it has ended already: its last words tell why
        child.stdin.write(question.encode() + b"\n")
        child.stdin.close()
    said: dict[str, Any] = {}
    end = time.monotonic() + _START
    while True:
        try:
            line = lines.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            return said, False
        if line is None:
            return said, True
        more = json.loads(line)
        said |= more
        if "asks" in more:
            end = time.monotonic() + PATIENCE


def _listen(child: subprocess.Popen[bytes], lines: queue.Queue[bytes | None]) -> None:
    assert child.stdout is not None
    with child.stdout:
        for line in child.stdout:
            lines.put(line)
    lines.put(None)
