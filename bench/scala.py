"""A null tuning in Scala: what wrapper, journal, bus and bridge add, and how soon events arrive."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from trackmllib.jars import LISTENER, find_spark, jar_path

_TRIALS, _ROUNDS = 200, 5


def null_in_scala(_spark: SparkSession, home: Path) -> Iterator[dict[str, Any]]:
    """The fit does not wait for MLflow, and the sidecar notes when it has each event."""
    app, delays = _compiled(home), home / "delays"
    probe = str(Path(__file__).parent / "probe")
    done = subprocess.run(
        [
            str(find_spark() / "bin" / "spark-submit"),
            *("--master", "local[2]", "--jars", jar_path(), "--class", "NullTuning"),
            *("--conf", f"spark.extraListeners={LISTENER}", "--conf", "spark.ui.enabled=false"),
            *("--conf", "spark.trackmllib.flushTimeout=0"),
            *(str(app), str(_TRIALS), str(_ROUNDS)),
        ],
        env={
            **os.environ,
            "PYTHONPATH": probe,
            "TRACKMLLIB_BENCH_DELAYS": str(delays),
            "MLFLOW_TRACKING_URI": f"sqlite:///{home}/scala.db",
            "XDG_STATE_HOME": str(home),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    seconds: dict[str, list[float]] = {"true": [], "false": []}
    for tracked, taken in re.findall(r"tracked=(\w+) seconds=(\S+)", done.stdout):
        seconds[tracked].append(float(taken))
    pairs = zip(seconds["true"][1:], seconds["false"][1:], strict=True)
    added = statistics.median(tracked - bare for tracked, bare in pairs)
    told = [line.split() for line in delays.read_text().splitlines()]
    arrived = [float(delay) for tuning, delay in told if tuning == told[-1][0]]
    yield {
        "workload": "scala",
        "trials": _TRIALS,
        "added_ms_a_trial": round(added / _TRIALS * 1e3, 3),
        "event_to_consumer_ms_p50": round(statistics.median(arrived), 2),
        "events": len(arrived),
    }


def _compiled(home: Path) -> Path:
    """The program, compiled by the compiler that Spark ships for its shell."""
    classes = home / "classes"
    classes.mkdir()
    jars = str(find_spark() / "jars" / "*")
    path = ":".join(map(str, (find_spark() / "jars").glob("*.jar")))
    source = str(Path(__file__).parent / "NullTuning.scala")
    compiler = ["java", "-cp", jars, "scala.tools.nsc.Main", "-nowarn", "-cp", path]
    subprocess.run([*compiler, "-d", str(classes), source], check=True)
    return Path(shutil.make_archive(str(classes), "zip", classes)).rename(f"{classes}.jar")
