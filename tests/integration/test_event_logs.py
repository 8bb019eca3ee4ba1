"""What is only in a Spark event log comes into MLflow from there, however Spark wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest
from apps_built import apps
from logged import journals, trees
from sparks import APPS, Spark

from measured import RESOURCES


def test_replay(spark_install: Spark, place, data: Path) -> None:
    """Plain or compressed, one file or rolled over: the runs are those of a tuning seen live."""
    uri, directory, env = place("event-logs")
    logs = directory / "logs"
    app = apps(spark_install)
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


@pytest.mark.parametrize("language", ["scala", "python"])
def test_either_language(
    language: str, newest_spark: Spark, place, data: Path, tmp_path: Path
) -> None:
    """MLflow was away and the journal is lost: runs, figures and resources are in the log."""
    uri, state, env = place("event-log")
    program = {
        "scala": ("--class", "OneTuning", apps(newest_spark)),
        "python": (APPS / "one_tuning.py",),
    }[language]
    conf = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": tmp_path.as_uri(),
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
    }
    env["MLFLOW_TRACKING_URI"] = "http://127.0.0.1:9"
    done = newest_spark.submit(*program, data, conf=conf, **env)
    assert done.code == 0, done.err
    assert len(journals(state)) == 1
    (log,) = tmp_path.iterdir()
    command = [str(newest_spark.bin / "trackmllib"), "replay", "--tracking-uri", uri, str(log)]
    replayed = newest_spark.run(command, **env)
    assert replayed.code == 0, replayed.out + replayed.err
    (main,) = trees(uri, "Default")
    assert main.status == "FINISHED"
    assert main.tags["trackmllib.language"] == language
    for child in main.children:
        assert child.status == "FINISHED"
        assert child.metrics.keys() >= RESOURCES | {"avg_accuracy"}
        assert child.metrics["spark.jobs"] > 2
