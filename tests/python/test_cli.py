"""The ``trackmllib`` command."""

from __future__ import annotations

import fcntl
import http.server
import re
import subprocess
import sys
import threading
from dataclasses import replace
from typing import ClassVar

import pytest
from fresh import command, command_here, python
from story import Story, to

import trackmllib
from trackmllib.cli import main
from trackmllib.events import Destination, Stage


@pytest.fixture
def state(tmp_path, monkeypatch):
    """The user's directory for journals, empty."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "trackmllib").mkdir()
    return tmp_path / "trackmllib"


def test_version_and_help():
    """The version is the package's; every command says what it does."""
    assert trackmllib.__version__ in command_here("--version")[1]
    code, text = command_here("-h")
    assert code == 0
    assert "jar" in text
    assert "replay" in text


def test_installed_command():
    """``python -m`` is not needed: the entry point is there."""
    assert "2.1" in python("from trackmllib.cli import main; main(['jar'])")


def test_jar(tmp_path):
    """The path of the jar; else one line that says what to do."""
    assert command_here("jar") == (0, f"{trackmllib.jar_path()}\n")
    code, text = command_here("jar", "--spark-home", tmp_path)
    assert code == 1
    assert text.startswith("Error: ")
    assert "SPARK_HOME" in text


def test_replay_files(experiment, tmp_path):
    """Journals that are named."""
    files = [
        Story(to(experiment)).run(0, 0.5, 0.6).finish(0).write(tmp_path / f"{name}.jsonl")
        for name in "ab"
    ]
    code, text = command_here("replay", *files)
    assert code == 0
    assert text.splitlines() == [f"{file}: 1 tuning in MLflow" for file in files]
    assert len(experiment.mains()) == 2


def test_replay_again(experiment, tmp_path):
    """The journal is gone, since MLflow has it: that is said, and all is well."""
    story = Story(to(experiment)).run(0, 0.5, 0.6).finish(0)
    file = story.write(tmp_path / f"{story.id}.jsonl")
    assert command_here("replay", file)[0] == 0
    before = len(experiment.runs())
    for name in (file, file.as_uri()):
        code, text = command_here("replay", name)
        assert code == 0
        assert experiment.main().info.run_id in text
    assert len(experiment.runs()) == before
    code, text = command_here("replay", file, "--tracking-uri", "http://127.0.0.1:9")
    assert code == 1
    assert "no such file" in text
    assert "cannot be reached" in text


def test_replay_of_a_journal_that_never_was(experiment, tmp_path):
    """It is not known that all is well."""
    code, text = command_here("replay", tmp_path / f"{'0' * 32}.jsonl")
    assert code == 1
    assert "no run of its tuning" in text


def test_other_file_systems(tmp_path, experiment):
    """A URI of this machine's file system is a path; any other cannot be read from here."""
    Story(to(experiment)).finish(None).write(tmp_path / "a.jsonl")
    for arguments in (["hdfs:///a.jsonl"], ["--all", "--journal-dir", "dbfs:/journals"]):
        code, text = command_here("replay", *arguments)
        assert code == 2
        assert "on another file system" in text
    assert command_here("replay", "--all", "--journal-dir", tmp_path.as_uri())[0] == 0
    assert len(experiment.mains()) == 1


def test_texts_that_a_terminal_would_obey(experiment, tmp_path):
    """What a file is called, and what it says, is printed on its line without escapes."""
    story = Story(to(experiment), estimator=Stage("Pipe\x1b]0;title\x07line\nline", "p"))
    file = story.write(tmp_path / "a\x1b[2Jb.jsonl")
    code, text = command_here("replay", "--dry-run", file)
    assert code == 0
    assert "\x1b" not in text
    assert len(text.splitlines()) == 2
    assert "\x1b" not in command_here("replay", file)[1]


def test_replay_all(experiment, state):
    """All journals of the user; and none."""
    for name in "ab":
        Story(to(experiment)).run(0, 0.5, 0.6).finish(0).write(state / f"{name}.jsonl")
    assert command_here("replay", "--all")[0] == 0
    assert len(experiment.mains()) == 2
    assert command_here("replay", "--all") == (0, "no journal is pending\n")


def test_replay_of_a_directory(experiment, tmp_path, state):
    """``--journal-dir`` is where ``spark.trackmllib.journalDir`` was."""
    Story(to(experiment)).finish(None).write(tmp_path / "a.jsonl")
    assert command_here("replay", "--all", "--journal-dir", tmp_path)[0] == 0
    assert len(experiment.mains()) == 1


def test_replay_elsewhere(experiment, tmp_path, store):
    """To another experiment."""
    file = Story(Destination(experiment_id="987654321")).finish(None).write(tmp_path / "a.jsonl")
    assert command_here("replay", file, "--experiment", experiment.name)[0] == 0
    assert len(experiment.mains()) == 1


