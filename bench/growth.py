"""Whether a trial of a large grid costs what one of a small grid costs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mlflow
import workloads
from pyspark.sql import SparkSession

SIZES = (100, 1_000, 10_000)


def growth(spark: SparkSession, home: Path) -> Iterator[dict[str, Any]]:
    """Time, memory and journal bytes a trial, for grids of growing size, on sqlite."""
    mlflow.set_experiment("growth")
    journals = home / "growth"
    spark.conf.set("spark.trackmllib.journalDir", str(journals))
    workloads.null(spark, 100).tuner().fit(workloads.null(spark).data)  # warms up
    for trials in SIZES:
        workload = workloads.null(spark, trials)
        before = _memory()
        largest = Largest(journals)
        with largest.looking():
            began = time.perf_counter()
            workload.tuner().fit(workload.data)
            seconds = time.perf_counter() - began
        yield {
            "workload": "growth",
            "trials": trials,
            "ms_a_trial": round(seconds / trials * 1e3, 2),
            "driver_mb_more": round((_memory() - before) / 1e6, 1),
            "journal_bytes_a_trial": round(largest.size / trials),
        }
    spark.conf.unset("spark.trackmllib.journalDir")


def _memory() -> int:
    """The resident memory of this process, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


class Largest:
    """The largest size that a directory's only journal has meanwhile."""

    def __init__(self, directory: Path) -> None:
        self.size = 0
        self.directory = directory
        self._over = threading.Event()

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Looks as long as this lasts."""
        thread = threading.Thread(target=self._look)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.02):
            for file in self.directory.glob("*.jsonl"):
                try:
                    self.size = max(self.size, file.stat().st_size)
                except FileNotFoundError:
                    continue
