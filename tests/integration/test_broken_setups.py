"""A broken environment gets one clear message; the session starts and the fit is right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from apps_built import apps
from logged import journals, trees
from sparks import APPS, ROOT, Finished, Spark

from workplace import BUILD, kept


@pytest.fixture(scope="session")
def app(newest_spark: Spark) -> Path:
    """The stock Scala program."""
    return apps(newest_spark)


@pytest.fixture(scope="session")
def untracked(newest_spark: Spark, app: Path, place, data: Path) -> str:
    """What the program prints of its model without trackmllib."""
    _, _, env = place("untracked")

    def make(file: Path) -> None:
        done = newest_spark.submit_plain("--class", "OneTuning", app, data, **env)
        file.write_text(metrics(done))

    return kept(BUILD / "untracked" / f"{app.stem}.txt", make).read_text()


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


def test_no_python(newest_spark: Spark, app: Path, place, data: Path, untracked: str) -> None:
    """No interpreter: one message, at the fit's end, the journal is kept, replay brings it in."""
    uri, state, env = place("no-python")
    done = newest_spark.submit(
        *("--class", "OneTuning", app, data),
        conf={"spark.trackmllib.python": "/nowhere/python"},
        **env,
    )
    assert metrics(done) == untracked
    (journal,) = journals(state)
    (message,) = done.warnings()
    assert "/nowhere/python" in message
    assert "spark.trackmllib.python" in message
    assert f"once that is mended, run: trackmllib replay {state}/trackmllib/{journal}" in message
    replayed = newest_spark.run([str(newest_spark.bin / "trackmllib"), "replay", "--all"], **env)
    assert replayed.code == 0, replayed.err
    (main,) = trees(uri, "Default")
    assert [child.status for child in main.children] == ["FINISHED"] * 2
    assert journals(state) == []


def test_python_without_mlflow(
    newest_spark: Spark, app: Path, place, data: Path, untracked: str, bare_python: Path
) -> None:
    """An interpreter without MLflow: the message says what to install where."""
    _, state, env = place("no-mlflow")
    done = newest_spark.submit(
        *("--class", "OneTuning", app, data),
        conf={"spark.trackmllib.python": str(bare_python)},
        **env,
    )
    assert metrics(done) == untracked
    (message,) = done.warnings()
    assert f"{bare_python} -m pip install mlflow-skinny" in message
    assert len(journals(state)) == 1


def test_mlflow_too_old(
    newest_spark: Spark, app: Path, place, data: Path, untracked: str, old_mlflow: Path
) -> None:
    """An MLflow that is too old: the message names its version and the one that is needed."""
    _, state, env = place("old-mlflow")
    done = newest_spark.submit(
        *("--class", "OneTuning", app, data),
        conf={"spark.trackmllib.python": str(old_mlflow)},
        **env,
    )
    assert metrics(done) == untracked
    (message,) = done.warnings()
    assert "MLflow 2.14.3" in message
    assert "2.22" in message
    assert len(journals(state)) == 1


def test_unreadable_confs(
    newest_spark: Spark, app: Path, place, data: Path, untracked: str
) -> None:
    """Confs that cannot be read or are none: one message, defaults, and the tuning is logged."""
    uri, _, env = place("bad-confs")
    bad = {
        "spark.trackmllib.enabled": "perhaps",
        "spark.trackmllib.instrument": "a bit",
        "spark.trackmllib.flushTimeout": "soon",
        "spark.trackmllib.experiment": "digits",
    }
    done = newest_spark.submit("--class", "OneTuning", app, data, conf=bad, **env)
    assert metrics(done) == untracked
    (_,) = done.warnings()
    assert "trackmllib found 4 things to mend" in done.err
    for name in bad:
        assert done.err.count(f"{name} is") == 1
    assert len(trees(uri, "Default")) == 1


def test_nobody_listens(newest_spark: Spark, app: Path, place, data: Path, untracked: str) -> None:
    """A tracking server that is not there: one warning, the journal stays."""
    _, state, env = place("refused")
    env["MLFLOW_TRACKING_URI"] = "http://user:secret@127.0.0.1:9"
    done = newest_spark.submit("--class", "OneTuning", app, data, **env)
    assert metrics(done) == untracked
    (message,) = done.warnings()
    assert "cannot be reached" in message
    assert "secret" not in done.err
    assert len(journals(state)) == 1


@pytest.mark.release
def test_nobody_listens_for_python(newest_spark: Spark, place, data: Path) -> None:
    """The same from PySpark."""
    _, state, env = place("refused-python")
    env["MLFLOW_TRACKING_URI"] = "http://user:secret@127.0.0.1:9"
    done = newest_spark.run(
        [newest_spark.python, str(APPS / "one_tuning.py"), str(data)],
        TRACKMLLIB_ENABLED="1",
        **env,
    )
    metrics(done)
    (message,) = (line for line in done.err.splitlines() if "trackmllib replay" in line)
    assert "cannot be reached" in message
    assert "secret" not in done.err
    assert len(journals(state)) == 1


@pytest.mark.parametrize(
    "way", ["conf", pytest.param("databricks conf", marks=pytest.mark.release), "environment"]
)
def test_disabled_means_absent(
    way: str, newest_spark: Spark, app: Path, place, data: Path, untracked: str
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
    done = newest_spark.submit("--class", "OneTuning", app, data, conf=conf, **env)
    assert metrics(done) == untracked
    assert "threads: 0" in done.out
    assert "children: 0" in done.out
    assert "hook: false" in done.out
    assert done.warnings() == []
    assert journals(state) == []
    assert trees(uri, "Default") == []


def test_disabled_python_means_absent(newest_spark: Spark, place, data: Path) -> None:
    """The same from PySpark with the jar in the session: no import of MLflow either."""
    uri, state, env = place("disabled-python")
    done = newest_spark.submit(
        APPS / "one_tuning.py", data, conf={"spark.trackmllib.enabled": "false"}, **env
    )
    assert "mlflow imported: False" in done.out
    assert "threads: []" in done.out
    assert "sidecars: 0" in done.out
    assert journals(state) == []
    assert trees(uri, "Default") == []