def test_dry_run(experiment, tmp_path):
    """What a file holds, tuning by tuning; nothing is logged and nothing removed."""
    story = Story(to(experiment, tracking_uri="http://ann:secret@host")).run(0, 0.5, 0.6)
    file = story.write(tmp_path / "a.jsonl")
    code, text = command_here("replay", "--dry-run", file)
    assert code == 0
    first, second = text.splitlines()
    assert first == f"{file}: 1 tuning in it"
    assert story.id[:6] in second
    assert "CrossValidator of Pipeline, cut off, 1 of 2 settings" in second
    assert second.endswith("http://host")
    assert experiment.runs() == []
    assert file.exists()


def test_nothing_said():
    """Neither a journal nor ``--all``, or a journal that is not there."""
    code, text = command_here("replay")
    assert code == 2
    assert "--all" in text
    assert command_here("replay", "/no/such/file")[0] == 2


def test_what_cannot_be_logged(tmp_path):
    """One line with the reason, without the password, and an exit code."""
    nowhere = Destination(tracking_uri="http://ann:secret@127.0.0.1:9")
    file = Story(nowhere).finish(None).write(tmp_path / "a.jsonl")
    code, text = command_here("replay", "--yes", file)
    assert code == 1
    assert text.startswith(f"{file}: ")
    assert len(text.splitlines()) == 1
    assert "secret" not in text
    assert file.exists()


class Stranger(http.server.BaseHTTPRequestHandler):
    """A server that would like to have credentials."""

    asked: ClassVar[list[str]] = []

    def do_GET(self):
        """Notes what it is sent."""
        self.asked.append(self.headers["Authorization"])
        self.send_error(401)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_):
        """Says nothing."""


@pytest.fixture
def stranger(monkeypatch):
    """The URI of a server that nobody has configured; the user has a token for another one."""
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret-token")
    Stranger.asked.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_server_that_is_not_configured(experiment, state, stranger):
    """It is sent nothing, and the journal is kept, until somebody says yes."""
    Story(Destination(tracking_uri=stranger)).finish(None).write(state / "a.jsonl")
    Story(to(experiment)).finish(None).write(state / "b.jsonl")
    code, text = command_here("replay", "--all")
    first, second = text.splitlines()
    assert code == 1
    assert f"it is for {stranger}" in first
    assert f"trackmllib replay --yes {state / 'a.jsonl'}" in first
    assert second.endswith("b.jsonl: 1 tuning in MLflow")
    assert Stranger.asked == []
    assert [file.name for file in state.iterdir()] == ["a.jsonl"]
    command_here("replay", "--yes", state / "a.jsonl")
    assert set(Stranger.asked) == {"Bearer secret-token"}
    assert [file.name for file in state.iterdir()] == ["a.jsonl"]


def test_tuning_that_begins_twice(experiment, state, stranger):
    """A second beginning names the stranger's server: it counts as much as the first."""
    story = Story(to(experiment)).finish(None)
    elsewhere = replace(story.events[0], destination=Destination(tracking_uri=stranger))
    story.events += [elsewhere, story.events[-1]]
    story.write(state / "a.jsonl")
    assert "--yes" in command_here("replay", "--all")[1]
    assert Stranger.asked == []
    assert experiment.runs() == []


@pytest.mark.parametrize(
    ("written", "configured"),
    [
        ("http://evil:1\\@127.0.0.1:2", "http://127.0.0.1:2"),
        ("http://evil:1\t@127.0.0.1:2", "http://127.0.0.1:2"),
        ("http://[evil", "http://127.0.0.1:2"),
        ("http://127.0.0.1:2@evil", "http://127.0.0.1:2"),
        ("http://127.0.0.1:2/other", "http://127.0.0.1:2"),
        ("http://127.0.0.1:3", "http://127.0.0.1:2"),
        ("https://127.0.0.1:2", "http://127.0.0.1:2"),
        ("postgresql://db/mlflow?host=evil", "postgresql://db/mlflow"),
        ("databricks", "http://127.0.0.1:2"),
        ("sqlite+other://evil/db", "http://127.0.0.1:2"),
        ("file://evil/share", "http://127.0.0.1:2"),
    ],
)
def test_store_that_only_looks_configured(state, monkeypatch, written, configured):
    """No way to write a URI makes another store of it; one that cannot be read is a problem."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", configured)
    Story(Destination(tracking_uri=written)).finish(None).write(state / "a.jsonl")
    code, text = command_here("replay", "--all")
    assert code == 1
    assert "nothing was sent" in text
    assert "\t" not in text


def test_local_store_of_somebody_elses(state):
    """A sqlite file that others may write can send artifacts, and credentials, to any server."""
    (state / "planted.db").touch(0o666)
    (state / "planted.db").chmod(0o666)
    uri = f"sqlite:///{state / 'planted.db'}"
    Story(Destination(tracking_uri=uri)).finish(None).write(state / "a.jsonl")
    code, text = command_here("replay", "--all")
    assert code == 1
    assert "nothing was sent" in text


@pytest.mark.parametrize("answer", ["y", "n"])
def test_asked_on_a_terminal(state, stranger, answer):
    """The question names the server; without a yes it is sent nothing."""
    Story(Destination(tracking_uri=stranger)).finish(None).write(state / "a.jsonl")
    code = """
