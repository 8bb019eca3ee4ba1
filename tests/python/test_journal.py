"""The journal of one tuning."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile

import pytest
from fresh import python

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
    (warning,) = caplog.messages
    assert "is lost" in warning


def lines(kept):
    """What is in the file of a journal."""
    return kept.path.read_text().splitlines()


def test_full_disk(tmp_path, small_disk, monkeypatch, caplog):
    """What is on a disk that gets full moves to the temporary directory, with one warning."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = Journal(small_disk.path, "one")
    kept.append("before")
    small_disk.fill()
    kept.append("during" * 1000)
    small_disk.free()
    kept.append("after")
    assert kept.path.parent.parent == tmp_path
    assert lines(kept) == ["before", "during" * 1000, "after"]
    assert list(small_disk.path.iterdir()) == []
    (warning,) = caplog.messages
    assert "Make room" in warning
    kept.remove()
    assert list(kept._file.path.parent.iterdir()) == []


def test_all_disks_full(small_disk, monkeypatch, caplog):
    """With no room anywhere the lines wait for some, in their order, with one warning."""
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk.path))
    kept = Journal(small_disk.path / "journals", "one")
    kept.append("before")
    small_disk.fill()
    for line in ("first" * 1000, "second" * 1000):
        kept.append(line)
        assert kept.path is None
    (warning,) = caplog.messages
    assert "is lost" in warning
    small_disk.free()
    kept.append("after")
    assert lines(kept) == ["before", "first" * 1000, "second" * 1000, "after"]


def test_temporary_disk_full(small_disk, blocked, monkeypatch, caplog):
    """A journal that is in the temporary directory already stays there."""
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk.path))
    kept = Journal(blocked, "one")
    kept.append("before")
    small_disk.fill()
    kept.append("during" * 1000)
    assert kept.path is None
    small_disk.free()
    kept.append("after")
    assert lines(kept) == ["before", "during" * 1000, "after"]
    assert len(caplog.messages) == 2


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

    for _ in range(2):
        assert other_process() == "in use"
        with pytest.raises(BlockingIOError), journal.claimed(kept.path):
            pass  # it would unlock it
    kept.close()
    assert other_process() == "claimed"


def test_removed_while_it_was_waited_for(tmp_path):
    """Who had a journal has brought it in: who waited does not get it."""
    file = tmp_path / "one.jsonl"
    file.touch()
    code = f"""
import fcntl
from pathlib import Path
from trackmllib import journal
locked = fcntl.lockf
def lockf(*arguments):  # the file is open by now
    Path({str(file)!r}).unlink()
    locked(*arguments)
fcntl.lockf = lockf
try:
    with journal.claimed(Path({str(file)!r})):
        print("claimed")
except FileNotFoundError:
    print("gone")
"""
    assert python(code) == "gone"


def test_default_directory_is_the_users_state(monkeypatch, tmp_path):
    """By default journals are in the user's state directory."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert journal.default_directory().name == "trackmllib"
    if sys.platform == "linux":
        assert journal.default_directory() == tmp_path / "trackmllib"


def test_temporary_folder_that_is_open_to_readers(tmp_path, blocked, monkeypatch):
    """It is the user's own: it is closed, and used."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    usual = tmp_path / f"trackmllib-{os.getuid()}"
    usual.mkdir(mode=0o755)
    kept = Journal(blocked, "one")
    assert kept.path.parent == usual
    assert mode(usual) == 0o700


@pytest.mark.parametrize("planted", ["folder", "link", "file"])
def test_temporary_folder_that_somebody_else_has_taken(tmp_path, blocked, monkeypatch, planted):
    """Its name can be guessed: then the journal has a folder that is its user's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    taken = tmp_path / f"trackmllib-{os.getuid()}"
    if planted == "folder":
        taken.mkdir()
        taken.chmod(0o777)
    elif planted == "link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        taken.symlink_to(tmp_path / "elsewhere")
    else:
        taken.touch()
    kept = Journal(blocked, "one")
    kept.append("line")
    assert kept.path.parent.parent == tmp_path
    assert kept.path.parent not in (taken, tmp_path / "elsewhere")
    assert (mode(kept.path.parent), mode(kept.path)) == (0o700, 0o600)
    assert journal.pending().files == [kept.path]
