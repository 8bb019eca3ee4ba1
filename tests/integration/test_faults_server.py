"""A tracking server that answers wrongly or not at all: fits do not wait, replay brings all."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from drivers import LANGUAGES, Program
from logged import journals, trees
from sparks import Spark

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))
from faulty import Faulty

FLUSH = 1
FAULTS = {
    "delayed": "flushTimeout",
    "e500": "the reason for 500",
    "e429": "the reason for 429",
    "e401": "the reason for 401",
    "e403": "the reason for 403",
    "cut": "",
    "silent": "flushTimeout",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers(
    language: str, newest_spark: Spark, faults_app: Path, server, tmp_path: Path
) -> None:
    """Whatever it answers: no fit waits longer than it may, the driver ends, nothing is lost."""
    ways = {
        name: Faulty(server.port, int(name[1:]) if name[1:].isdigit() else name) for name in FAULTS
    }
    program = Program(newest_spark, language, faults_app)
    conf = {"spark.trackmllib.flushTimeout": f"{FLUSH}s"}
    env = {"XDG_STATE_HOME": str(tmp_path), "MLFLOW_TRACKING_URI": server.uri}
    scenarios = [f"{name}={way.uri}" for name, way in ways.items()]
    try:
        drivers = [
            program.start("warm-up", *scenarios, tracked=tracked, conf=conf, **env)
            for tracked in (True, False)
        ]
        tracked, untracked = (driver.outcomes() for driver in drivers)
        for name, reason in FAULTS.items():
            assert tracked[name] == untracked[name]
            took = [float(one[f"seconds of {name}"]) for one in (tracked, untracked)]
            print(f"{language} {name}: {took[0]:.1f} s tracked, {took[1]:.1f} s untracked")
            assert took[0] < took[1] + FLUSH + 5
            assert reason in drivers[0].err
        for way in ways.values():
            way.fault = None
        program.replay(tmp_path, **env)
    finally:
        program.close()
        for way in ways.values():
            way.shutdown()
            way.server_close()
    assert journals(tmp_path) == []
    for name in FAULTS:
        (main,) = (t for t in trees(server.uri, name) if t.tags["trackmllib.language"] == language)
        assert main.status == "FINISHED"
        assert [child.status for child in main.children] == ["FINISHED"] * 4
        assert [child.metrics["avg_metric"] for child in main.children] == [1.0, 2.0, 3.0, 4.0]
