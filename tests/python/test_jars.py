"""The jars in the wheel, and the Spark that one is for."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
from fresh import python

import trackmllib
from trackmllib import jars
from trackmllib.errors import JarNotFoundError, TrackMLlibError


@pytest.fixture
def spark_home(tmp_path, monkeypatch):
    """A Spark of which there is no more than its Scala."""

    def make(scala="2.13.18"):
        (tmp_path / "jars").mkdir()
        (tmp_path / "jars" / f"scala-library-{scala}.jar").touch()
        monkeypatch.setenv("SPARK_HOME", str(tmp_path))
        return tmp_path

    return make


@pytest.mark.parametrize(("scala", "line"), [("2.12.18", "2.12"), ("2.13.18", "2.13")])
def test_jar_for_a_spark(spark_home, scala, line):
    """The jar of the Scala that a Spark was built for."""
    home = spark_home(scala)
    path = trackmllib.jar_path()
    assert Path(path).name == f"trackmllib_{line}-{trackmllib.__version__}.jar"
    assert Path(path).is_file()
    assert trackmllib.jar_path(home) == path


JAVA_8 = 52  # the version of its class files


@pytest.mark.parametrize("scala", ["2.12.18", "2.13.18"])
def test_jar_in_an_old_java(spark_home, scala):
    """It loads: else the session would not start, and nothing be said."""
    with ZipFile(trackmllib.jar_path(spark_home(scala))) as jar:
        classes = [name for name in jar.namelist() if name.endswith(".class")]
        newer = [c for c in classes if int.from_bytes(jar.read(c)[6:8], "big") > JAVA_8]
    assert "org/trackmllib/TuningListener.class" in classes
    assert newer == []


@pytest.mark.parametrize("scala", ["2.12.18", "2.13.18"])
def test_jar_as_an_agent_of_a_bare_java(spark_home, scala):
    """It does nothing where there is neither Spark nor a logger."""
    agent = f"-javaagent:{trackmllib.jar_path(spark_home(scala))}"
    done = subprocess.run(["java", agent, "-version"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "rackmllib" not in done.stderr


def test_jar_for_the_installed_pyspark(monkeypatch):
    """Where ``SPARK_HOME`` is unset."""
    import pyspark

    monkeypatch.delenv("SPARK_HOME", raising=False)
    line = "2.12" if pyspark.__version__ < "4" else "2.13"
    assert f"trackmllib_{line}-" in trackmllib.jar_path()


def test_no_jar(spark_home, monkeypatch, tmp_path):
    """An installation without jars, or without the one: which Spark, what is there, what to do."""
    spark_home("2.14.1")
    with pytest.raises(JarNotFoundError, match=r"Scala 2\.14") as thrown:
        trackmllib.jar_path()
    assert isinstance(thrown.value, TrackMLlibError)
    assert isinstance(thrown.value, FileNotFoundError)
    monkeypatch.setattr(jars, "_JARS", tmp_path)
    with pytest.raises(JarNotFoundError, match="make jars"):
        trackmllib.jar_path()


def test_no_spark_there(tmp_path):
    """A directory that holds no Spark."""
    with pytest.raises(JarNotFoundError, match="SPARK_HOME"):
        trackmllib.jar_path(tmp_path)


def test_no_spark_at_all():
    """Neither ``SPARK_HOME`` nor PySpark."""
    code = """
import sys
sys.modules["pyspark"] = None
import trackmllib
try:
    trackmllib.jar_path()
except FileNotFoundError as error:
    print(error)
"""
    assert "install pyspark" in python(code, SPARK_HOME=None)


def test_pyspark_inside_a_zip(monkeypatch):
    """A PySpark of which only the Python is there, as on some clusters, is no Spark home."""
    monkeypatch.delenv("SPARK_HOME", raising=False)
    monkeypatch.setattr(
        "importlib.util.find_spec",
        lambda name: SimpleNamespace(origin="/x.zip/pyspark/__init__.py"),
    )
    with pytest.raises(JarNotFoundError, match="SPARK_HOME"):
        trackmllib.jar_path()


def test_pyspark_of_a_distribution(monkeypatch, tmp_path):
    """Where PySpark is below ``python/`` of a Spark that is no package of pip's."""
    package = tmp_path / "python" / "pyspark"
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / "scala-library-2.13.18.jar").touch()
    monkeypatch.delenv("SPARK_HOME", raising=False)
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: SimpleNamespace(origin=package / "__init__.py")
    )
    assert jars.find_spark() == tmp_path
    assert "trackmllib_2.13-" in trackmllib.jar_path()


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("spark.extraListeners", f"my.Listener, {jars.LISTENER}", True),
        ("spark.extraListeners", f"{jars.LISTENER}2", False),
        ("spark.jars", "/a.jar,/b/trackmllib_2.13-0.1.0.jar", True),
        ("spark.jars.packages", "x:y:1,org.trackmllib:trackmllib_2.12:0.1.0", True),
        ("spark.driver.extraClassPath", "/a.jar:/b/trackmllib_2.13-0.1.0.jar", True),
        ("spark.jars", "/home/ann/trackmllib_work/a.jar", False),
        ("spark.executor.extraClassPath", "/b/trackmllib_2.13-0.1.0.jar", False),
    ],
)
def test_jars_that_confs_name(key, value, named):
    """How a Spark Connect server is known to have ours."""
    assert jars.are_named({key: value}.get) is named
