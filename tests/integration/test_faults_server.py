"""A tracking server that answers wrongly or not at all: fits do not wait, replay brings all."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from drivers import LANGUAGES, Driver, Program, untracked
from logged import journals, trees
from sparks import Spark

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))
from faulty import Faulty

FLUSH = 1  # second that a fit waits for MLflow at its end, as its user has said
AT_MOST = 15.0  # seconds that a fit takes longer beside that, on a machine that is busy as well
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
def test_answers(language: str, newest_spark: Spark, server, tmp_path: Path) -> None:
    """Whatever it answers: no fit waits longer than it may, the driver ends, nothing is lost."""
    ways = {
        name: Faulty(server.port, int(name[1:]) if name[1:].isdigit() else name) for name in FAULTS
    }
    program = Program(newest_spark, language)
    conf = {"spark.trackmllib.flushTimeout": f"{FLUSH}s"}
    env = {"XDG_STATE_HOME": str(tmp_path), "MLFLOW_TRACKING_URI": server.uri}
    scenarios = [f"{name}={way.uri}" for name, way in ways.items()]
    try:
        driver = program.start("warm-up", *scenarios, conf=conf, **env)
        tracked = driver.outcomes()
        bare = ["warm-up", *(f"{name}=nowhere" for name in FAULTS)]
        expected = untracked(program, "answers", Driver.outcomes, scenarios=bare, conf=conf)
        for name, reason in FAULTS.items():
            assert tracked[name] == expected[name]
            took = float(tracked[f"seconds of {name}"])
            assert took < float(expected[f"seconds of {name}"]) + FLUSH + AT_MOST
            assert reason in driver.err
        for way in ways.values():
            way.fault = None
        program.replay(tmp_path, "--yes", **env)  # each way is a server of its own
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
