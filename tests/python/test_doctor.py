"""``trackmllib doctor``, and ``trackmllib.doctor()`` in a session."""

from __future__ import annotations

import fcntl
import shutil
import socket
import sys
import time
from pathlib import Path

import mlflow
import pyspark
import pytest
from fresh import command, python, session
from story import Story

import trackmllib
from trackmllib.checkup import checks, hook, java, journals
from trackmllib.checkup import mlflow as of_mlflow
from trackmllib.checkup import spark as of_spark
from trackmllib.checkup.check import ok
from trackmllib.checkup.scene import Scene
from trackmllib.events import Destination
from trackmllib.jars import find_spark

LISTENER = "org.trackmllib.TuningListener"
ALL = 3  # runs, those in the trash as well


@pytest.fixture
def env(tmp_path):
    """An environment in which all is well, and nothing else of this machine's."""
    defaults = tmp_path / "spark-defaults.conf"
    defaults.write_text(f"spark.jars\t{trackmllib.jar_path()}\nspark.extraListeners={LISTENER}\n")
    return {
        "SPARK_CONF_DIR": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "PYSPARK_PYTHON": sys.executable,
        "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'new.db'}",
    }


@pytest.fixture
def scene(env, monkeypatch, patient):
    """A checkup in this process, where one check is asked: as if no session were here."""
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return lambda: Scene(None, False, find_spark(), None)


PATIENT = "from trackmllib.checkup import probe_run as p; p.PATIENCE = 60.0; p._START = 120.0"


@pytest.fixture
def patient(monkeypatch):
    """MLflow, and the interpreter that has it, may take their time."""
    monkeypatch.setattr("trackmllib.checkup.probe_run.PATIENCE", 60.0)
    monkeypatch.setattr("trackmllib.checkup.probe_run._START", 120.0)


def doctor(*arguments, before=PATIENT, **env):
    """Its exit code and its lines."""
    done = command("doctor", *arguments, before=before, check=False, **env)
    return done.returncode, done.stdout.splitlines()


def line(lines, word):
    """The only line with a word."""
    (found,) = [one for one in lines if word in one]
    return found


def marks(lines):
    """The marks that there are."""
    return {one.split()[0] for one in lines}


def test_all_is_well(env):
    """One line a check, each ok, and exit code 0; the store is not made by looking at it."""
    code, lines = doctor(**env)
    assert marks(lines) == {"ok"}, lines
    assert code == 0
    said = (
        "ok    Java",
        "Scala 2",
        "the jar is in",
        "tracking is on",
        "hooked",
        "MLflow",
        "new.db",
    )
    for what in said:
        assert line(lines, what)
    assert not Path(env["MLFLOW_TRACKING_URI"].removeprefix("sqlite:///")).exists()


def test_a_store_that_can_be_written(server, env):
    """A run is made and deleted; however often that is asked, one is in the trash."""
    for _ in range(2):
        code, lines = doctor("--tracking-uri", server.uri, **env)
        assert code == 0, lines
        assert "it answers and can be written" in line(lines, "tracking store")
        assert line(lines, "experiment") == "ok    experiment Default"
    client = mlflow.MlflowClient(server.uri)
    mine = client.search_runs(["0"], "tags.`trackmllib.doctor` = 'true'", run_view_type=ALL)
    assert [run.info.lifecycle_stage for run in mine] == ["deleted"]


