"""Programs are built once a Spark and run once a scenario; the tests read what MLflow then has."""

from __future__ import annotations

import random
import shutil
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import mlflow
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from apps_built import compiled
from sparks import APPS, Finished, Spark, installed


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
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty sqlite store, to be copied: MLflow takes seconds to make one."""
    file = tmp_path_factory.mktemp("store") / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{file}").search_experiments()
    return file


@pytest.fixture(scope="session")
def place(empty_store: Path, tmp_path_factory: pytest.TempPathFactory):
    """Makes the environment of a run of its own: an empty sqlite store and a state directory."""

    def make(name: str) -> tuple[str, Path, dict[str, str]]:
        directory = tmp_path_factory.mktemp(name)
        shutil.copy(empty_store, directory)
        uri = f"sqlite:///{directory / 'mlflow.db'}"
        env = {"MLFLOW_TRACKING_URI": uri, "XDG_STATE_HOME": str(directory)}
        return uri, directory, env

    return make


@pytest.fixture(scope="session")
def newest_spark() -> Spark:
    """Where which Spark it is makes no difference."""
    return installed()[-1]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory):
    """Compiles a program of the tests for a Spark, once."""
    out = tmp_path_factory.mktemp("apps")

    @cache
    def make(spark: Spark, source: str, classpath: str = "") -> Path:
        return compiled(spark, APPS / source, out, classpath)

    return make


@pytest.fixture(scope="session")
def faults_app(newest_spark: Spark, build) -> Path:
    """The Scala program of the faults."""
    return build(newest_spark, "Faults.scala")


@pytest.fixture(scope="session")
def scala_tunings(spark_install: Spark, build, place, data: Path) -> Logged:
    """The stock Scala tunings, by spark-submit with jar and listener."""
    uri, state, env = place("scala")
    app = build(spark_install, "Tunings.scala")
    done = spark_install.submit("--class", "Tunings", app, data, **env)
    assert done.code == 0, done.err[-3000:]
    return Logged(done, uri, state)


@pytest.fixture(scope="session")
def python_tunings(spark_install: Spark, place, data: Path) -> Logged:
    """The stock PySpark tunings, by spark-submit with jar and listener."""
    uri, state, env = place("python")
    done = spark_install.submit(APPS / "tunings.py", data, **env)
    assert done.code == 0, done.err[-3000:]
    return Logged(done, uri, state)
