"""Every documented way to start an application: the tuning is logged, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from apps_built import apps
from logged import journals, trees
from sparks import APPS, LISTENER, Spark

SCRIPT = str(APPS / "one_tuning.py")


@pytest.fixture(scope="session")
def app(spark_install: Spark) -> Path:
    """The stock Scala program."""
    return apps(spark_install)


def logged_once(uri: str, state: Path, language: str) -> None:
    """The store has one tuning, complete, and no journal is left."""
    (main,) = trees(uri, "Default")
    assert main.status == "FINISHED"
    assert main.tags["trackmllib.language"] == language
    assert [child.status for child in main.children] == ["FINISHED"] * 2
    assert journals(state) == []


def test_scala_jar_alone(spark_install: Spark, app: Path, place, data: Path) -> None:
    """The jar alone is enough for a Scala application."""
    uri, state, env = place("jar-alone")
    done = spark_install.submit_plain(
        "--jars", spark_install.jar, "--class", "OneTuning", app, data, **env
    )
    assert done.code == 0, done.err
    logged_once(uri, state, "scala")


def test_jar_of_the_other_scala(spark_install: Spark, app: Path, place, data: Path) -> None:
    """It says which is the right one, and does nothing."""
    uri, state, env = place("wrong-scala")
    right = Path(spark_install.jar)
    other = "2.13" if "_2.12-" in right.name else "2.12"
    wrong = next(right.parent.glob(f"trackmllib_{other}-*.jar"))
    confs = ("--conf", f"spark.extraListeners={LISTENER}")
    done = spark_install.submit_plain(
        *("--jars", wrong, *confs, "--class", "OneTuning", app, data), **env
    )
    assert done.code == 0, done.err[-3000:]
    assert "metrics: " in done.out
    (message,) = done.warnings()
    assert "trackmllib_2.12 is for Spark 3.5, trackmllib_2.13 for Spark 4" in message
    assert trees(uri, "Default") == []
    assert journals(state) == []


def test_scala_listener_in_spark_defaults(
    spark_install: Spark, app: Path, place, data: Path, tmp_path: Path
) -> None:
    """Jar and listener in spark-defaults.conf."""
    uri, state, env = place("defaults")
    lines = f"spark.jars {spark_install.jar}\nspark.extraListeners {LISTENER}\n"
    (tmp_path / "spark-defaults.conf").write_text(lines)
    done = spark_install.submit_plain(
        "--class", "OneTuning", app, data, **env, SPARK_CONF_DIR=str(tmp_path)
    )
    assert done.code == 0, done.err
    logged_once(uri, state, "scala")


def test_scala_by_plain_java(spark_install: Spark, app: Path, place, data: Path) -> None:
    """``java -cp`` without spark-submit, with the listener as a system property."""
    uri, state, env = place("java")
    opens = [
        f"--add-opens=java.base/{package}=ALL-UNNAMED"
        for package in ("java.lang", "java.nio", "java.util", "sun.nio.ch", "java.lang.invoke")
    ]
    done = spark_install.run(
        [
            *("java", *opens, "-Dspark.master=local[2]", f"-Dspark.extraListeners={LISTENER}"),
            *("-Dspark.sql.shuffle.partitions=1", "-Dspark.ui.enabled=false"),
            "-XX:TieredStopAtLevel=1",
            f"-Dspark.trackmllib.python={spark_install.python}",
            *("-cp", f"{app}:{spark_install.jar}:{spark_install.home}/jars/*"),
            *("OneTuning", str(data)),
        ],
        **env,
    )
    assert done.code == 0, done.err
    logged_once(uri, state, "scala")


def test_scala_by_agent(spark_install: Spark, app: Path, place, data: Path) -> None:
    """The jar as an agent, beside the listener: still once."""
    uri, state, env = place("agent")
    jar = spark_install.jar
    agent = f"-javaagent:{jar}"
    done = spark_install.submit(
        *("--driver-java-options", agent, "--class", "OneTuning", app, data), **env
    )
    assert done.code == 0, done.err
    logged_once(uri, state, "scala")


def test_spark_shell(spark_install: Spark, app: Path, place, data: Path) -> None:
    """A tuning typed into spark-shell."""
    uri, state, env = place("shell")
    jar = spark_install.jar
    done = spark_install.run(
        [
            str(spark_install.home / "bin" / "spark-shell"),
            *("--jars", f"{jar},{app}", "--conf", f"spark.extraListeners={LISTENER}"),
        ],
        stdin=f'OneTuning.main(Array("{data}"))\n:quit\n',
        **env,
    )
    assert "metrics: [" in done.out, done.err
    logged_once(uri, state, "scala")


def test_python_by_spark_submit(spark_install: Spark, place, data: Path) -> None:
    """An unchanged PySpark script by spark-submit with the jar: without a sidecar."""
    uri, state, env = place("submit")
    done = spark_install.submit(SCRIPT, data, **env)
    assert done.code == 0, done.err
    assert "sidecars: 0" in done.out
    logged_once(uri, state, "python")


def test_python_by_jar_in_the_environment(spark_install: Spark, place, data: Path) -> None:
    """An unchanged script by plain python: the jar in the session switches tracking on."""
    uri, state, env = place("environment")
    arguments = f"--jars {spark_install.jar} pyspark-shell"
    done = spark_install.run(
        [spark_install.python, SCRIPT, str(data)], PYSPARK_SUBMIT_ARGS=arguments, **env
    )
    assert done.code == 0, done.err
    logged_once(uri, state, "python")


CONFIGURED = f"""
import runpy, sys, trackmllib
from pyspark.sql import SparkSession
spark = trackmllib.configure(SparkSession.builder).getOrCreate()
print("spark.extraListeners", spark.sparkContext.getConf().get("spark.extraListeners"))
loader = spark._jvm.java.lang.Thread.currentThread().getContextClassLoader()
print("the user's class", loader.getResource("OneTuning.class") is not None)
print("our class", loader.getResource("org/trackmllib/TuningListener.class") is not None)
runpy.run_path({SCRIPT!r})
"""
USERS = "org.apache.spark.scheduler.StatsReportListener"


@pytest.fixture
def configured(tmp_path: Path) -> str:
    """A script that makes its session by ``trackmllib.configure``, and says what that has."""
    script = tmp_path / "configured.py"
    script.write_text(CONFIGURED)
    return str(script)


def test_python_by_configure(
    spark_install: Spark, configured: str, app: Path, place, data: Path
) -> None:
    """It adds the jar, beside the jars and the listener of the user's."""
    uri, state, env = place("configure")
    arguments = f"--jars {app} --conf spark.extraListeners={USERS} pyspark-shell"
    done = spark_install.run(
        [spark_install.python, configured, str(data)], PYSPARK_SUBMIT_ARGS=arguments, **env
    )
    assert done.code == 0, done.err
    assert f"spark.extraListeners {USERS}\n" in done.out
    assert "the user's class True" in done.out
    assert "our class True" in done.out
    logged_once(uri, state, "python")


