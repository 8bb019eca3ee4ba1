"""Programs are built once a Spark and run once a scenario; the tests read what MLflow then has."""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from apps_built import apps
from sparks import APPS, Finished, Spark, installed

from empty_stores import empty_store

# On the older Spark what depends on Spark: both languages the same, and a launch of each kind. A
# driver that is killed is proven there, and in depth, in test_faults_ends, on the newer one.
_ON_THE_OLDER = {
    "test_both_languages",
    "test_killed_drivers",
    "test_scala_jar_alone",
    "test_jar_of_the_other_scala",
    "test_python_by_jar_in_the_environment",
    "test_python_by_configure",
    "test_python_by_configure_in_spark_submit",
}
_ON_THE_OLDER_ONLY = {"test_killed_drivers"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is proven on one Spark is tried on the other before a release only."""
    for item in items:
        spark = item.callspec.params.get("spark_install") if hasattr(item, "callspec") else None
        names = {item.path.stem, item.originalname, item.name}
        if spark is None:
            continue
        wanted = not names & _ON_THE_OLDER_ONLY
        if spark != installed()[-1]:
            wanted = bool(names & _ON_THE_OLDER)
        if not wanted:
            item.add_marker("release")


@pytest.fixture(scope="session", params=installed(), ids=lambda spark: f"spark-{spark.version}")
def spark_install(request: pytest.FixtureRequest) -> Spark:
    """Each Spark that the tests run on."""
    return request.param


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three classes that three numbers tell apart, with folds for a tuning and one inside it."""
    file = tmp_path_factory.mktemp("data") / "data.csv"
    dice = random.Random(7)
    with file.open("w") as lines:
        lines.write("a,b,c,label,fold,inner\n")
        for row in range(120):
            label = dice.randrange(3)
            a, b, c = (dice.gauss(label * scale, 1.0) for scale in (1.0, -0.5, 0.2))
            lines.write(f"{a:.6f},{b:.6f},{c:.6f},{label},{row % 3},{row // 3 % 2}\n")
    return file


@dataclass
class Logged:
    """A program that ran, the store that it logged to, and its state directory."""

    done: Finished
    uri: str
    state: Path


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory):
    """Makes the environment of a run of its own: an empty sqlite store and a state directory."""

    def make(name: str) -> tuple[str, Path, dict[str, str]]:
        directory = tmp_path_factory.mktemp(name)
        uri = empty_store(directory / "mlflow.db")
        env = {"MLFLOW_TRACKING_URI": uri, "XDG_STATE_HOME": str(directory)}
        return uri, directory, env

    return make


@pytest.fixture(scope="session")
def newest_spark() -> Spark:
    """Where which Spark it is makes no difference."""
    return installed()[-1]


@pytest.fixture(scope="module")
def scala_tunings(spark_install: Spark, place, data: Path) -> Logged:
    """The stock Scala tunings, by spark-submit with jar and listener."""
    uri, state, env = place("scala")
    done = spark_install.submit("--class", "Tunings", apps(spark_install), data, **env)
    assert done.code == 0, done.err[-3000:]
    return Logged(done, uri, state)


@pytest.fixture(scope="module")
def python_tunings(spark_install: Spark, place, data: Path) -> Logged:
    """The stock PySpark tunings, by spark-submit with jar and listener."""
    uri, state, env = place("python")
    done = spark_install.submit(APPS / "tunings.py", data, **env)
    assert done.code == 0, done.err[-3000:]
    return Logged(done, uri, state)
