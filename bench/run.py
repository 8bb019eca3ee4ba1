"""What tracking adds to a tuning, ours and the peer's, side by side in one process.

``make bench``, or ``python bench/run.py --help``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import pyspark
import workloads
from compare import Requests, compared, table
from costs import idle_costs
from growth import growth
from modes import ours
from pyspark.sql import SparkSession
from scala import growth_in_scala, null_in_scala
from stores import STORES

import trackmllib

WORKLOADS = (workloads.null, workloads.paced, workloads.digits)
OTHERS = (null_in_scala, growth, growth_in_scala, idle_costs)


def session() -> SparkSession:
    """A session that waits for MLflow as long as it takes."""
    builder = SparkSession.builder.master("local[2]")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.default.parallelism": "2",
        "spark.trackmllib.flushTimeout": "1h",
        "spark.trackmllib.progress": "off",
    }.items():
        builder.config(key, value)
    spark = trackmllib.configure(builder).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def compare(spark: SparkSession, home: Path, asked: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Each workload on each store that is asked for."""
    counter = Requests()
    workloads_asked = [workload for workload in WORKLOADS if workload.__name__ in asked.only]
    for store in STORES if workloads_asked else ():
        if store.__name__ not in asked.stores:
            continue
        place = home / store.__name__
        place.mkdir(mode=0o755)
        try:
            with store(place) as uri:
                mlflow.set_tracking_uri(uri)
                mlflow.set_experiment("bench")
                for workload in workloads_asked:
                    yield from compared(workload(spark), store.__name__, asked.repeat, counter)
        except FileNotFoundError as error:
            print(f"{store.__name__}: skipped, {error}", file=sys.stderr)


def main() -> None:
    """Runs what is asked for, prints the tables and writes each measurement as a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    named = [one.__name__ for one in (*WORKLOADS, *OTHERS)]
    parser.add_argument("--only", nargs="*", default=named, choices=named)
    stores = [store.__name__ for store in STORES]
    parser.add_argument("--stores", nargs="*", default=stores, choices=stores)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("bench/results.jsonl"))
    asked = parser.parse_args()
    versions = {
        "trackmllib": trackmllib.__version__,
        "spark": pyspark.__version__,
        "mlflow": mlflow.__version__,
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores",
    }
    spark = session()
    with tempfile.TemporaryDirectory() as temporary, asked.out.open("w") as out:
        home = Path(temporary)
        home.chmod(0o755)  # PostgreSQL runs as a user of its own

        def noted(row: dict[str, Any]) -> dict[str, Any]:
            print(json.dumps(row), file=sys.stderr)
            out.write(json.dumps({**row, **versions}) + "\n")
            return row

        rows = [noted(row) for row in compare(spark, home, asked)]
        mlflow.set_tracking_uri(f"sqlite:///{home}/others.db")
        with ours():
            others = [
                noted(row)
                for other in OTHERS
                if other.__name__ in asked.only
                for row in other(spark, home)
            ]
    print("\n".join(table(rows)), end="\n\n")
    for row in others:
        print("  ".join(f"{key}={value}" for key, value in row.items()))
    print("\n" + ", ".join(f"{name} {version}" for name, version in versions.items()))


if __name__ == "__main__":
    main()
