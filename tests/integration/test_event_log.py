"""A Spark event log is enough to bring a tuning into MLflow, whatever the language."""

from __future__ import annotations

from pathlib import Path

import pytest
from logged import journals, trees
from sparks import APPS, Spark
from test_both_languages import RESOURCES

NOWHERE = "http://127.0.0.1:9"


@pytest.mark.parametrize("language", ["scala", "python"])
def test_replay(
    language: str, spark_install: Spark, build, place, data: Path, tmp_path: Path
) -> None:
    """MLflow was away and the journal is lost: runs, figures and resources come from the log."""
    uri, state, env = place("event-log")
    program = {
        "scala": ("--class", "OneTuning", build("OneTuning.scala")),
        "python": (APPS / "one_tuning.py",),
    }[language]
    conf = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": tmp_path.as_uri(),
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
    }
    env["MLFLOW_TRACKING_URI"] = NOWHERE
    done = spark_install.submit(*program, data, conf=conf, **env)
    assert done.code == 0, done.err
    assert len(journals(state)) == 1
    (log,) = tmp_path.iterdir()
    command = [str(spark_install.bin / "trackmllib"), "replay", "--tracking-uri", uri, str(log)]
    replayed = spark_install.run(command, **env)
    assert replayed.code == 0, replayed.out + replayed.err
    (main,) = trees(uri, "Default")
    assert main.status == "FINISHED"
    assert main.tags["trackmllib.language"] == language
    for child in main.children:
        assert child.status == "FINISHED"
        assert child.metrics.keys() >= RESOURCES | {"avg_accuracy"}
        assert child.metrics["spark.jobs"] > 2
