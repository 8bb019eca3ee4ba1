"""A broken environment gets one clear message; the session starts and the fit is right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from logged import journals, trees
from sparks import APPS, LISTENER, ROOT, Finished, Spark


@pytest.fixture(scope="session")
def app(build) -> Path:
    """The stock Scala program."""
    return build("OneTuning.scala")


@pytest.fixture(scope="session")
def untracked(spark_install: Spark, app: Path, place, data: Path) -> str:
    """What the program prints of its model without trackmllib."""
    _, _, env = place("untracked")
    return metrics(spark_install.submit_plain("--class", "OneTuning", app, data, **env))


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter without MLflow."""
    directory = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(directory)], check=True)
    return directory / "bin" / "python"


@pytest.fixture(scope="session")
def old_mlflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter whose MLflow is older than what we support."""
    directory = tmp_path_factory.mktemp("old")
    uv = str(ROOT / ".venv" / "bin" / "uv")
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(directory)], check=True)
    python = directory / "bin" / "python"
    install = [uv, "pip", "install", "-q", "--python", str(python), "mlflow-skinny==2.14.3"]
    subprocess.run([*install, "setuptools<80"], check=True)
    return python


def metrics(done: Finished) -> str:
    """The line with the model's metrics; the program has ended well."""
    assert done.code == 0, done.err[-3000:]
    return next(line for line in done.out.splitlines() if line.startswith("metrics:"))


def ours(done: Finished) -> list[str]:
    """The lines of the log that name trackmllib at WARN or above."""
    return [
        line
        for line in done.err.splitlines()
        if "trackmllib" in line and (" WARN " in line or " ERROR " in line)
    ]


def test_wrong_scala_version(
    spark_install: Spark, app: Path, place, data: Path, untracked: str
) -> None:
    """The other line's jar: it says which to use, and does nothing."""
    uri, state, env = place("wrong-scala")
    right = Path(spark_install.jar)
    other = "2.13" if "_2.12-" in right.name else "2.12"
    wrong = next(right.parent.glob(f"trackmllib_{other}-*.jar"))
    confs = ("--conf", f"spark.extraListeners={LISTENER}")
    done = spark_install.submit_plain(
        *("--jars", wrong, *confs, "--class", "OneTuning", app, data), **env
    )
    assert metrics(done) == untracked
    (message,) = ours(done)
    assert "trackmllib_2.12 is for Spark 3.5, trackmllib_2.13 for Spark 4" in message
    assert trees(uri, "Default") == []
    assert journals(state) == []


def test_no_python(spark_install: Spark, app: Path, place, data: Path, untracked: str) -> None:
    """No interpreter: the fit does not wait, the journal is kept, and replay brings it in."""
    uri, state, env = place("no-python")
    done = spark_install.submit(
        *("--class", "OneTuning", app, data),
        conf={"spark.trackmllib.python": "/nowhere/python"},
        **env,
    )
    assert metrics(done) == untracked
    warnings = ours(done)
    assert any("/nowhere/python" in line and "spark.trackmllib.python" in line for line in warnings)
    (journal,) = journals(state)
    assert any(journal in line and "trackmllib replay" in line for line in warnings)
    replayed = spark_install.run([str(spark_install.bin / "trackmllib"), "replay", "--all"], **env)
    assert replayed.code == 0, replayed.err
    (main,) = trees(uri, "Default")
    assert [child.status for child in main.children] == ["FINISHED"] * 2
    assert journals(state) == []


def test_python_without_mlflow(
    spark_install: Spark, app: Path, place, data: Path, untracked: str, bare_python: Path
) -> None:
    """An interpreter without MLflow: the message says what to install where."""
    _, state, env = place("no-mlflow")
    done = spark_install.submit(
        *("--class", "OneTuning", app, data),
        conf={"spark.trackmllib.python": str(bare_python)},
        **env,
    )
    assert metrics(done) == untracked
    (message,) = ours(done)
    assert f"{bare_python} -m pip install mlflow-skinny" in message
    assert len(journals(state)) == 1


