"""Many tunings at once in one driver: each has its own run, children and figures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from drivers import LANGUAGES, Program
from logged import Node, journals, trees
from sparks import Spark

FITS = 50
ROUNDS = int(os.environ.get("ROUNDS", "1"))


@pytest.fixture(params=LANGUAGES)
def program(request: pytest.FixtureRequest, newest_spark: Spark) -> Iterator[Program]:
    """The fault program of each language."""
    made = Program(newest_spark, request.param)
    yield made
    made.close()


def test_fifty_fits(program: Program, server, tmp_path: Path) -> None:
    """50 fits that begin at the same time, of two trials at a time; every fifth fails."""
    env = {"XDG_STATE_HOME": str(tmp_path), "MLFLOW_TRACKING_URI": server.uri}
    conf = {"spark.trackmllib.flushTimeout": "10m"}
    driver = program.start(*[f"many={FITS}"] * ROUNDS, conf=conf, **env)
    driver.code()
    assert [f"{FITS - FITS // 5}" in line for line in said(driver.out, "many")] == [True] * ROUNDS
    mains = [
        main
        for main in trees(server.uri, "many")
        if main.tags["trackmllib.language"] == program.language
    ]
    numbers = [int(main.params["seed"]) for main in mains]
    assert sorted(numbers) == sorted([*range(FITS)] * ROUNDS)
    for number, main in zip(numbers, mains, strict=True):
        own(main, number)
    assert journals(tmp_path) == []


def own(main: Node, number: int) -> None:
    """A main run has the children and figures of its number."""
    first, second = sorted(main.children, key=lambda child: int(child.params["size"]))
    assert {child.tags["fit_uuid"] for child in main.children} == {main.tags["fit_uuid"]}
    sizes = (2 * number + 1, 2 * number + 2)
    assert tuple(int(child.params["size"]) for child in (first, second)) == sizes
    if number % 5 == 1:
        assert main.status == second.status == "FAILED"
        assert first.status in ("FINISHED", "KILLED")
        assert "a four" in second.tags["trackmllib.error"]
        assert "metric" not in second.metrics
    else:
        assert [node.status for node in main.walk()] == ["FINISHED"] * 3
        assert tuple(child.metrics["avg_metric"] for child in (first, second)) == sizes
        assert main.metrics["best_metric"] == sizes[1]
    assert first.metrics.get("metric", sizes[0]) == sizes[0]


def test_two_tunings_of_one_run(program: Program, server, tmp_path: Path) -> None:
    """Two tunings at once under one active run: each has its own children, the run is not ended."""
    client = mlflow.MlflowClient(server.uri)
    experiment = f"shared by two in {program.language}"
    run = client.create_run(client.create_experiment(experiment)).info.run_id
    env = {"XDG_STATE_HOME": str(tmp_path), "MLFLOW_TRACKING_URI": server.uri}
    program.start(f"shared={run}", **env).outcomes()
    (main,) = trees(server.uri, experiment)
    found: dict[str, list[int]] = {}
    for child in main.children:
        assert child.status == "FINISHED"
        size = int(child.params["size"])
        assert child.metrics["avg_metric"] == size
        found.setdefault(child.tags["fit_uuid"], []).append(size)
    assert sorted(map(sorted, found.values())) == [[1, 2], [3, 4]]
    assert {value for name, value in main.params.items() if "seed" in name} == {"0", "1"}
    assert journals(tmp_path) == []


def said(out: str, scenario: str) -> list[str]:
    """What the program has said of a scenario."""
    return [line for line in out.splitlines() if line.startswith(f"{scenario}: ")]