@pytest.mark.parametrize("with_jar", [False, True], ids=["no jar", "jar"])
def test_python_by_configure_in_spark_submit(
    spark_install: Spark, configured: str, app: Path, place, data: Path, with_jar: bool
) -> None:
    """In the JVM that runs already the listener is added only where its jar is."""
    uri, state, env = place("configure-submit")
    jars = f"{app},{spark_install.jar}" if with_jar else app
    done = spark_install.submit_plain(
        *("--jars", jars, "--conf", f"spark.extraListeners={USERS}", configured, data), **env
    )
    assert done.code == 0, done.err
    listeners = f"{USERS},{LISTENER}" if with_jar else USERS
    assert f"spark.extraListeners {listeners}\n" in done.out
    assert "the user's class True" in done.out
    assert done.warnings() == []
    logged_once(uri, state, "python")


def test_python_on_connect(spark_install: Spark, place, data: Path) -> None:
    """Under Spark Connect, with no JVM in the process, the hook works as well."""
    if spark_install.version.startswith("3."):
        pytest.skip("Spark 3.5 has no MLlib on Connect")
    uri, state, env = place("connect")
    done = spark_install.run(
        [spark_install.python, SCRIPT, str(data)],
        SPARK_REMOTE="local[2]",
        TRACKMLLIB_ENABLED="1",
        **env,
    )
    assert done.code == 0, done.err
    logged_once(uri, state, "python")