def test_mlflow_too_old(
    spark_install: Spark, app: Path, place, data: Path, untracked: str, old_mlflow: Path
) -> None:
    """An MLflow that is too old: the message names its version and the one that is needed."""
    _, state, env = place("old-mlflow")
    done = spark_install.submit(
        *("--class", "OneTuning", app, data),
        conf={"spark.trackmllib.python": str(old_mlflow)},
        **env,
    )
    assert metrics(done) == untracked
    (message,) = ours(done)
    assert "MLflow 2.14.3" in message
    assert "2.22" in message
    assert len(journals(state)) == 1


def test_unreadable_confs(
    spark_install: Spark, app: Path, place, data: Path, untracked: str
) -> None:
    """Confs that cannot be read or are none: one message, defaults, and the tuning is logged."""
    uri, _, env = place("bad-confs")
    bad = {
        "spark.trackmllib.enabled": "perhaps",
        "spark.trackmllib.instrument": "a bit",
        "spark.trackmllib.flushTimeout": "soon",
        "spark.trackmllib.experiment": "digits",
    }
    done = spark_install.submit("--class", "OneTuning", app, data, conf=bad, **env)
    assert metrics(done) == untracked
    (_,) = ours(done)
    assert "trackmllib found 4 things to mend" in done.err
    for name in bad:
        assert done.err.count(f"{name} is") == 1
    assert len(trees(uri, "Default")) == 1


def test_nobody_listens(spark_install: Spark, app: Path, place, data: Path, untracked: str) -> None:
    """A tracking server that is not there: one warning, the journal stays."""
    _, state, env = place("refused")
    env["MLFLOW_TRACKING_URI"] = "http://user:secret@127.0.0.1:9"
    done = spark_install.submit("--class", "OneTuning", app, data, **env)
    assert metrics(done) == untracked
    (message,) = ours(done)
    assert "cannot be reached" in message
    assert "secret" not in done.err
    assert len(journals(state)) == 1


def test_nobody_listens_for_python(spark_install: Spark, place, data: Path) -> None:
    """The same from PySpark."""
    _, state, env = place("refused-python")
    env["MLFLOW_TRACKING_URI"] = "http://user:secret@127.0.0.1:9"
    done = spark_install.run(
        [spark_install.python, str(APPS / "one_tuning.py"), str(data)],
        TRACKMLLIB_ENABLED="1",
        **env,
    )
    metrics(done)
    (message,) = (line for line in done.err.splitlines() if "trackmllib replay" in line)
    assert "cannot be reached" in message
    assert "secret" not in done.err
    assert len(journals(state)) == 1


@pytest.mark.parametrize("way", ["conf", "databricks conf", "environment"])
def test_disabled_means_absent(
    way: str, spark_install: Spark, app: Path, place, data: Path, untracked: str
) -> None:
    """Switched off from the start: no thread, no process, no hook, no journal, no word."""
    uri, state, env = place("disabled")
    conf = {}
    if way == "environment":
        env["TRACKMLLIB_DISABLED"] = "1"
    elif way == "conf":
        conf = {"spark.trackmllib.enabled": "false"}
    else:
        conf = {"spark.databricks.mlflow.trackMLlib.enabled": "false"}
    done = spark_install.submit("--class", "OneTuning", app, data, conf=conf, **env)
    assert metrics(done) == untracked
    assert "threads: 0" in done.out
    assert "children: 0" in done.out
    assert "hook: false" in done.out
    assert ours(done) == []
    assert journals(state) == []
    assert trees(uri, "Default") == []


def test_disabled_python_means_absent(spark_install: Spark, place, data: Path) -> None:
    """The same from PySpark with the jar in the session: no import of MLflow either."""
    uri, state, env = place("disabled-python")
    done = spark_install.submit(
        APPS / "one_tuning.py", data, conf={"spark.trackmllib.enabled": "false"}, **env
    )
    assert "mlflow imported: False" in done.out
    assert "threads: []" in done.out
    assert "sidecars: 0" in done.out
    assert journals(state) == []
    assert trees(uri, "Default") == []
