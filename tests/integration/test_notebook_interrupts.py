"""A notebook's cell that is interrupted during a fit: its kernel goes on, and so does tracking."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from drivers import wait_until
from jupyter_client import BlockingKernelClient, KernelManager
from logged import journals, trees
from sparks import APPS, Spark

LONGEST = 180
SCENARIOS = f"""
import runpy, sys
sys.argv = ["faults.py"]
happen = runpy.run_path({str(APPS / "faults.py")!r})["happen"]
"""


class Notebook:
    """A kernel as a notebook has it, in the environment of a user."""

    def __init__(self, spark: Spark, **env: str) -> None:
        self._manager = KernelManager()
        self._manager.start_kernel(env=spark.environment(**env))
        self._client: BlockingKernelClient = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(LONGEST)

    def run(self, code: str, interrupt_at: str = "") -> str:
        """The name of the exception that a cell ends with, else what it has printed.

        Args:
            code: the cell.
            interrupt_at: the button "interrupt" is pressed when the cell has printed this.
        """
        cell, end = self._client.execute(code), time.monotonic() + LONGEST
        printed = error = ""
        while True:
            message = self._client.get_iopub_msg(timeout=end - time.monotonic())
            content, kind = message["content"], message["msg_type"]
            if message["parent_header"].get("msg_id") != cell:
                continue
            if kind == "error":
                error = content["ename"]
            elif kind == "stream":
                printed += content["text"]
                if interrupt_at and interrupt_at in printed:
                    self._manager.interrupt_kernel()
                    interrupt_at = ""
            elif kind == "status" and content["execution_state"] == "idle":
                return error or printed

    def close(self) -> None:
        """Ends the kernel."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


@pytest.fixture
def notebook(newest_spark: Spark, place) -> Iterator[tuple[Notebook, str, Path]]:
    """A notebook whose session has the jar, its store and its state directory."""
    uri, state, env = place("notebook")
    arguments = f"--jars {newest_spark.jar} pyspark-shell"
    made = Notebook(newest_spark, PYSPARK_SUBMIT_ARGS=arguments, **env)
    yield made, uri, state
    made.close()


def test_interrupted_cell(notebook: tuple[Notebook, str, Path]) -> None:
    """KeyboardInterrupt ends the cell, no run is RUNNING, and the next cell's tuning is logged."""
    cells, uri, state = notebook
    cells.run(SCENARIOS)
    assert cells.run('happen("long")', interrupt_at="fitting\nfitting\nfitting") == (
        "KeyboardInterrupt"
    )
    (main,) = trees(uri, "long")
    assert main.status == "KILLED"
    wait_until(lambda: journals(state) == [], LONGEST)  # the pool's thread goes on with the fold
    (main,) = trees(uri, "long")
    assert main.children
    assert {child.status for child in main.children} <= {"FINISHED", "KILLED", "FAILED"}
    assert "plain: [1.0, 2.0, 3.0, 4.0]" in cells.run('happen("plain")')
    (main,) = trees(uri, "plain")
    assert [node.status for node in main.walk()] == ["FINISHED"] * 5
    wait_until(lambda: journals(state) == [], LONGEST)
