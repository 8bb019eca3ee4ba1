"""The examples, compiled and run as they are on the newest Spark."""

from __future__ import annotations

import base64
import io
import json
import os
import re
from pathlib import Path
from unittest import mock

import matplotlib.image
import nbformat
import numpy as np
import pytest
from apps_built import compiled
from logged import Node, journals, trees
from nbclient import NotebookClient
from sparks import LISTENER, ROOT, Spark

from trackmllib.demo import write_digits

EXAMPLES = ROOT / "examples"
NOTEBOOK = EXAMPLES / "notebook" / "digits_tuning.ipynb"

Shown = dict[str, list[dict[str, str]]]
"""What each cell of the notebook shows, by the first word of its source."""


@pytest.fixture(scope="module")
def few_digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples' data, or as much of it as a quick tuning needs."""
    file = write_digits(tmp_path_factory.mktemp("digits") / "digits.json")
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:300]))
    return file


def one_tuning(uri: str, state: Path, experiment: str = "Default") -> Node:
    """The main run of the only tuning there; all of it is in MLflow."""
    (main,) = trees(uri, experiment)
    assert {node.status for node in main.walk()} == {"FINISHED"}
    assert journals(state) == []
    return main


@pytest.mark.release
def test_scala_application(newest_spark: Spark, place, few_digits: Path) -> None:
    """The application knows nothing of tracking, and each of its settings is logged."""
    uri, state, env = place("scala-example")
    source = EXAMPLES / "scala/src/main/scala/DigitsTuning.scala"
    app = compiled(newest_spark, source)
    done = newest_spark.submit("--class", "DigitsTuning", app, few_digits, **env)
    assert done.code == 0, done.err[-3000:]
    main = one_tuning(uri, state)
    assert len(main.children) == 21
    assert f"best weightedPrecision: {main.metrics['best_weightedPrecision']:.4f}" in done.out


def test_sbt_build() -> None:
    """Its build is by this repository's sbt, for the Scala and the Spark of the jar."""
    mine, ours = EXAMPLES / "scala", ROOT
    properties = Path("project", "build.properties")
    assert (mine / properties).read_text() == (ours / properties).read_text()
    versions = re.findall(r'"(\d+\.\d+\.\d+)"', (mine / "build.sbt").read_text())
    assert len(versions) == 2
    assert all(f'"{version}"' in (ours / "build.sbt").read_text() for version in versions)


@pytest.mark.release
def test_java_application(newest_spark: Spark, place, few_digits: Path) -> None:
    """Its tuning is logged under the run that it names."""
    uri, state, env = place("java-example")
    app = compiled(newest_spark, EXAMPLES / "java" / "DigitsTuning.java")
    done = newest_spark.submit("--class", "DigitsTuning", app, few_digits, **env)
    assert done.code == 0, done.err[-3000:]
    main = one_tuning(uri, state)
    assert main.name == "digits by forest"
    settings = {(child.params["numTrees"], child.params["maxDepth"]) for child in main.children}
    assert settings == {("5", "4"), ("5", "8"), ("20", "4"), ("20", "8")}


@pytest.mark.release
def test_spark_shell_script(newest_spark: Spark, place, few_digits: Path) -> None:
    """The shell runs it, and it prints the run that it was logged under."""
    uri, state, env = place("shell-example")
    script = EXAMPLES / "spark-shell" / "digits_tuning.scala"
    shell = f"cd {few_digits.parent} && exec {newest_spark.home}/bin/spark-shell"
    listening = f"--jars {newest_spark.jar} --conf spark.extraListeners={LISTENER}"
    done = newest_spark.run(
        ["bash", "-c", f"{shell} {listening} -i {script}"], stdin=":quit\n", **env
    )
    assert done.code == 0, done.err[-3000:]
    main = one_tuning(uri, state)
    assert f"run {main.run.info.run_id}" in done.out
    assert sorted(child.params["regParam"] for child in main.children) == ["0.001", "0.01", "0.1"]


@pytest.mark.release
def test_python_under_a_run(newest_spark: Spark, place, few_digits: Path) -> None:
    """The run has its own name, param and metric beside those of the tuning."""
    uri, state, env = place("python-example")
    script = EXAMPLES / "python" / "digits_tuning_in_a_run.py"
    done = newest_spark.run(
        [newest_spark.python, str(script), str(few_digits)], TRACKMLLIB_ENABLED="1", **env
    )
    assert done.code == 0, done.err[-3000:]
    main = one_tuning(uri, state)
    assert main.name == "digits by tree"
    assert {"data", "numFolds"} <= set(main.params)
    assert {"nodes", "best_f1"} <= set(main.metrics)
    assert len(main.children) == 4


@pytest.fixture(scope="module")
def executed(newest_spark: Spark, place) -> tuple[Shown, Node]:
    """The notebook, executed, and what was logged."""
    uri, state, env = place("notebook")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(
        notebook, kernel_name="python3", timeout=600, resources={"metadata": {"path": str(state)}}
    )
    with mock.patch.dict(os.environ, newest_spark.environment(**env), clear=True):
        client.execute()
    shown = {
        cell.source.split()[0]: [output.data for output in cell.outputs if "data" in output]
        for cell in notebook.cells
        if cell.cell_type == "code"
    }
    return shown, one_tuning(uri, state, "digits")


def test_notebook_is_clean() -> None:
    """It is committed without outputs, counts and anything of a machine's own."""
    notebook = json.loads(NOTEBOOK.read_text())
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}


@pytest.mark.release
def test_notebook_shows_the_tuning(executed: tuple[Shown, Node]) -> None:
    """The cell that fits says what came of it; the run is the user's, with a metric of theirs."""
    shown, main = executed
    (said,) = (output["text/plain"] for output in shown["with"])
    best = main.tags["trackmllib.bestTrial"]
    assert said.splitlines()[-1].startswith(f"best {best}: avg_weightedPrecision ")
    assert main.name == "digits by tree"
    assert main.metrics["test_weightedPrecision"] > 0.7
    assert len(main.children) == 21


@pytest.mark.release
def test_notebook_shows_the_search(executed: tuple[Shown, Node]) -> None:
    """``params.maxBins = "8"`` finds its seven settings, the best first."""
    shown, main = executed
    (table,) = shown["runs"]
    cells = re.findall(r"<td>([^<]+)</td>", table["text/html"])
    logged = {
        int(child.params["maxDepth"]): child.metrics["avg_weightedPrecision"]
        for child in main.children
        if child.params["maxBins"] == "8"
    }
    best_first = sorted(logged, key=logged.get, reverse=True)
    assert [int(depth) for depth in cells[::3]] == best_first
    assert sorted(best_first) == [2, 3, 4, 5, 6, 7, 8]
    figures = [float(figure) for figure in cells[1::3]]
    assert figures == pytest.approx([logged[depth] for depth in best_first], abs=1e-6)


@pytest.mark.release
def test_notebook_shows_the_scatter(executed: tuple[Shown, Node]) -> None:
    """The metric over the depth, with coloured dots in it."""
    shown, _ = executed
    axes, figure = shown["results"]
    assert axes["text/plain"] == "<Axes: xlabel='maxDepth', ylabel='avg_weightedPrecision'>"
    picture = matplotlib.image.imread(io.BytesIO(base64.b64decode(figure["image/png"])))
    colours = np.unique(picture[..., :3].reshape(-1, 3).round(1), axis=0)
    assert sum(np.ptp(colour) > 0.2 for colour in colours) >= 3
