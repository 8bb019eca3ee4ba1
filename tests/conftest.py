"""What the tests share: one Spark session, one MLflow store and one MLflow server a run."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pyspark
import pytest

import jvm
import workplace
from empty_stores import empty_store
from servers import Server

_SPARK = {"spark", "spark_install", "newest_spark"}
_OUTSIDE = workplace.outside()
_RUN = workplace.begin()
_STATE = Path(tempfile.mkdtemp(prefix="state-"))


def pytest_configure():
    """Nothing of the user's own reaches the tests, and nothing of theirs the user."""
    for name in list(os.environ):
        if name.startswith(("MLFLOW_", "TRACKMLLIB_", "SPARK_CONF", "PYSPARK_SUBMIT")):
            del os.environ[name]
    os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{_STATE / 'mlflow.db'}"
    os.environ["XDG_STATE_HOME"] = str(_STATE / "state")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    logging.getLogger("alembic").setLevel(logging.WARNING)


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the groups
def pytest_collection_modifyitems(items):
    """Marks what needs a driver; one worker has all tests that share something made for a file."""
    for item in items:
        if _SPARK & set(item.fixturenames):
            item.add_marker("driver")
        made = (one for found in item._fixtureinfo.name2fixturedefs.values() for one in found)
        if any(one.scope == "module" for one in made):
            params = getattr(item, "callspec", None) and item.callspec.params
            of = [str(params[name]) for name in ("spark_install", "uri") if name in (params or {})]
            item.add_marker(pytest.mark.xdist_group(" ".join([item.path.stem, *of])))


def pytest_runtest_setup(item):
    """Drivers start quickly."""
    if item.get_closest_marker("driver"):
        os.environ["SPARK_SUBMIT_OPTS"] = jvm.options(Path(pyspark.__file__).parent)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """A run leaves no process, and no file outside the build folder."""
    if hasattr(session.config, "workerinput"):
        return
    left = workplace.end(_RUN, _OUTSIDE)
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        session.config.get_terminal_writer().line("\nleft behind:\n" + "\n".join(left), red=True)


@pytest.fixture(scope="session")
def spark():
    """A session with trackmllib's jar, as its users have it."""
    from pyspark.sql import SparkSession

    import trackmllib

    builder = SparkSession.builder.master("local[2]").appName("tests")
    for key, value in {
        "spark.ui.enabled": "false",
        # small data: less to compile and to plan
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.adaptive.enabled": "false",
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

    return mlflow.MlflowClient(empty_store(_STATE / "mlflow.db"))


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
