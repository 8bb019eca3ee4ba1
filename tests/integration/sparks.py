"""The Sparks that the integration tests run on, each in an environment that has the built wheel."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import jvm

ROOT = Path(__file__).resolve().parents[2]
APPS = Path(__file__).parent / "apps"
LISTENER = "org.trackmllib.TuningListener"
LAUNCH_TIMEOUT = 900
SMALL = {  # small data: less to compile and to plan
    "spark.ui.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
}


@dataclass
class Finished:
    """A program that has ended."""

    code: int
    out: str
    err: str

    def warnings(self) -> list[str]:
        """The lines of its log that name trackmllib at WARN or above."""
        return [
            line
            for line in self.err.splitlines()
            if "trackmllib" in line and (" WARN " in line or " ERROR " in line)
        ]


@dataclass(frozen=True)
class Spark:
    """One Spark, and the environment it is installed in.

    Attributes:
        version: such as ``4.3.0``.
        bin: the environment's programs.
    """

    version: str
    bin: Path
    home: Path = field(repr=False)

    @property
    def python(self) -> str:
        """The environment's interpreter."""
        return str(self.bin / "python")

    @cached_property
    def jar(self) -> str:
        """The jar that the installed wheel has for this Spark."""
        return self.run([str(self.bin / "trackmllib"), "jar"]).out.strip()

    def submit(self, *args: str | Path, conf: dict[str, str] | None = None, **env: str) -> Finished:
        """``spark-submit`` of an unchanged program, with trackmllib's listener."""
        confs = {"spark.extraListeners": LISTENER, **(conf or {})}
        pairs = [word for key, value in confs.items() for word in ("--conf", f"{key}={value}")]
        return self.submit_plain("--jars", self.jar, *pairs, *args, **env)

    def submit_plain(self, *args: str | Path, **env: str) -> Finished:
        """``spark-submit`` with just these arguments."""
        return self.run([str(self.home / "bin" / "spark-submit"), *map(str, args)], **env)

    def environment(self, **env: str) -> dict[str, str]:
        """A user's environment, with nothing of ours in it but ``env``."""
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MLFLOW_", "TRACKMLLIB_", "PYSPARK_", "SPARK_", "PYTHON"))
        }
        clean |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": self.python}
        small = " ".join(f"-D{name}={value}" for name, value in SMALL.items())
        return {**clean, "SPARK_SUBMIT_OPTS": f"{jvm.options(self.home)} {small}", **env}

    def run(self, command: list[str], stdin: str = "", **env: str) -> Finished:
        """Runs a command as a user of this Spark would, and waits for its end."""
        done = subprocess.run(
            command,
            check=False,
            input=stdin,
            env=self.environment(**env),
            capture_output=True,
            text=True,
            timeout=LAUNCH_TIMEOUT,
        )
        return Finished(done.returncode, done.stdout, done.stderr)


def installed() -> list[Spark]:
    """The Sparks of the environments that the Makefile has made, or of the one that it names."""
    named = os.environ.get("SPARKS")
    environments = [Path(named)] if named else [ROOT / ".venv", *ROOT.glob(".build/spark-*")]
    homes = [home for one in environments for home in one.glob("lib/python*/site-packages/pyspark")]
    found = [Spark(_version(home), home.parents[3] / "bin", home) for home in homes]
    return sorted(found, key=lambda spark: spark.version)


def _version(home: Path) -> str:
    (dist_info,) = home.parent.glob("pyspark-*.dist-info")
    return dist_info.name.removeprefix("pyspark-").removesuffix(".dist-info")
