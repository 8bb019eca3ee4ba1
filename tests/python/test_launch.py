"""``trackmllib.configure``: what it adds to a session's builder, and what it leaves as it is."""

from __future__ import annotations

import json

import pytest
from fresh import python

import trackmllib
from trackmllib.jars import LISTENER
from trackmllib.spark_defaults import properties

JAR = trackmllib.jar_path()
CLASS_PATH = "spark.driver.extraClassPath"
MINE = "my.Listener"


def configured(setting="", **env):
    """What a builder has after ``configure``, in an interpreter without a JVM; what is said."""
    code = f"""
import json, logging, sys
logging.basicConfig(level=logging.INFO, format="%(message)s")
import trackmllib
from pyspark.sql import SparkSession
builder = SparkSession.builder{setting}
assert trackmllib.configure(trackmllib.configure(builder)) is builder
print(json.dumps(builder._options))
"""
    done = python(code, check=False, **env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), [line for line in done.stderr.splitlines() if line]


def test_jar():
    """It is on the driver's class path, once; the listener is not named, since Spark 4 finds it."""
    assert configured() == ({CLASS_PATH: JAR}, [])


def test_disabled():
    """What is turned off is absent."""
    assert configured(TRACKMLLIB_DISABLED="1") == ({}, [])


def test_builders_own():
    """What the user has set in the builder stays; what is set to nothing is set."""
    jars = {"spark.jars": "a.jar", "spark.jars.packages": "x:y:1", "spark.extraListeners": MINE}
    settings = "".join(f'.config("{key}", "{value}")' for key, value in jars.items())
    options, _ = configured(f'{settings}.config("{CLASS_PATH}", "/a.jar:/lib/*")')
    assert options == {**jars, CLASS_PATH: f"/a.jar:/lib/*:{JAR}"}
    options, _ = configured(f'.config("{CLASS_PATH}", "")', SPARK_CONF_DIR="/nowhere")
    assert options == {CLASS_PATH: JAR}


@pytest.mark.parametrize(
    "arguments",
    [
        "--jars x.jar pyspark-shell",
        f"--conf spark.extraListeners={MINE} pyspark-shell",
        "--driver-java-options '-Dx=1 -Dy' --packages x:y:1 pyspark-shell",
        "pyspark-shell --driver-class-path for-the-program",
    ],
)
def test_submit_arguments(arguments):
    """What they say of jars, packages and listeners is not touched."""
    assert configured(PYSPARK_SUBMIT_ARGS=arguments) == ({CLASS_PATH: JAR}, [])


@pytest.mark.parametrize(
    "given",
    [
        "--driver-class-path x.jar",
        "--driver-class-path=",
        "--conf spark.driver.extraClassPath=x.jar",
        "-c spark.driver.extraClassPath=x.jar",
        "--conf=spark.driver.extraClassPath=x.jar",
    ],
)
def test_class_path_of_the_submit_arguments(given):
    """It beats the builder's, and stays as it is."""
    options, said = configured(PYSPARK_SUBMIT_ARGS=f"{given} pyspark-shell")
    assert options == {}
    (message, *_) = said
    assert "What PySpark tunes is tracked without it" in message
    assert JAR in message


@pytest.mark.parametrize("where", ["SPARK_CONF_DIR", "--properties-file", "both"])
def test_properties_files(tmp_path, where):
    """What ``spark-defaults.conf`` has stays, or the file that is named in its place."""
    (tmp_path / "spark-defaults.conf").write_text(f"{CLASS_PATH} a.jar\n")
    other = tmp_path / "other.conf"
    other.write_text(f"{CLASS_PATH}=b.jar\n" if where == "--properties-file" else "x=y")
    arguments = f"--properties-file {other}" if where != "SPARK_CONF_DIR" else ""
    arguments += " --load-spark-defaults" if where == "both" else ""
    options, _ = configured(
        SPARK_CONF_DIR=str(tmp_path), PYSPARK_SUBMIT_ARGS=f"{arguments} pyspark-shell"
    )
    first = "b.jar" if where == "--properties-file" else "a.jar"
    assert options == {CLASS_PATH: f"{first}:{JAR}"}


