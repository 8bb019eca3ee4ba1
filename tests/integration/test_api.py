"""The Scala and Java API in compiled programs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from apps_built import apps
from logged import journals, trees
from sparks import Finished, Spark


@pytest.fixture(scope="module")
def scala_api(spark_install: Spark, place, data: Path) -> tuple[Finished, str, Path]:
    """What WithRun.scala did."""
    uri, state, env = place("with-run")
    app = apps(spark_install)
    done = spark_install.submit("--class", "WithRun", app, data, **env)
    assert done.code == 0, done.err[-3000:]
    return done, uri, state


def test_with_run(scala_api: tuple[Finished, str, Path]) -> None:
    """Tunings in the block share its run; what differs between them is mangled, the rest is not."""
    done, uri, _ = scala_api
    nightly = next(node for node in trees(uri, "Default") if node.name == "nightly")
    assert nightly.run.info.run_id in done.out
    assert nightly.status == "FINISHED"
    assert len(nightly.children) == 4 * 2  # three fits in the block, one by withRunId
    fits = sorted({child.tags["fit_uuid"] for child in nightly.children})
    assert len(fits) == 4
    assert nightly.params["numFolds"] == "2"
    mangled = [name for name in nightly.params if name.startswith("numFolds_")]
    (third,) = mangled
    assert nightly.params[third] == "3"
    assert third.removeprefix("numFolds_") in fits
    uuids = {value for name, value in nightly.tags.items() if name.startswith("fit_uuid")}
    assert sorted(uuids) == fits


def test_nested_in_a_run(scala_api: tuple[Finished, str, Path]) -> None:
    """Under a run of the user's, an inner tuning is still a child of the trial it ran in."""
    _, uri, _ = scala_api
    (nested,) = (node for node in trees(uri, "Default") if node.name == "nested")
    trials = [child for child in nested.children if "trackmllib.trial" in child.tags]
    refits = [child for child in nested.children if "trackmllib.trial" not in child.tags]
    assert [trial.name for trial in trials] == ["maxBins=4", "maxBins=8"]
    assert [len(trial.children) for trial in trials] == [2, 2]
    assert [len(refit.children) for refit in refits] == [2]
    inner = trials[0].children[0]
    assert inner.params["mlModelClass"] == "CrossValidator"
    assert [child.name for child in inner.children] == ["maxDepth=1", "maxDepth=3"]


def test_explicit_fit_is_logged_once(scala_api: tuple[Finished, str, Path]) -> None:
    """``TrackMLlib.fit`` under the automatic hook gives one main run, which lastRunId names."""
    done, uri, state = scala_api
    (main,) = (node for node in trees(uri, "Default") if node.name.startswith("CrossValidator"))
    last = re.findall(r"^last: Some\((\w+)\)", done.out, re.MULTILINE)
    assert last == [main.run.info.run_id]
    assert journals(state) == []


def test_a_block_that_throws(scala_api: tuple[Finished, str, Path]) -> None:
    """The block's own exception comes through, and its run is FAILED."""
    done, uri, _ = scala_api
    assert "caught: mine" in done.out
    (doomed,) = (node for node in trees(uri, "Default") if node.name == "doomed")
    assert doomed.status == "FAILED"


def test_java_api(spark_install: Spark, place, data: Path) -> None:
    """All shapes of a Java lambda compile and log under the run they name."""
    uri, state, env = place("java-api")
    app = apps(spark_install)
    done = spark_install.submit("--class", "JavaWithRun", app, data, **env)
    assert done.code == 0, done.err[-3000:]
    counts = {node.name: len(node.children) for node in trees(uri, "Default")}
    assert counts == {
        "expression": 2,
        "block": 6,
        "no value": 2,
        "CrossValidator(DecisionTreeClassifier)": 2,
    }
    assert journals(state) == []


def test_stock_java(spark_install: Spark, place, data: Path) -> None:
    """An unchanged Java program is tracked as a Scala one is."""
    uri, state, env = place("java-stock")
    app = apps(spark_install)
    done = spark_install.submit("--class", "JavaTuning", app, data, **env)
    assert done.code == 0, done.err[-3000:]
    (main,) = trees(uri, "Default")
    assert len(main.children) == 4
    assert main.tags["trackmllib.language"] == "scala"
    printed = sorted(float(figure) for figure in re.findall(r"0\.\d+", done.out))
    logged = sorted(child.metrics["avg_accuracy"] for child in main.children)
    assert logged == pytest.approx(printed, abs=1e-12)
    assert journals(state) == []