def test_experiments(experiment, store, scene, monkeypatch):
    """There, to be made, not to be made, deleted."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.tracking_uri)
    assert of_mlflow.experiment(scene()) == ok(f"experiment {experiment.name}")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "987654321")
    said = of_mlflow.experiment(scene())
    assert said.mark == "fail"
    assert "987654321" in said.text
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", experiment.id)
    store.delete_experiment(experiment.id)
    said = of_mlflow.experiment(scene())
    assert said.mark == "fail"
    assert "is deleted" in said.text
    assert "MLFLOW_EXPERIMENT_NAME" in said.text
    monkeypatch.delenv("MLFLOW_EXPERIMENT_ID")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "not yet")
    said = of_mlflow.experiment(scene())
    assert said.mark == "ok"
    assert "not yet" in said.text


def test_no_server_no_spark(env, tmp_path):
    """Nobody listens: said without the password, with what to do; a directory without a Spark."""
    asked = ("--tracking-uri", "http://ann:secret@127.0.0.1:9", "--spark-home", tmp_path)
    code, lines = doctor(*asked, **env)
    assert code == 1
    assert "holds no Spark" in line(lines, "SPARK_HOME")
    said = line(lines, "tracking store")
    assert said.startswith("fail")
    assert "refused" in said
    assert "secret" not in "".join(lines)


def test_a_server_that_never_answers(env):
    """The bound is kept: the connection is taken, and nothing comes."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        uri = f"http://127.0.0.1:{mute.getsockname()[1]}"
        began = time.monotonic()
        code, lines = doctor("--tracking-uri", uri, before="", **env)
        assert time.monotonic() - began < 90
    assert code == 1
    assert "no answer within 5 s" in line(lines, "tracking store")


