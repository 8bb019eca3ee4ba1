"""Where a run of the tests has its files, what outlives it, and what it must not leave behind.

Each run, and so each checkout, has a temporary directory of its own, by which its processes are
known: several runs go on side by side on one machine.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / ".build"
RUN = "TESTS_OF_TRACKMLLIB"
"""The environment variable of all processes of a run: its temporary directory."""

# where MLflow, Spark and Hypothesis write what is given no other place
_BY_DEFAULT = (
    "mlruns",
    "mlartifacts",
    "mlflow.db",
    "spark-warehouse",
    "metastore_db",
    ".hypothesis",
)
_GOING = 20.0  # seconds; a sidecar outlives its driver for 3.5 s at most, on a machine with time


def begin() -> Path:
    """The run's temporary directory, which everything that it starts uses as such, too."""
    if RUN not in os.environ:  # else it is that of the run that this worker is a part of
        (BUILD / "runs").mkdir(parents=True, exist_ok=True)
        os.environ[RUN] = tempfile.mkdtemp(prefix="", dir=BUILD / "runs")
    directory = Path(os.environ[RUN])
    os.environ["TMPDIR"] = str(directory)
    tempfile.tempdir = str(directory)
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(BUILD / "hypothesis")
    return directory


def end(directory: Path, before: set[Path]) -> list[str]:
    """Removes the run's files; what it has left elsewhere: processes, and files that are new.

    Args:
        before: what :func:`outside` had at the beginning.
    """
    patience = time.monotonic() + _GOING
    while processes() and time.monotonic() < patience:
        time.sleep(0.2)
    left = [f"process {one}" for one in processes()]
    shutil.rmtree(directory, ignore_errors=True)
    return [*left, *(f"file {path}" for path in sorted(outside() - before))]


def outside() -> set[Path]:
    """The files and folders that a run might leave by mistake outside its own directory."""
    by_default = {path for name in _BY_DEFAULT if (path := ROOT / name).exists()}
    return by_default | {*Path("/tmp").glob("trackmllib*")}


def processes() -> list[str]:
    """The other processes of this run that are still there, by their command lines."""
    mine = f"{RUN}={os.environ[RUN]}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if int(process.name) != os.getpid() and mine in (process / "environ").read_bytes():
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found.append(f"{process.name} {command[:200]}")
        except OSError:  # it is gone, or somebody else's
            continue
    return found


def kept(path: Path, make: Callable[[Path], None]) -> Path:
    """A file that is made once and outlives the run; its name tells what it was made from.

    Args:
        make: writes it to the path that it is given; nobody else does meanwhile.
    """
    with _alone(path):
        if not path.exists():
            unfinished = path.with_name(f"unfinished-{path.name}")
            make(unfinished)
            unfinished.rename(path)
    return path


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
