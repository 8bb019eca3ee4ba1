"""A driver that is killed in the middle of a tuning: what had a result is in MLflow in the end."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from apps_built import apps
from logged import Node, journals, trees
from sparks import APPS, LISTENER, Spark

MANY = "30"
ENOUGH = 4
GONE_WITHIN = 5.0


@pytest.fixture(scope="session")
def app(spark_install: Spark) -> Path:
    """The stock Scala program."""
    return apps(spark_install)


def killed(
    command: list[str], env: dict[str, str], state: Path, ready: Callable[[], bool]
) -> set[str]:
    """Starts a driver and kills it after a few trials, once it is ready; the trials that ended."""
    driver = subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: len(finished(state)) >= ENOUGH and ready(), 120)
        had = finished(state)
    finally:
        driver.send_signal(signal.SIGKILL)
        driver.wait()
    return had


def finished(state: Path) -> set[str]:
    """The lines of trials that have their metric, in the journals of a state directory."""
    lines: set[str] = set()
    for journal in journals(state):
        text = (state / "trackmllib" / journal).read_text()
        lines |= {line for line in text.splitlines() if "TrialFinished" in line}
    return lines


def wait_until(true, seconds: float) -> None:
    """Waits for a condition, for a bounded time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def sidecars_of(state: Path) -> int:
    """How many sidecars run that were started with this state directory."""
    found = 0
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            ours = f"XDG_STATE_HOME={state}".encode() in environ.read_bytes()
            if ours and b"trackmllib.sidecar" in (environ.parent / "cmdline").read_bytes():
                found += 1
        except OSError:
            continue
    return found


def ended(main: Node, finished_lines: int) -> None:
    """The tuning's runs have a final status, and each fold that had its metric is there."""
    assert main.status == "KILLED"
    assert {child.status for child in main.children} <= {"KILLED", "FINISHED"}
    assert sum("accuracy" in child.metrics for child in main.children) >= finished_lines


def of_language(uri: str, language: str) -> list[Node]:
    """The main runs that there are of one language's drivers."""
    return [main for main in trees(uri, "Default") if main.tags["trackmllib.language"] == language]


def test_killed(spark_install: Spark, app: Path, place, data: Path) -> None:
    """Python: a later driver ends the runs, here a Scala driver's sidecar; replay finds all there.

    Scala: the sidecar sees the driver's end, gives all runs their final status, and goes.
    """
    uri, state, env = place("killed")
    python = [spark_install.python, str(APPS / "one_tuning.py"), str(data), MANY]
    had = killed(
        python,
        spark_install.environment(TRACKMLLIB_ENABLED="1", **env),
        state,
        lambda: bool(of_language(uri, "python")),
    )
    (left,) = journals(state)
    kept = state / "kept.jsonl"
    kept.write_bytes((state / "trackmllib" / left).read_bytes())
    scala = [
        str(spark_install.home / "bin" / "spark-submit"),
        *("--jars", spark_install.jar, "--conf", f"spark.extraListeners={LISTENER}"),
        *("--class", "OneTuning", str(app), str(data), MANY),
    ]
    had_later = killed(
        scala, spark_install.environment(**env), state, lambda: left not in journals(state)
    )
    (main,) = of_language(uri, "python")
    ended(main, len(had))
    wait_until(lambda: sidecars_of(state) == 0, GONE_WITHIN)
    if journals(state):  # it had no time for all
        replay(spark_install, env)
    assert journals(state) == []
    (main,) = of_language(uri, "scala")
    ended(main, len(had_later))
    before = snapshot(uri)
    again = spark_install.run([str(spark_install.bin / "trackmllib"), "replay", str(kept)], **env)
    assert again.code == 0, again.err
    assert snapshot(uri) == before


def replay(spark: Spark, env: dict[str, str]) -> None:
    """Brings in what is pending."""
    done = spark.run([str(spark.bin / "trackmllib"), "replay", "--all"], **env)
    assert done.code == 0, done.out + done.err


def snapshot(uri: str) -> list[tuple]:
    """All that the store has of the runs."""
    return [
        (node.run.info.run_id, node.status, node.params, node.tags, node.metrics)
        for main in trees(uri, "Default")
        for node in main.walk()
    ]
