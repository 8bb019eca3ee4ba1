"""What the tests share: one Spark session, one MLflow store and one MLflow server a run."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

_STATE = Path(tempfile.mkdtemp(prefix="trackmllib-tests-"))


def pytest_configure():
    """Nothing of the user's own reaches the tests, and nothing of theirs the user."""
    for name in list(os.environ):
        if name.startswith(("MLFLOW_", "TRACKMLLIB_", "SPARK_CONF", "PYSPARK_SUBMIT")):
            del os.environ[name]
    os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{_STATE / 'mlflow.db'}"
    os.environ["XDG_STATE_HOME"] = str(_STATE / "state")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    logging.getLogger("alembic").setLevel(logging.WARNING)


@pytest.fixture(scope="session")
def spark():
    """A session with trackmllib's jar, as its users have it."""
    from pyspark.sql import SparkSession

    import trackmllib

    builder = SparkSession.builder.master("local[2]").appName("tests")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.warehouse.dir": str(_STATE / "warehouse"),
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={_STATE}",
    }.items():
        builder.config(key, value)
    session = trackmllib.configure(builder).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def store():
    """The client of the store that MLflow's own defaults name here."""
    import mlflow

    return mlflow.MlflowClient()


class Server:
    """A tracking server of its own, over sqlite, that can be stopped and started again."""

    def __init__(self, home):
        self.home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.uri = f"http://127.0.0.1:{self.port}"
        self._process = None

    def start(self):
        """Starts it and waits until it answers."""
        with (self.home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "mlflow", "server", "--workers", "1"),
                    *("--host", "127.0.0.1", "--port", str(self.port)),
                    *("--backend-store-uri", f"sqlite:///{self.home / 'server.db'}"),
                    *("--artifacts-destination", str(self.home / "artifacts")),
                ],
                stdout=log,
                stderr=log,
                env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
                cwd=self.home,
            )
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.uri}/health", timeout=5):
                    return
            except OSError:
                assert self._process.poll() is None, (self.home / "server.log").read_text()
                time.sleep(0.1)
        raise TimeoutError(self.uri)

    def kill(self):
        """Kills it, whatever it is doing."""
        self._process.kill()
        self._process.wait(30)

    def stop(self):
        """Stops it; its port refuses connections from then on."""
        self._process.terminate()
        self._process.wait(30)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A running tracking server."""
    running = Server(tmp_path_factory.mktemp("server"))
    running.start()
    yield running
    running.stop()


class SmallDisk:
    """A file system of its own that can be filled."""

    def __init__(self, path):
        self.path = path
        self._filler = path / "filler"

    def fill(self):
        """Leaves no room on it."""
        with self._filler.open("wb", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(4096))

    def free(self):
        """Leaves room on it again."""
        self._filler.unlink()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 256 KB, where this machine lets us mount one."""
    path = tmp_path / "small"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(path)]
    if shutil.which("mount") is None or _run(mount):
        pytest.skip("a small disk cannot be mounted here")
    yield SmallDisk(path)
    _run(["umount", "--lazy", str(path)])


def _run(command):
    return subprocess.run(command, check=False, capture_output=True).returncode
