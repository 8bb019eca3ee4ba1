"""The jars in the wheel, and putting one into a session."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from fresh import python

import trackmllib
from trackmllib import jars
from trackmllib.errors import JarNotFoundError, TrackMLlibError


class Builder:
    """As much of a session's builder as is used."""

    def __init__(self, **options):
        self._options = {name.replace("__", "."): value for name, value in options.items()}

    def config(self, key, value):
        self._options[key] = value
        return self


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


def test_configure():
    """Jar and listener are set, once."""
    builder = Builder()
    assert trackmllib.configure(trackmllib.configure(builder)) is builder
    assert builder._options == {
        "spark.jars": trackmllib.jar_path(),
        "spark.extraListeners": "org.trackmllib.TuningListener",
    }


def test_configure_keeps_the_builders():
    """What the user has set in the builder stays."""
    builder = Builder(spark__jars="a.jar, b.jar", spark__extraListeners="my.Listener")
    trackmllib.configure(builder)
    assert builder._options["spark.jars"] == f"a.jar,b.jar,{trackmllib.jar_path()}"
    assert builder._options["spark.extraListeners"] == "my.Listener,org.trackmllib.TuningListener"


@pytest.mark.parametrize("by_environment", [True, False])
def test_configure_keeps_the_defaults(spark_home, monkeypatch, tmp_path, by_environment):
    """And what ``spark-defaults.conf`` has, in ``SPARK_CONF_DIR`` or Spark's own ``conf``."""
    home = spark_home()
    directory = home / "conf"
    if by_environment:
        directory = tmp_path / "elsewhere"
        monkeypatch.setenv("SPARK_CONF_DIR", str(directory))
    directory.mkdir()
    (directory / "spark-defaults.conf").write_text(
        "# spark.jars not.jar\n\nspark.jars   a.jar\nspark.extraListeners=my.Listener\n"
        "spark.jars.packages x:y:z\n"
    )
    builder = trackmllib.configure(Builder())
    assert builder._options["spark.jars"] == f"a.jar,{trackmllib.jar_path()}"
    assert builder._options["spark.extraListeners"] == "my.Listener,org.trackmllib.TuningListener"


def test_configured_session(spark):
    """The session that all these tests run in has the listener on its class path."""
    from trackmllib.hook.spark import has_jar

    assert has_jar(spark)
    assert "org.trackmllib.TuningListener" in spark.conf.get("spark.extraListeners")


def test_pyspark_inside_a_zip(monkeypatch):
    """A PySpark of which only the Python is there, as on some clusters, is no Spark home."""
    monkeypatch.delenv("SPARK_HOME", raising=False)
    monkeypatch.setattr(
        "importlib.util.find_spec",
        lambda name: SimpleNamespace(origin="/x.zip/pyspark/__init__.py"),
    )
    with pytest.raises(JarNotFoundError, match="SPARK_HOME"):
        trackmllib.jar_path()