import sys
sys.stdin.isatty = lambda: True
from trackmllib.cli import main
main(["replay", "--all"])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=f"{answer}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"is for {stranger}, which is not the configured tracking store" in done.stdout
    assert done.returncode == 1
    assert bool(Stranger.asked) == (answer == "y")


@pytest.mark.parametrize("by", ["environment", "spark-defaults", "option"])
def test_server_that_is_configured(state, stranger, monkeypatch, tmp_path, by):
    """It is asked at once, whatever way it is configured and written."""
    Story(Destination(tracking_uri=stranger)).finish(None).write(state / "a.jsonl")
    written = stranger.replace("http://127", "HTTP://ann:secret@127") + "/"
    if by == "environment":
        monkeypatch.setenv("MLFLOW_TRACKING_URI", written)
    elif by == "spark-defaults":
        (tmp_path / "spark-defaults.conf").write_text(f"spark.trackmllib.trackingUri {written}\n")
        monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    option = ("--tracking-uri", stranger) if by == "option" else ()
    assert "--yes" not in command_here("replay", "--all", *option)[1]
    assert Stranger.asked != []


def test_journal_that_others_may_write(state, stranger):
    """It is left alone, and told so."""
    file = Story(Destination(tracking_uri=stranger)).finish(None).write(state / "a.jsonl")
    file.chmod(0o666)
    done = command("replay", "--all", "--yes")
    assert done.stdout == "no journal is pending\n"
    assert f"{file} was left alone" in done.stderr
    assert f"chmod -R go= {file}" in done.stderr
    assert Stranger.asked == []


def test_journal_in_use(experiment, tmp_path):
    """Said so, and nothing is done."""
    file = Story(to(experiment)).finish(None).write(tmp_path / "a.jsonl")
    code = f"""
import fcntl
from trackmllib.cli import main
main(["replay", {str(file)!r}])
"""
    with file.open("r+b") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        done = python(code, check=False)
    assert done.returncode == 1
    assert "still runs" in done.stdout
    assert experiment.runs() == []


def test_unreadable_journal(tmp_path):
    """A file that cannot be opened for writing cannot be claimed."""
    file = tmp_path / "a.jsonl"
    file.touch()
    file.chmod(0o000)
    code, text = command_here("replay", file)
    assert text.startswith(f"{file}: ") or "Error" in text
    assert code in (0, 1, 2)


def test_help_shows_an_example():
    """Every command's help has a line to copy."""
    for name in main.commands:
        text = command_here(name, "--help")[1]
        assert f"  trackmllib {name}" in text or "$(trackmllib jar)" in text


def test_completion():
    """The shell's completion script comes from click."""
    code = "from trackmllib.cli import main; main(prog_name='trackmllib')"
    assert "_trackmllib_completion" in python(code, _TRACKMLLIB_COMPLETE="bash_source")


@pytest.mark.driver
def test_demo():
    """A real tuning in a store of its own; it ends with the best setting and what opens it."""
    done = command("demo", timeout=600, MLFLOW_EXPERIMENT_ID="987654321")
    metric = re.search(r"^best weightedPrecision: (0\.8\d+)$", done.stdout, re.MULTILINE)[1]
    best, shown, opened = (line for line in done.stdout.splitlines()[-4:] if line)
    setting = re.fullmatch(rf"Best: (.+)  avg_weightedPrecision {metric}", best)[1]
    uri = opened.split()[-1]
    assert opened == f"  mlflow ui --backend-store-uri {uri}"
    again = command(*shown.split()[1:]).stdout
    assert "21 of 21 trials" in again
    assert f"Best: {setting}  avg_weightedPrecision {metric}" in again


def test_demo_says_what_is_missing():
    """Before anything is started."""
    hidden = "import importlib.util as u; u.find_spec = lambda name: None"
    done = command("demo", before=hidden, check=False)
    assert done.returncode == 1
    assert "pip install pyspark scikit-learn mlflow" in done.stderr
