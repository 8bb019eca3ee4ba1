"""``trackmllib.configure``: what it adds to a session's builder, and what it leaves as it is."""

from __future__ import annotations

import json

import pytest
from fresh import python

import trackmllib
from trackmllib.jars import LISTENER
from trackmllib.spark_defaults import properties

JAR = trackmllib.jar_path()
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


def test_jar_and_listener():
    """Both are set, once."""
    assert configured() == ({"spark.jars": JAR, "spark.extraListeners": LISTENER}, [])


def test_disabled():
    """What is turned off is absent."""
    assert configured(TRACKMLLIB_DISABLED="1") == ({}, [])


def test_builders_own():
    """What the user has set in the builder stays."""
    options, _ = configured(
        f'.config("spark.jars", "a.jar, b.jar").config("spark.extraListeners", "{MINE}")'
    )
    assert options == {
        "spark.jars": f"a.jar,b.jar,{JAR}",
        "spark.extraListeners": f"{MINE},{LISTENER}",
    }


def test_listener_of_the_submit_arguments():
    """It is kept, whichever way it is written; the last one counts, as for ``spark-submit``."""
    for arguments in (
        f"--conf spark.extraListeners={MINE} pyspark-shell",
        f"--driver-java-options '-Dx=1 -Dy' -c spark.extraListeners={MINE} pyspark-shell",
        f"--conf spark.extraListeners=Other --conf=spark.extraListeners={MINE} pyspark-shell",
    ):
        options, said = configured(PYSPARK_SUBMIT_ARGS=arguments)
        assert options == {"spark.jars": JAR, "spark.extraListeners": f"{MINE},{LISTENER}"}
        assert said == []


@pytest.mark.parametrize("given", ["--jars x.jar", "--conf spark.jars=x.jar"])
def test_jars_of_the_submit_arguments(given):
    """They beat the builder's: no listener is named whose jar would not be there."""
    options, said = configured(PYSPARK_SUBMIT_ARGS=f"{given} pyspark-shell")
    assert options == {}
    (message, *_) = said
    assert "What PySpark tunes is tracked" in message
    assert JAR in message


def test_our_jar_among_those_of_the_submit_arguments():
    """Then the listener is certain to be there."""
    options, _ = configured(PYSPARK_SUBMIT_ARGS=f"--jars x.jar,{JAR} pyspark-shell")
    assert options == {"spark.extraListeners": LISTENER}


@pytest.mark.parametrize("where", ["SPARK_CONF_DIR", "--properties-file", "both"])
def test_properties_files(tmp_path, where):
    """What ``spark-defaults.conf`` has stays, or the file that is named in its place."""
    defaults = tmp_path / "spark-defaults.conf"
    defaults.write_text(f"spark.jars a.jar\nspark.extraListeners {MINE}\n")
    other = tmp_path / "other.conf"
    other.write_text("spark.extraListeners=Other\n")
    arguments = f"--properties-file {other}" if where != "SPARK_CONF_DIR" else ""
    arguments += " --load-spark-defaults" if where == "both" else ""
    options, _ = configured(
        SPARK_CONF_DIR=str(tmp_path), PYSPARK_SUBMIT_ARGS=f"{arguments} pyspark-shell"
    )
    listener = MINE if where == "SPARK_CONF_DIR" else "Other"
    assert options == {
        "spark.jars": JAR if where == "--properties-file" else f"a.jar,{JAR}",
        "spark.extraListeners": f"{listener},{LISTENER}",
    }


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


@pytest.mark.parametrize(
    ("setting", "env"),
    [
        ('.remote("sc://localhost:1")', {}),
        ("", {"SPARK_REMOTE": "local"}),
        ('.config("spark.api.mode", "connect")', {}),
    ],
)
def test_connect(setting, env):
    """A session of Spark Connect needs no jar, and takes none."""
    options, said = configured(setting, **env)
    assert not {"spark.jars", "spark.extraListeners"} & options.keys()
    assert said == []


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
    assert all("what PySpark tunes in it is tracked" in line for line in said)


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
    """The session that all these tests run in has the listener on its class path."""
    from trackmllib.hook.spark import has_jar

    assert has_jar(spark)
    assert LISTENER in spark.conf.get("spark.extraListeners")


def test_session_that_is_there(spark):
    """Nothing of it can be changed: it is tracked as by ``enable()``."""
    from pyspark.sql import SparkSession

    from trackmllib.hook import switch

    builder = trackmllib.configure(SparkSession.builder)
    assert builder._options == {}
    assert switch._switched is True
