"""The ``spark.trackmllib.*`` confs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trackmllib import conf
from trackmllib.events import Destination


def read(**values):
    """The confs of a session that has ``values`` set."""
    return conf.read({f"spark.trackmllib.{name}": value for name, value in values.items()}.get)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    """MLflow's own settings are unset."""
    for name in ("TRACKING_URI", "EXPERIMENT_ID", "EXPERIMENT_NAME", "RUN_ID"):
        monkeypatch.delenv(f"MLFLOW_{name}", raising=False)


def test_defaults():
    """Nothing is set: MLflow's own defaults, a minute, the user's state directory."""
    found = read()
    assert found.destination == Destination()
    assert found.flush_timeout == 60
    assert found.journal_dir is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("60s", 60),
        ("500ms", 0.5),
        ("2m", 120),
        ("2min", 120),
        ("1h", 3600),
        ("1d", 86400),
        ("7", 7),
        (" 7 S ", 7),
        ("0", 0),
    ],
)
def test_times(value, seconds):
    """Times as Spark writes them."""
    assert read(flushTimeout=value).flush_timeout == seconds


@pytest.mark.parametrize("value", ["soon", "", "-1s", "1.5s", "1 fortnight"])
def test_times_that_cannot_be_read(value, caplog):
    """The default, and a message that names the conf, its value and what is accepted."""
    assert read(flushTimeout=value).flush_timeout == 60
    (message,) = caplog.messages
    assert "spark.trackmllib.flushTimeout" in message
    assert repr(value) in message


def test_redaction(caplog):
    """Spark's own regular expression, and its default where Python cannot read it."""
    assert read().redaction.hides("myPassword")
    given = conf.read({"spark.redaction.regex": "(?i)size"}.get)
    assert given.redaction.hides("maxSize")
    assert not given.redaction.hides("password")
    bad = conf.read({"spark.redaction.regex": r"\p{Alpha}["}.get)
    assert bad.redaction.hides("password")
    assert "spark.redaction.regex" in caplog.messages[0]


def test_confs_before_environment(monkeypatch):
    """Each place to log has its conf, and MLflow's variable where that is unset."""
    for name, value in {
        "MLFLOW_TRACKING_URI": "env",
        "MLFLOW_EXPERIMENT_ID": "7",
        "MLFLOW_EXPERIMENT_NAME": "env",
        "MLFLOW_RUN_ID": "env",
    }.items():
        monkeypatch.setenv(name, value)
    from_env = read().destination
    assert (from_env.tracking_uri, from_env.experiment_id, from_env.run_id) == ("env", "7", "env")
    given = read(
        trackingUri="a", experimentName="b", runId="c", runName="d", view="false"
    ).destination
    assert vars(given) == {
        "tracking_uri": "a",
        "experiment_id": None,
        "experiment_name": "b",
        "run_id": "c",
        "run_name": "d",
        "view": False,
    }


@pytest.mark.parametrize(
    ("uri", "own", "same"),
    [
        ("http://a:80/", "http://ann:secret@A", True),
        ("sqlite:///a.db", "sqlite:///a.db", True),
        ("databricks", "databricks", True),
        ("http://a", "http://a:81", False),
        ("http://a", "http://a/b", False),
        ("sqlite:///a.db", "sqlite:///b.db", False),
        ("sqlite:///a.db", None, False),
        ("databricks://one", "databricks://other", False),
    ],
)
def test_ids_of_the_environment(monkeypatch, caplog, uri, own, same):
    """They count for the store set beside them; elsewhere one line says that they do not."""
    env = {"TRACKING_URI": own, "EXPERIMENT_ID": "7", "RUN_ID": "r", "EXPERIMENT_NAME": "digits"}
    for name, value in env.items():
        if value is not None:
            monkeypatch.setenv(f"MLFLOW_{name}", value)
    found = read(trackingUri=uri).destination
    assert (found.experiment_id, found.run_id) == (("7", "r") if same else (None, None))
    assert (found.tracking_uri, found.experiment_name) == (uri, "digits")
    said = [] if same else ["trackmllib ignores MLFLOW_EXPERIMENT_ID and MLFLOW_RUN_ID of the "]
    assert [text.partition("environment:")[0] for text in caplog.messages] == said
    caplog.clear()
    read(trackingUri=uri, experimentName="a", runId="b")
    assert caplog.messages == []


@pytest.mark.parametrize(("value", "mode"), [(None, "auto"), ("OFF ", "off"), ("on", "on")])
def test_progress(value, mode, caplog):
    """Whether progress is shown; what cannot be read is said, and is ``auto``."""
    assert read(progress=value).progress == mode
    assert caplog.messages == []
    assert read(progress="loud").progress == "auto"
    assert "auto, on or off" in caplog.messages[0]


def test_view_that_cannot_be_read(caplog):
    """What is neither true nor false is said, and the view is there."""
    assert read(view="perhaps").destination.view
    assert "spark.trackmllib.view" in caplog.text


@pytest.mark.parametrize(
    "given",
    [
        "/var/my journals",
        "file:/var/my journals",
        "file:///var/my%20journals",
        "FILE:///var/my journals",
    ],
)
def test_journal_directory(given):
    """A path, or a URI of one, as Spark's own directories are given."""
    assert read(journalDir=given).journal_dir == Path("/var/my journals")


@pytest.mark.parametrize(
    "given",
    ["hdfs:///a", "dbfs:/a", "s3a://b/a", "file://other-host/a", "abfss://c@a.net/x", "/a\0b"],
)
def test_journal_directory_elsewhere(given, caplog):
    """It is no directory that is called ``hdfs:``; the default is taken, and that is said."""
    assert read(journalDir=given).journal_dir is None
    (warning,) = caplog.messages
    assert "spark.trackmllib.journalDir" in warning
    assert "directory of the driver's own machine" in warning


CONFS = (Path(__file__).parents[2] / "docs" / "confs.md").read_text()


def test_the_docs_have_each_conf():
    """The conf table names what the code of both languages reads, and nothing else."""
    root = Path(__file__).parents[2]
    sources = [*root.glob("python/trackmllib/**/*.py"), *root.glob("jvm/src/main/**/*.scala")]
    code = "".join(source.read_text() for source in sources)
    read = set(re.findall(r'(?i)\bprefix \+ "(\w+)"', code))
    table = re.findall(r"^\| `spark\.trackmllib\.(\w+)`", CONFS, re.MULTILINE)
    assert len(read) > 10
    assert set(table) == read
    assert len(table) == len(read)


def test_the_docs_have_the_defaults():
    """The defaults of the conf table are those of the code."""
    row = re.compile(r"^\| `spark\.trackmllib\.(\w+)` \| `([a-z0-9]+)` \|", re.MULTILINE)
    nothing = read()
    assert dict(row.findall(CONFS)) == {
        "flushTimeout": f"{nothing.flush_timeout:g}s",
        "progress": nothing.progress,
        "view": str(nothing.destination.view).lower(),
        "logModel": str(nothing.log_model).lower(),
        "instrument": "true",  # Scala's alone
    }