def test_properties(tmp_path):
    """They are read as Java reads them."""
    file = tmp_path / "spark-defaults.conf"
    file.write_text(
        "# spark.comment a \\\n"
        "spark.jars   a.jar,\\\n"
        "             b.jar  \n"
        "\n"
        "! spark.comment b\n"
        "spark.equals=x y = z\n"
        " spark.colon : x\n"
        "spark.path C:\\\\jars\\\\x\\u002ejar\n"
        "spark.twice 1\n"
        "spark.twice 2\n"
        "spark.empty\n"
    )
    assert properties(file) == {
        "spark.jars": "a.jar,b.jar",
        "spark.equals": "x y = z",
        "spark.colon": "x",
        "spark.path": "C:\\jars\\x.jar",
        "spark.twice": "2",
        "spark.empty": "",
    }
    assert properties(tmp_path / "none.conf") == {}


def test_connect():
    """A session of Spark Connect needs no jar, and takes none; a classic one beside it does."""
    code = """
import logging, os
logging.basicConfig(level=logging.INFO, format="said %(message)s", stream=__import__("sys").stdout)
import trackmllib
from pyspark.sql import SparkSession
builder = SparkSession.builder

def configured(builder, **env):
    os.environ.update(env)
    trackmllib.configure(builder)
    for name in env:
        del os.environ[name]
    return any("trackmllib" in value for value in builder._options.values())

connect = [
    configured(builder.remote("sc://localhost:1")),
    configured(SparkSession.builder, SPARK_REMOTE="local"),
    configured(SparkSession.builder, SPARK_CONNECT_MODE_ENABLED="1"),
]
classic = [configured(SparkSession.builder)]
if not __import__("pyspark").__version__.startswith("3."):
    from pyspark.sql.connect.session import SparkSession as Connect
    connect += [
        configured(Connect.builder),
        configured(SparkSession.builder.config("spark.api.mode", "Connect")),
        configured(SparkSession.builder, SPARK_API_MODE="connect"),
        configured(SparkSession.builder, SPARK_CONNECT_MODE="1"),
        configured(SparkSession.builder, SPARK_API_MODE="x", SPARK_CONNECT_MODE="1"),
    ]
    with_mode = SparkSession.builder.config("spark.api.mode", "classic")
    classic += [configured(with_mode, SPARK_API_MODE="connect", SPARK_CONNECT_MODE="1")]
print(any(connect), all(classic))
"""
    assert python(code) == "False True"


@pytest.mark.parametrize(
    "env",
    [
        {"PYSPARK_SUBMIT_ARGS": "--conf"},
        {"PYSPARK_SUBMIT_ARGS": "'"},
        {"SPARK_HOME": "/nowhere"},
        {"PYSPARK_GATEWAY_PORT": "1", "PYSPARK_GATEWAY_SECRET": "x"},
    ],
)
def test_nothing_that_can_be_read(env):
    """One message a call, and the session's own start decides."""
    options, said = configured(**env)
    assert options == {}
    said = [line for line in said if "trackmllib" in line]
    assert len(said) == 2
    assert all("What PySpark tunes is tracked" in line for line in said)


def test_hook_without_the_pth():
    """PySpark's tuners are hooked, whether the ``.pth`` ran or not."""
    code = """
import sys
sys.meta_path[:] = [one for one in sys.meta_path if "trackmllib" not in repr(one).lower()]
import trackmllib
from pyspark.sql import SparkSession
trackmllib.configure(SparkSession.builder)
from pyspark.ml import tuning
print(hasattr(tuning._parallelFitTasks, "__wrapped__"))
"""
    assert python(code) == "True"


def test_configured_session(spark):
    """The session that all these tests run in has the jar, and on Spark 4 the listener."""
    from trackmllib.hook.spark import has_jar

    assert has_jar(spark)
    internals = spark._jvm.org.apache.spark.SparkInternals
    listener = spark._jvm.java.lang.Class.forName(LISTENER)
    there = internals.hasListener(internals.activeContextOrNull(), listener)
    assert there == (not spark.version.startswith("3."))


def test_session_that_is_there(spark):
    """Nothing of it can be changed: it is tracked as by ``enable()``."""
    from pyspark.sql import SparkSession

    from trackmllib.hook import switch

    builder = trackmllib.configure(SparkSession.builder)
    assert builder._options == {}
    assert switch._switched is True


def test_own_listener_beside_ours(spark, monkeypatch):
    """In a JVM that runs already and has the jar, the builder's list ends with ours."""
    from pyspark.sql import SparkSession

    from trackmllib.hook import spark as of_spark

    monkeypatch.setattr(of_spark, "has_active_context", lambda: False)
    for given, listeners in ((None, LISTENER), (MINE, f"{MINE},{LISTENER}"), ("", LISTENER)):
        builder = SparkSession.builder
        if given is not None:
            builder.config("spark.extraListeners", given)
        trackmllib.configure(trackmllib.configure(builder))
        assert builder._options == {"spark.extraListeners": listeners}
