"""What trackmllib costs where nothing is tuned, and what its journal costs an event."""

from __future__ import annotations

import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from trackmllib.events import TrialFinished, to_line
from trackmllib.journal import Journal

_STARTS = 20
_EVENTS = 5_000


def idle_costs(_spark: SparkSession, home: Path) -> Iterator[dict[str, Any]]:
    """The interpreter's start, and the way of an event to the disk."""
    yield {"workload": "pth", "ms": round(_pth(), 2)}
    yield {"workload": "journal", "us_p50": round(_journal(home) * 1e6, 1)}


def _pth() -> float:
    """The milliseconds that the line of ``trackmllib.pth`` takes at an interpreter's start."""
    line = Path(sysconfig.get_path("purelib"), "trackmllib.pth").read_text()
    code = f"""
import os, sys, time
began = time.perf_counter()
exec({line!r})
print(1e3 * (time.perf_counter() - began))
"""
    found = [
        float(subprocess.check_output([sys.executable, "-S", "-c", code])) for _ in range(_STARTS)
    ]
    return statistics.median(found)


def _journal(home: Path) -> float:
    """The median of the seconds that an event takes to be a line in the journal."""
    journal = Journal(home / "journal", "bench")
    event = TrialFinished(
        tuning="0" * 32,
        trial=1,
        fold=0,
        metric=0.5,
        std=None,
        fit_seconds=0.1,
        evaluate_seconds=0.1,
    )
    taken = []
    for _ in range(_EVENTS):
        began = time.perf_counter()
        journal.append(to_line(event))
        taken.append(time.perf_counter() - began)
    journal.remove()
    return statistics.median(taken)
