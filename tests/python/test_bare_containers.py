"""Containers in which next to nothing is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from found import statuses

# all of this machine's file systems, which only this process and its children see so
READ_ONLY = """
mount --make-rprivate /
for at in $(cut -d ' ' -f 2 /proc/mounts | grep -Ev '^/(proc|dev|sys)'); do
    mount -o remount,bind,ro "$at"
done
cd /
exec unshare --user --map-user=12345 --map-group=12345 "$@"
"""

TRACKED = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from story import LONG, Story
from trackmllib.events import Destination
from trackmllib.hook import spark
from trackmllib.hook.tracker import tracker

tracking_uri, experiment = sys.argv[1:]
session = type("SparkSession", (), {{"__module__": "pyspark.sql.connect.session"}})()
to = Destination(tracking_uri=tracking_uri, experiment_id=experiment)
story = Story(to, user=spark.user_of(session)).run(0, 0.5, 0.6).finish(0)
ours = tracker()
ours.start(story.events[0], None)
for event in story.events[1:]:
    ours.emit(event)
ours.wait(story.id, LONG)
"""


def bare(*command, **env):
    """What a command says whose user has no name, and that may write nowhere."""
    return subprocess.run(
        ["unshare", "--mount", "bash", "-c", READ_ONLY, "bash", *command],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), **env},
        capture_output=True,
        text=True,
        check=False,
    )


pytestmark = pytest.mark.skipif(
    shutil.which("unshare") is None or bare("true").returncode != 0,
    reason="no such container can be made here",
)


def test_a_user_without_a_name_that_may_write_nowhere(remote):
    """It costs the journal, and what MLflow itself takes only as files; both are said."""
    done = bare(
        *(sys.executable, "-c", TRACKED, remote.client.tracking_uri, remote.id),
        HOME="/nonexistent",  # without it MLflow itself cannot be imported
    )
    assert done.returncode == 0, done.stderr
    main = remote.main()
    assert main.info.status == "FINISHED"
    assert main.data.tags["mlflow.user"] == "12345"
    assert statuses(remote.children()) == ["FINISHED"]
    said = [line for line in done.stderr.splitlines() if "journal" in line]
    assert len(said) == 2
    assert "the journal cannot be written" in said[0]
    assert "table and picture are missing" in said[1]


def test_a_user_without_a_home():
    """Neither the journal's place nor what is pending can be asked for; nothing is thrown."""
    code = """
from trackmllib import journal
print(journal.Journal(None, "one").path, journal.pending())
"""
    done = bare(sys.executable, "-c", code)
    assert done.stdout.strip() == "None Pending(files=[], left_alone=[])"
    assert "this user has no home directory" in done.stderr