def test_no_spark_no_mlflow_no_java(tmp_path, env):
    """An interpreter that has none of them: every line says what to do."""
    bare = "import sys; sys.modules.update(pyspark=None, mlflow=None)"
    without = {"JAVA_HOME": str(tmp_path), "PYSPARK_PYTHON": None, "SPARK_HOME": None}
    done = python(
        "import importlib.util as u; found = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'pyspark' else found(name, *more)\n"
        f"{bare}\nfrom trackmllib.cli import main; main(['doctor'])",
        check=False,
        **{**env, **without, "SPARK_CONF_DIR": None},
        PATH=str(tmp_path),
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 1, done.stderr
    assert "install a JDK 17 or newer" in line(lines, "no Java")
    assert "install pyspark" in line(lines, "no Spark")
    assert "python3 cannot be used" in line(lines, "Scala and Java drivers cannot log")


def test_old_java(tmp_path, scene, monkeypatch):
    """Too old for Spark 4: a real program that says what an old Java says."""
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    said = str(java.java(scene()))
    assert said.startswith("ok" if pyspark.__version__.startswith("3.") else "fail  Java 11.0.2")
    assert "11.0.2" in said


def test_python_of_the_sidecar(tmp_path, scene, monkeypatch):
    """As ``Settings.scala`` chooses it: conf, environment, shells passed over; then its MLflow."""
    bare = tmp_path / "bare"
    python(f"import venv; venv.create({str(bare)!r}, with_pip=False)")
    monkeypatch.setenv("PYSPARK_DRIVER_PYTHON", "/opt/bin/jupyter-lab")
    assert str(of_mlflow.sidecar(scene())).startswith(f"ok    {sys.executable}")
    monkeypatch.setenv("PYSPARK_PYTHON", str(bare / "bin" / "python"))
    said = of_mlflow.sidecar(scene())
    assert said.mark == "fail"
    assert f"{bare}/bin/python -m pip install mlflow-skinny" in said.text
    assert said.text.endswith(f"this one can: {sys.executable}")
    with (tmp_path / "spark-defaults.conf").open("a") as defaults:
        defaults.write(f"spark.trackmllib.python {sys.executable}\n")
    assert of_mlflow.sidecar(scene()).mark == "ok"


def test_listener_without_its_jar(tmp_path, scene):
    """Sessions do not start so."""
    (tmp_path / "spark-defaults.conf").write_text(f"spark.extraListeners {LISTENER}\n")
    said = of_spark.listener(scene())
    assert said.mark == "fail"
    assert "names the listener but no jar" in said.text


def test_off(tmp_path, scene, monkeypatch):
    """By the environment, by conf."""
    monkeypatch.setenv("TRACKMLLIB_DISABLED", "1")
    assert hook.switched(scene()).mark == "fail"
    assert "TRACKMLLIB_DISABLED" in hook.switched(scene()).text
    monkeypatch.delenv("TRACKMLLIB_DISABLED")
    with (tmp_path / "spark-defaults.conf").open("a") as defaults:
        defaults.write("spark.databricks.mlflow.trackMLlib.enabled false\n")
    said = hook.switched(scene())
    assert said.mark == "fail"
    assert "tracking is off" in said.text
    assert "spark.trackmllib.enabled=true" in said.text


def test_journals_no_jar(env, scene, tmp_path):
    """Journals that wait, not those of drivers that run; neither jar nor listener: no failure."""
    (tmp_path / "spark-defaults.conf").write_text("")
    (tmp_path / "trackmllib").mkdir()
    for name in "ab":
        Story(Destination()).finish(None).write(tmp_path / "trackmllib" / f"{name}.jsonl")
    with (tmp_path / "trackmllib" / "a.jsonl").open("r+b") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        code, lines = doctor(**env)
    assert (code, marks(lines)) == (0, {"ok", "warn"})
    assert "--jars" in line(lines, "spark-defaults.conf")
    assert line(lines, "replay") == (
        "warn  1 tuning waits for MLflow in journals: run `trackmllib replay --all`"
    )
    shutil.move(tmp_path / "trackmllib", tmp_path / "own")
    with (tmp_path / "spark-defaults.conf").open("a") as defaults:
        defaults.write(f"spark.trackmllib.journalDir {tmp_path / 'own'}\n")
    said = journals.journals(scene()).text
    assert "2 tunings" in said
    assert f"replay --all --journal-dir {tmp_path / 'own'}`" in said


def test_journals_that_others_may_write(scene, tmp_path, monkeypatch):
    """They do not wait for MLflow: nobody knows what they are."""
    monkeypatch.setattr("tempfile.tempdir", None)  # TMPDIR is another one now
    (tmp_path / "trackmllib-planted").mkdir(mode=0o755)
    planted = Destination(tracking_uri="http://127.0.0.1:9")
    Story(planted).finish(None).write(tmp_path / "trackmllib-planted" / "a.jsonl")
    said = str(journals.journals(scene()))
    assert said.startswith(f"warn  {tmp_path / 'trackmllib-planted'} was left alone")


def test_in_a_session(spark, experiment, capsys, patient):
    """It looks at the session: jar, listener, both hooks, and this process's MLflow."""
    assert trackmllib.doctor() is True
    lines = capsys.readouterr().out.splitlines()
    for what in (
        ".jar is in the session",
        "the listener is in the session",
        "tracking is on",
        "PySpark's tuners are hooked",
        "the JVM's tuners are hooked",
        "logs PySpark's tunings",
        "it answers and can be written",
        f"experiment {experiment.name}",
    ):
        assert line([one for one in lines if one.startswith("ok ")], what)


def test_in_a_session_that_is_not_tracked(spark, conf, patient):
    """Off by conf, off by code."""
    conf(enabled="false")
    assert any("spark.trackmllib.enabled=true" in check.text for check in checks())
    conf(enabled="true")
    assert not any(check.mark == "fail" for check in checks())


def test_autologging(spark, experiment):
    """On at the same time: told, and nothing is wrong."""
    mlflow.pyspark.ml.autolog(log_models=False, silent=True)
    try:
        (told,) = [check for check in checks() if "autolog" in check.text]
    finally:
        mlflow.pyspark.ml.autolog(disable=True)
    assert told.mark == "warn"
    assert not any("autolog" in check.text for check in checks())


@pytest.mark.driver
def test_session_without_the_jar(env, tmp_path):
    """Python's hook alone, switched on by code."""
    (tmp_path / "spark-defaults.conf").write_text("")
    code = f"""{session()}
import trackmllib
print(trackmllib.doctor())
trackmllib.enable()
print(trackmllib.doctor())
"""
    lines = python(code, **env).splitlines()
    assert [one for one in lines if one in ("True", "False")] == ["False", "True"]
    assert "fail  tracking is off in this session" in "\n".join(lines)
    assert line(lines[lines.index("False") :], "tracking is on")


def test_hook_as_it_is(env):
    """Not there, for want of the ``.pth`` or since others were first; there; overlaid by others."""
    code = """
import functools, sys
sys.meta_path[:] = [one for one in sys.meta_path if "trackmllib" not in repr(one).lower()]
import trackmllib
from trackmllib.checkup.hook import in_python
from trackmllib.checkup.scene import around

def look():
    print(in_python(around(None, None)))

def wrapped(stock):
    return functools.wraps(stock)(lambda *args, **kwargs: stock(*args, **kwargs))

look()
from pyspark.ml import tuning
stock = tuning.CrossValidator._fit, tuning._parallelFitTasks
tuning.CrossValidator._fit, tuning._parallelFitTasks = map(wrapped, stock)
look()
tuning.CrossValidator._fit, tuning._parallelFitTasks = stock
trackmllib.enable()
look()
tuning.CrossValidator._fit = wrapped(tuning.CrossValidator._fit)
look()
tuning._parallelFitTasks = lambda *_: []
look()
"""
    no_pth, not_hooked, *hooked, overlaid = python(code, **env).splitlines()
    assert no_pth.startswith("warn  trackmllib.pth is not active")
    assert not_hooked.startswith("fail  PySpark's tuners are not hooked")
    assert hooked == ["ok    PySpark's tuners are hooked"] * 2
    assert overlaid.startswith("warn  __main__ has put a function of its own")


@pytest.mark.driver
def test_jar_of_the_other_scala(env, experiment):
    """One line says what the jar does not do; what PySpark tunes is tracked, and well."""
    right = Path(trackmllib.jar_path())
    other = "2.13" if "_2.12-" in right.name else "2.12"
    (wrong,) = right.parent.glob(f"trackmllib_{other}-*.jar")
    conf = f'.config("spark.driver.extraClassPath", "{wrong}").config("spark.log.level", "WARN")'
    code = f"""{session(conf)}
{PATIENT}
import trackmllib
validator((1,)).fit(rows)
print(trackmllib.doctor())
"""
    done = python(code, check=False, **env | {"MLFLOW_TRACKING_URI": mlflow.get_tracking_uri()})
    lines = done.stdout.splitlines()
    assert lines.pop() == "True", done
    assert f"trackmllib_{other}" in line(lines, "warn")
    assert len(experiment.children()) == 1
    said = [one for one in done.stderr.splitlines() if "trackmllib" in one]
    (message,) = [one for one in said if not one.startswith("trackmllib: ")]  # the progress
    assert "what PySpark tunes is" in message


@pytest.mark.driver
def test_connect(env, experiment):
    """On Spark Connect there is no JVM to ask; a server that names our jar is tracked."""
    pytest.importorskip("grpc")
    if pyspark.__version__.startswith("3."):
        pytest.skip("Spark 3.5 comes without its Connect server")
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
{PATIENT}
import trackmllib
from pyspark.sql import SparkSession
spark = SparkSession.builder.remote("local[1]").getOrCreate()
print(trackmllib.doctor())
from quick import validator
validator((1,)).fit(spark.range(10))
spark.stop()
"""
    lines = python(code, **env | {"MLFLOW_TRACKING_URI": mlflow.get_tracking_uri()}).splitlines()
    assert "True" in lines, lines
    assert line(lines, "(Connect)").startswith("ok")
    assert not any("Java" in one for one in lines)
    assert len(experiment.children()) == 1


def test_client_of_connect(env, tmp_path):
    """A PySpark without Spark, and an address in the environment: no jar, no Java, one MLflow."""
    if pyspark.__version__.startswith("3."):
        pytest.skip("Spark 3.5 has no client that comes alone")
    client = tmp_path / "client" / "pyspark"
    client.mkdir(parents=True)
    for file in Path(pyspark.__file__).parent.iterdir():
        if file.name not in ("core", "jars"):
            (client / file.name).symlink_to(file)
    code = f"""
import logging
logging.basicConfig(level=logging.INFO, format="%(message)s")
{PATIENT}
import trackmllib
from pyspark.sql import SparkSession
for builder in (SparkSession.builder, SparkSession.builder.remote("sc://localhost:1")):
    options = dict(builder._options)
    assert trackmllib.configure(builder)._options == options
print(trackmllib.doctor())
"""
    alone = {"PYTHONPATH": str(client.parent), "SPARK_CONF_DIR": None}
    for where in (alone, {"SPARK_REMOTE": "sc://localhost:1"}):
        done = python(code, check=False, **env | {"JAVA_HOME": str(tmp_path), **where})
        lines = done.stdout.splitlines()
        assert done.stderr == ""
        assert lines.pop() == "True", lines
        assert line(lines, "(Connect)").startswith("ok")
        assert line(lines, "logs PySpark's tunings")
        assert marks(lines) == {"ok"}
        assert "driver" not in "".join(lines)
