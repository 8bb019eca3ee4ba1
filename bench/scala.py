"""Null tunings in Scala: what tracking adds to the fit, how soon events arrive, what grows."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from growth import SIZES, Largest
from pyspark.sql import SparkSession

from trackmllib.jars import LISTENER, find_spark, jar_path

_TRIALS, _ROUNDS = 200, 5


def null_in_scala(_spark: SparkSession, home: Path) -> Iterator[dict[str, Any]]:
    """MLflow aside: it is nowhere. The sidecar notes when it has each event."""
    delays = home / "delays"
    said = _submitted(
        home / "null_in_scala",
        *("--class", "NullTuning", "--conf", "spark.trackmllib.flushTimeout=0"),
        arguments=(_TRIALS, _ROUNDS),
        MLFLOW_TRACKING_URI="http://127.0.0.1:9",
        PYTHONPATH=str(Path(__file__).parent / "probe"),
        TRACKMLLIB_BENCH_DELAYS=str(delays),
    )
    seconds: dict[str, list[float]] = {"true": [], "false": []}
    for tracked, taken in re.findall(r"tracked=(\w+) seconds=(\S+)", said):
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


def growth_in_scala(_spark: SparkSession, home: Path) -> Iterator[dict[str, Any]]:
    """Time, the driver's heap, the sidecar's memory, and journal bytes, on sqlite."""
    place = home / "growth_in_scala"
    largest = Largest(place / "trackmllib")
    with largest.looking():
        said = _submitted(
            place,
            *("--class", "GrowingTuning", "--conf", "spark.trackmllib.flushTimeout=1h"),
            arguments=SIZES,
        )
    if journals := list(largest.directory.glob("*.jsonl")):
        raise RuntimeError(f"MLflow did not take all: {journals}")
    for found in re.findall(r"trials=(\d+) seconds=(\S+) driver=(\S+) sidecar=(\S+)", said):
        trials, seconds, driver, sidecar = map(float, found)
        yield {
            "workload": "growth in Scala",
            "trials": int(trials),
            "ms_a_trial": round(seconds / trials * 1e3, 2),
            "driver_mb_more": round(driver / 1e6, 1),
            "sidecar_mb_more": round(sidecar / 1e6, 1),
        }
    yield {
        "workload": "growth in Scala",
        "journal_bytes_a_trial": round(largest.size / max(SIZES)),
    }


def _submitted(place: Path, *options: str, arguments: tuple[int, ...], **environment: str) -> str:
    """What a program says, whose store and journals are in ``place``."""
    place.mkdir()
    done = subprocess.run(
        [
            str(find_spark() / "bin" / "spark-submit"),
            *("--master", "local[2]", "--jars", jar_path()),
            *("--conf", f"spark.extraListeners={LISTENER}", "--conf", "spark.ui.enabled=false"),
            *("--conf", f"spark.trackmllib.python={sys.executable}"),
            *options,
            str(_compiled(place)),
            *map(str, arguments),
        ],
        env={
            **{key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")},
            "MLFLOW_TRACKING_URI": f"sqlite:///{place}/mlflow.db",
            "XDG_STATE_HOME": str(place),
            **environment,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _compiled(place: Path) -> Path:
    """The programs, compiled by the compiler that Spark ships for its shell."""
    classes = place / "classes"
    classes.mkdir()
    jars = str(find_spark() / "jars" / "*")
    path = ":".join(map(str, (find_spark() / "jars").glob("*.jar")))
    sources = map(str, Path(__file__).parent.glob("*Tuning.scala"))
    compiler = ["java", "-cp", jars, "scala.tools.nsc.Main", "-nowarn", "-cp", path]
    subprocess.run([*compiler, "-d", str(classes), *sources], check=True)
    return Path(shutil.make_archive(str(classes), "zip", classes)).rename(f"{classes}.jar")
