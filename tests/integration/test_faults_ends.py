"""Drivers that end in the middle of a tuning: as untracked, and no run is RUNNING afterwards."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from drivers import (
    LANGUAGES,
    Driver,
    Program,
    journal_of,
    processes_of,
    untracked,
    wait_until,
)
from logged import Node, history, journals, trees
from sparks import Spark

GONE_WITHIN = 20.0  # 3.5 s is what the sidecar takes at most, on a machine that has time for it
KILLS = int(os.environ.get("KILLS", "1"))  # more of them before a release


@pytest.fixture(params=LANGUAGES)
def program(request: pytest.FixtureRequest, newest_spark: Spark) -> Iterator[Program]:
    """The fault program of each language."""
    made = Program(newest_spark, request.param)
    yield made
    made.close()


def brought_in(program: Program, uri: str, state: Path, env: dict[str, str], name: str) -> Node:
    """The main run, once the driver's processes are gone and what they left is replayed."""
    began = time.monotonic()
    wait_until(lambda: not processes_of(state), GONE_WITHIN)
    print(f"gone after {time.monotonic() - began:.1f} s")
    if journals(state):
        program.replay(state, **env)
    assert journals(state) == []
    (main,) = trees(uri, name)
    trials = [child.tags["trackmllib.trial"] for child in main.children]
    assert len(set(trials)) == len(trials)
    assert "RUNNING" not in {node.status for node in main.walk()}
    return main


def told_of(journal: BinaryIO) -> list[dict[str, Any]]:
    """The events that are whole in a journal, which may be gone from its directory."""
    journal.seek(0)
    return [json.loads(line) for line in journal.read().splitlines(keepends=True) if line[-1] == 10]


def results(journal: BinaryIO) -> list[dict[str, Any]]:
    """The trials that have their metric."""
    return [event for event in told_of(journal) if event["Event"].endswith(".TrialFinished")]


@pytest.mark.parametrize("kill", range(KILLS))
def test_killed_at_a_random_moment(program: Program, place, kill: int) -> None:
    """No process is left; each fold that had its metric is in MLflow, once."""
    uri, state, env = place("killed")
    driver = program.start("long", **env)
    wait_until(lambda: journal_of(state), 120)
    moment = random.randrange(75)  # so many trials have ended, however fast this machine is
    with journal_of(state).open("rb", 0) as journal:
        wait_until(lambda: told_of(journal) and len(results(journal)) >= moment, 120)
        time.sleep(random.uniform(0, 0.2))
        driver.kill()
        had = results(journal)
    main = brought_in(program, uri, state, env, "long")
    assert main.status == "KILLED"
    children = {child.tags["trackmllib.trial"]: child.run.info.run_id for child in main.children}
    for event in had:
        run = children[str(event["trial"])]
        assert (event["fold"], event["metric"]) in history(uri, run, "metric")
    print(f"killed after {len(had)} of 80")


@pytest.mark.parametrize("what", [signal.SIGINT, signal.SIGTERM], ids=lambda what: what.name)
def test_signals(program: Program, place, what: signal.Signals) -> None:
    """Ctrl-C in a terminal and SIGTERM: the exit code as untracked, the runs KILLED or FAILED."""
    uri, state, env = place("signals")

    def code(driver: Driver) -> int:
        wait_until(lambda: driver.out.count("fitting") > 10, 120)
        driver.signal_group(what)
        return driver.code()

    expected = untracked(program, f"long-{what.name}", code, scenarios=["long"])
    assert code(program.start("long", **env)) == expected != 0
    assert brought_in(program, uri, state, env, "long").status in ("KILLED", "FAILED")


def last_words(driver: Driver) -> str:
    """The exception that ended it, whatever Spark logs of other trials' tasks meanwhile."""
    _, uncaught, jvms = driver.err.partition('Exception in thread "main"')
    if not uncaught:
        return re.findall(r"^\w+(?:Error|Exception)\b.*", driver.err, re.MULTILINE)[-1]
    first, *more = jvms.splitlines()
    return next((line for line in more if line.startswith("Caused by")), first)


def exits(driver: Driver) -> dict[str, Any]:
    """How a program ends."""
    return {"code": driver.code()}


def throws(driver: Driver) -> dict[str, Any]:
    """How a program ends that an exception ends, and what it says of that."""
    code = driver.code()
    return {"code": code, "says": last_words(driver), "tracebacks": driver.err.count("Traceback")}


@pytest.mark.parametrize(("how", "end"), [("exit", exits), ("throws", throws), ("late", throws)])
def test_ends_by_itself(program: Program, place, how: str, end) -> None:
    """An exit in another thread, an uncaught exception, also while others fit."""
    uri, state, env = place("ends")
    expected = untracked(program, how, end)
    assert end(program.start(how, **env)) == expected
    assert expected["code"] != 0
    main = brought_in(program, uri, state, env, how)
    assert main.status in ("KILLED", "FAILED")
