"""A Scala driver and its sidecar: who waits for whom, how long, and who outlives whom."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mlflow
import pytest
from drivers import Driver, Program, processes_of, wait_until
from logged import trees
from sparks import Spark

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))
from faulty import Faulty

METRICS = "ArraySeq(1.0, 2.0, 3.0, 4.0)"
FLUSH = 30.0  # seconds that a fit waits for MLflow at its end
GONE_WITHIN = 20.0  # 3.5 s is what the sidecar takes at most, on a machine that has time for it


@dataclass
class Ran:
    """The driver that has ended, what it said of each scenario, and the store that it logged to."""

    driver: Driver
    outcomes: dict[str, str]
    uri: str

    def seconds(self, name: str) -> float:
        """How long a scenario took."""
        return float(self.outcomes[f"seconds of {name}"])


@pytest.fixture(scope="module")
def ran(newest_spark: Spark, place, server) -> Iterator[Ran]:
    """One driver has run through all of it, in a JVM that prefers IPv6."""
    uri, _, env = place("bridge")
    mlflow.MlflowClient(uri).create_experiment("no-artifacts", "file:///proc/nowhere")
    program = Program(newest_spark, "scala")
    ways = [Faulty(server.port, "silent", delay=300.0) for _ in range(2)]
    conf = {
        "spark.driver.extraJavaOptions": "-Djava.net.preferIPv6Addresses=true",
        "spark.trackmllib.flushTimeout": f"{FLUSH:g}s",
    }
    scenarios = [
        *("plain", "with-run", "no-artifacts", "interrupted"),
        f"wait-interrupted={ways[0].uri}",
        *(f"{name}={ways[1].uri}" for name in ("silent", "silent-again")),
    ]
    try:
        driver = program.start(*scenarios, "left", conf=conf, **env)
        yield Ran(driver, driver.outcomes(), uri)
    finally:
        program.close()
        for way in ways:
            way.close()


def test_ipv6_first(ran: Ran) -> None:
    """A JVM that prefers IPv6 talks to its sidecar as any other does."""
    (main,) = trees(ran.uri, "plain")
    assert [node.status for node in main.walk()] == ["FINISHED"] * 5


def test_run_without_waiting_at_the_end(ran: Ran) -> None:
    """``withRun`` has its run although fits do not wait."""
    assert ran.outcomes["with-run"] == f"Success(true, {METRICS})"
    (run,) = trees(ran.uri, "with-run")
    assert run.name == "at-once"
    assert run.status == "FINISHED"


def test_artifacts_that_cannot_be_stored(ran: Ran) -> None:
    """The main run is there: the model is tried, and its own failure is told."""
    (main,) = trees(ran.uri, "no-artifacts")
    assert [node.status for node in main.walk()] == ["FINISHED"] * 5
    (warning,) = [line for line in ran.driver.warnings() if "the best model" in line]
    assert "StepModel" in warning or "writ" in warning
    assert "main run" not in warning


def test_interrupted_while_training(ran: Ran) -> None:
    """It fails as untracked, the thread stays interrupted, and the tuning is KILLED at once."""
    assert ran.outcomes["interrupted"] == "Success(true, interrupted: true)"
    (main,) = trees(ran.uri, "interrupted")
    assert main.status == "KILLED"


def test_interrupted_while_waiting(ran: Ran) -> None:
    """The wait ends, the model is returned, the thread stays interrupted, the journal is named."""
    assert ran.outcomes["wait-interrupted"] == f"Success({METRICS}, interrupted: true)"
    assert ran.seconds("wait-interrupted") < FLUSH
    (warning,) = [line for line in ran.driver.warnings() if "was interrupted while" in line]
    assert ".jsonl" in warning


def test_store_that_is_silent(ran: Ran) -> None:
    """One fit waits for it as long as it may; the next one does not."""
    assert ran.seconds("silent") > FLUSH
    assert ran.seconds("silent-again") < FLUSH
    assert ran.outcomes["silent"] == ran.outcomes["silent-again"] == f"Success({METRICS})"


def test_progress_ends_with_the_fit(ran: Ran) -> None:
    """What each tuning has come to is said when its fit returns, in MLflow or not."""
    assert ran.driver.err.count("avg_metric 4 (4 trials") == 6
    assert ran.driver.err.count("was interrupted after") == 2


def test_session_stopped_while_it_fits(ran: Ran) -> None:
    """The sidecar goes when the fit is over, and does not wait for the JVM's end."""
    assert ran.outcomes["left"] == "Success(true, sidecars: 0)"


@pytest.fixture
def program(newest_spark: Spark) -> Iterator[Program]:
    """The fault program in Scala."""
    made = Program(newest_spark, "scala")
    yield made
    made.close()


def test_signals_of_the_terminal(program: Program, place, tmp_path: Path) -> None:
    """SIGQUIT is for the JVM alone; a terminal that hangs up ends the tuning, its journal goes."""
    uri, state, env = place("terminal")
    (tmp_path / "file").touch()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    conf = {
        "spark.trackmllib.journalDir": str(tmp_path / "file" / "below"),
        "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={temporary}",
    }
    driver = program.start("long", conf=conf, TMPDIR=str(temporary), **env)
    wait_until(lambda: trees(uri, "long"), 120)  # the sidecar logs
    driver.signal_group(signal.SIGQUIT)
    before = driver.out.count("fitting")
    wait_until(lambda: driver.out.count("fitting") > before + 3, 120)
    assert list(temporary.rglob("*.jsonl"))
    driver.signal_group(signal.SIGHUP)
    assert driver.code() != 0
    wait_until(lambda: not processes_of(state), GONE_WITHIN)
    (main,) = trees(uri, "long")
    assert main.status == "KILLED"
    assert "RUNNING" not in {node.status for node in main.walk()}
    assert not list(temporary.rglob("*.jsonl"))
