"""A standalone cluster on this machine: a master, and a worker that has room for a driver."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from drivers import wait_until
from sparks import Spark

LONGEST = 120
DEPLOY = "org.apache.spark.deploy"


@contextmanager
def cluster(spark: Spark, directory: Path) -> Iterator[str]:
    """Its address, while it runs."""
    with ExitStack() as processes:

        def start(*command: str | Path, said: str) -> str:
            log = directory / f"{len(list(directory.iterdir()))}.log"
            with log.open("w") as out:
                process = subprocess.Popen(
                    [str(spark.home / "bin" / "spark-class"), *map(str, command)],
                    env=spark.environment(),
                    stdout=out,
                    stderr=out,
                )
            processes.callback(process.wait, 60)
            processes.callback(process.terminate)
            wait_until(lambda: re.search(said, log.read_text()), LONGEST)
            return re.search(said, log.read_text())[0]

        master = [f"{DEPLOY}.master.Master", "--host", "127.0.0.1", "--port", "0"]
        address = start(*master, "--webui-port", "0", said=r"spark://\S+(?=\n)")
        worker = [f"{DEPLOY}.worker.Worker", "--host", "127.0.0.1", "--webui-port", "0"]
        room = ["--cores", "2", "--memory", "4g", "--work-dir", directory / "work"]
        start(*worker, *room, address, said="Successfully registered with master")
        yield address
