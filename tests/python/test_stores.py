"""Stores that are away for a while: a server that is killed, a sqlite file that is locked."""

from __future__ import annotations

import subprocess
import sys
import threading

import mlflow
from found import Experiment, statuses
from story import Story, to, until

from trackmllib.consumer import Consumer

LOCK = """
import sqlite3, sys, time
with sqlite3.connect(sys.argv[1], isolation_level=None) as held:
    held.execute("BEGIN EXCLUSIVE")
    print("locked", flush=True)
    time.sleep(float(sys.argv[2]))
    held.execute("ROLLBACK")
"""


def whole(experiment):
    """Each of three trials is there once."""
    assert experiment.main().info.status == "FINISHED"
    assert statuses(experiment.children()) == ["FINISHED"] * 3
    assert [run.data.tags["trackmllib.trial"] for run in experiment.children()] == list("012")


def test_server_killed_and_started_again(server, remote):
    """All trials are logged in the end, by themselves, none twice."""
    consumer = Consumer(lambda tuning: None)
    story = Story(to(remote, tracking_uri=server.uri), trials=3, tell=consumer.accept)
    story.run(0, 0.5, 0.6).begin(1)
    server.kill()
    story.end(1).begin(1, 1).end(1, 1)
    restart = threading.Thread(target=server.start)
    restart.start()
    story.run(2, 0.7, 0.8).finish(2)
    restart.join()
    until(lambda: consumer.wait(story.id, 60) is None, 60)
    whole(remote)


def test_locked_file(tmp_path):
    """A file that another process has locked for 20 s is waited for."""
    client = mlflow.MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}")
    experiment = Experiment(client)
    consumer = Consumer(lambda tuning: None)
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    command = [sys.executable, "-c", LOCK, str(tmp_path / "mlflow.db"), "20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as locking:
        locking.stdout.readline()
        story = Story(to(experiment, tracking_uri=uri), trials=3, tell=consumer.accept)
        story.run(0, 0.5, 0.6).run(1, 0.1, 0.2).run(2, 0.7, 0.8).finish(2)
        assert consumer.wait(story.id, 60) is None
    whole(experiment)
