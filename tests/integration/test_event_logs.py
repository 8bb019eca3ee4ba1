"""What is only in a Spark event log comes into MLflow from there, however Spark wrote it."""

from __future__ import annotations

from pathlib import Path

from logged import trees
from sparks import Spark


def test_replay(spark_install: Spark, build, place, data: Path) -> None:
    """Plain or compressed, one file or rolled over: the runs are those of a tuning seen live."""
    uri, directory, env = place("event-logs")
    logs = directory / "logs"
    app = build("EventLogs.scala")
    done = spark_install.submit("--class", "EventLogs", app, data, logs, **env)
    assert done.code == 0, done.err[-3000:]
    ((live, *none),) = [trees(uri, "live")]
    assert none == []
    found = [path for kind in sorted(logs.iterdir()) for path in kind.iterdir()]
    files = [str(path) for path in found if not path.name.startswith(".")]
    assert len(files) == 7
    command = [str(spark_install.bin / "trackmllib"), "replay", "--tracking-uri", uri, *files]
    for _ in range(2):
        replayed = spark_install.run(command, **env)
        assert replayed.code == 0, replayed.out + replayed.err
        assert replayed.out.splitlines() == [f"{file}: 1 tuning in MLflow" for file in files]
    for kind in logs.iterdir():
        (main,) = [live] if kind.name == "live" else trees(uri, kind.name)
        assert main.status == "FINISHED"
        assert [child.metrics["accuracy"] for child in main.children] == [
            child.metrics["accuracy"] for child in live.children
        ]
