"""Two drivers at once, one in each language, with one journal directory, to which much happens."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from drivers import LANGUAGES, Driver, Program, untracked
from logged import journals, trees
from sparks import Spark

METRICS = [1.0, 2.0, 3.0, 4.0]
CAPACITY = {"spark.scheduler.listenerbus.eventqueue.capacity": "1"}
ALONE = ["plain", "flooded", "new-session", "stopped", "again"]
IN_SCALA = ["sidecar-killed", "sidecar-killed-twice"]


def _mounted(path: Path, size: str) -> bool:
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    return shutil.which("mount") is not None and _run(mount) == 0


def _run(command: list[str]) -> int:
    return subprocess.run(command, check=False, capture_output=True).returncode


@dataclass
class Ran:
    """The fault programs that have ended, what each said of its tunings, and what is there now.

    Attributes:
        without: what each says of them without trackmllib.
        left: the journals that were left before anything was replayed.
        disks: whether there were small disks to be filled.
    """

    uri: str
    drivers: dict[str, Driver]
    outcomes: dict[str, dict[str, str]]
    without: dict[str, dict[str, str]]
    left: list[str]
    disks: bool


@pytest.fixture(scope="module")
def ran(newest_spark: Spark, server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """Both programs have run through all of it, at the same time, and replay after them."""
    state = tmp_path_factory.mktemp("drivers")
    env = {"XDG_STATE_HOME": str(state), "MLFLOW_TRACKING_URI": server.uri}
    small = {name: tmp_path_factory.mktemp("disks") / name for name in LANGUAGES}
    temporary = {name: tmp_path_factory.mktemp("temporary") / name for name in LANGUAGES}
    disks = all(
        [_mounted(path, "1m") for path in small.values()]
        + [_mounted(path, "32m") for path in temporary.values()]
    )
    programs = {name: Program(newest_spark, name) for name in LANGUAGES}

    def how(name: str) -> dict[str, Any]:
        options = f"-Djava.io.tmpdir={temporary[name]}"
        conf = {"spark.driver.extraJavaOptions": options, **CAPACITY}
        return {
            "conf": conf,
            "TMPDIR": str(temporary[name]),
            "SPARK_LOCAL_DIRS": str(state),
            **env,
        }

    def scenarios(name: str) -> list[str]:
        full = [f"disk-full={small[name]}", f"disks-full={small[name]}"] if disks else []
        return [*ALONE[:3], *full, *ALONE[3:]]

    def outcomes_without(name: str) -> dict[str, str]:
        program = programs[name]
        kind = "happenings-on-disks" if disks else "happenings"
        more = {"scenarios": scenarios(name), **how(name)}
        return untracked(program, kind, Driver.outcomes, **more)

    try:
        drivers = {
            name: program.start(
                *scenarios(name), *(IN_SCALA if name == "scala" else ()), **how(name)
            )
            for name, program in programs.items()
        }
        outcomes = {name: driver.outcomes() for name, driver in drivers.items()}
        left = journals(state)
        programs["scala"].replay(state, **env)
        assert journals(state) == []
        without = {name: outcomes_without(name) for name in LANGUAGES}
        yield Ran(server.uri, drivers, outcomes, without, left, disks)
    finally:
        for program in programs.values():
            program.close()
        for path in (*small.values(), *temporary.values()):
            _run(["umount", "--lazy", str(path)])


def logged(ran: Ran, language: str, name: str) -> None:
    """The tuning is in MLflow, once and whole."""
    (main,) = (t for t in trees(ran.uri, name) if t.tags["trackmllib.language"] == language)
    assert main.status == "FINISHED"
    assert [child.status for child in main.children] == ["FINISHED"] * 4
    assert [child.metrics["avg_metric"] for child in main.children] == METRICS


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_as_untracked(ran: Ran, language: str) -> None:
    """Every tuning gives what it gives without trackmllib, the same exception included."""
    for name, outcome in ran.without[language].items():
        if not name.startswith("seconds of"):
            assert ran.outcomes[language][name] == outcome


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["plain", "new-session", "again"])
def test_sessions(ran: Ran, language: str, name: str) -> None:
    """A session beside another, and one after another, have their tunings under their own runs."""
    logged(ran, language, name)


def test_listener_bus_that_loses_events(ran: Ran) -> None:
    """Spark's queues have room for one event: it drops some, and MLflow has them all."""
    assert "Dropped" in ran.drivers["scala"].err
    logged(ran, "scala", "flooded")


@pytest.mark.parametrize("language", LANGUAGES)
def test_session_stopped_by_another_thread(ran: Ran, language: str) -> None:
    """The tuning ends, and no run of it is RUNNING."""
    trees_of = trees(ran.uri, "stopped")
    (main,) = (t for t in trees_of if t.tags["trackmllib.language"] == language)
    assert main.status in ("FAILED", "KILLED")
    assert {child.status for child in main.children} <= {"FAILED", "KILLED"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["disk-full", "disks-full"])
def test_full_disks(ran: Ran, language: str, name: str) -> None:
    """The journal's disk gets full, and the temporary one too: one warning for each."""
    if not ran.disks:
        pytest.skip("a small disk cannot be mounted here")
    logged(ran, language, name)
    full = [line for line in ran.drivers[language].warnings() if "No space left" in line]
    about = ("cannot keep its events", "the journal cannot be written")
    assert sum(any(words in line for words in about) for line in full) == 2, full


def test_sidecar_killed(ran: Ran) -> None:
    """It is started again, and nothing is lost or there twice; killed again, replay brings all."""
    assert ran.drivers["scala"].out.count("sidecar killed") == 3
    logged(ran, "scala", "sidecar-killed")
    logged(ran, "scala", "sidecar-killed-twice")
    warnings = [w for w in ran.drivers["scala"].warnings() if "run: trackmllib replay " in w]
    assert len(warnings) == 1, warnings
    assert [name in warnings[0] for name in ran.left] == [True]
