"""The journal of one tuning."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from trackmllib import journal
from trackmllib.journal import Journal


def mode(path):
    """The permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_lines_are_on_disk_at_once(tmp_path):
    """What was appended can be read while the journal is open."""
    kept = Journal(tmp_path / "journals", "one")
    kept.append('{"a":"ü"}')
    kept.append("second")
    assert kept.path == tmp_path / "journals" / "one.jsonl"
    assert kept.path.read_text(encoding="utf-8") == '{"a":"ü"}\nsecond\n'


def test_nobody_else_can_read_it(tmp_path):
    """The file is 0600 and its directory 0700, whatever the umask."""
    before = os.umask(0)
    try:
        kept = Journal(tmp_path / "state" / "journals", "one")
    finally:
        os.umask(before)
    assert mode(kept.path) == 0o600
    assert mode(kept.path.parent) == 0o700


def test_remove(tmp_path):
    """A journal that is no longer needed leaves nothing, also when it is removed twice."""
    kept = Journal(tmp_path, "one")
    kept.append("line")
    kept.remove()
    kept.remove()
    kept.append("late")
    assert list(tmp_path.iterdir()) == []


def test_surrogates(tmp_path):
    """A line that no UTF-8 file can hold is written with a replacement."""
    kept = Journal(tmp_path, "one")
    kept.append("a\ud800b")
    assert kept.path.read_bytes() == b"a?b\n"


@pytest.fixture
def blocked(tmp_path):
    """A path where no directory can be."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "journals"


def test_unwritable_directory_gives_way_to_the_temporary_one(
    tmp_path, blocked, monkeypatch, caplog
):
    """With one warning, which names the conf."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = Journal(blocked, "one")
    kept.append("line")
    assert kept.path.read_text() == "line\n"
    assert kept.path.parent.parent == tmp_path
    (warning,) = caplog.messages
    assert str(blocked) in warning
    assert "spark.trackmllib.journalDir" in warning


def test_no_directory_at_all(blocked, monkeypatch, caplog):
    """Neither the directory nor the temporary one: no journal, and nothing is thrown."""
    monkeypatch.setattr(tempfile, "tempdir", str(blocked))
    kept = Journal(blocked, "one")
    kept.append("line")
    kept.remove()
    assert kept.path is None
    assert "no journal" in caplog.messages[-1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk(tmp_path, caplog):
    """A disk that gets full is said once, and nothing is thrown."""
    (tmp_path / "one.jsonl").symlink_to("/dev/full")
    kept = Journal(tmp_path, "one")
    kept.append("line")
    kept.append("line")
    (warning,) = caplog.messages
    assert "Make room" in warning


def test_open_journal_is_in_use(tmp_path):
    """Another process cannot claim the journal of a driver that runs; a closed one it can."""
    kept = Journal(tmp_path, "one")
    kept.append("line")
    code = f"""
from pathlib import Path
from trackmllib import journal
try:
    with journal.claimed(Path({str(kept.path)!r})):
        print("claimed")
except BlockingIOError:
    print("in use")
"""

    def other_process():
        return subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()

    assert other_process() == "in use"
    kept.close()
    assert other_process() == "claimed"


def test_default_directory_is_the_users_state(monkeypatch, tmp_path):
    """By default journals are in the user's state directory."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert journal.default_directory().name == "trackmllib"
    if sys.platform == "linux":
        assert journal.default_directory() == tmp_path / "trackmllib"
