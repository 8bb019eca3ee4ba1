"""A jar some of whose code does not link: the session lives, and fits are Spark's own."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest
from drivers import Program
from logged import trees
from sparks import Spark

AT_MOST = 30.0  # seconds of a fit that waits for nobody, on a machine that is busy as well
INTERNALS = """package org.apache.spark;
public final class SparkInternals$ {
    public static final SparkInternals$ MODULE$ = new SparkInternals$();
}
"""
MISSING = {
    "listener": "org/trackmllib/Startup$.class",
    "wrapper": "org/apache/spark/ml/tuning/TrackedTuners$CrossValidator.class",
    "sidecar": "org/trackmllib/bridge/Sidecar.class",
}
MORE_MISSING = {
    "callback": "org/trackmllib/bridge/Bridge$.class",
    "hook": "org/trackmllib/hook/FitRewriter.class",
    "events": "org/trackmllib/TrialStarted.class",
    "gateway": "org/trackmllib/bridge/SidecarGateway.class",
}


def changed(jar: str, path: Path, without: str, instead: Path | None = None) -> str:
    """A copy of a jar that lacks a class, or has another in its place."""
    with zipfile.ZipFile(jar) as old, zipfile.ZipFile(path, "w") as new:
        assert without in old.namelist()
        for name in old.namelist():
            if name != without:
                new.writestr(name, old.read(name))
        if instead:
            new.write(instead, without)
    return str(path)


@pytest.fixture
def without_methods(newest_spark: Spark, tmp_path: Path) -> Path:
    """What we use of Spark's private API, as if this Spark had none of it."""
    source = tmp_path / "SparkInternals$.java"
    source.write_text(INTERNALS)
    subprocess.run(["javac", "-d", str(tmp_path), str(source)], check=True)
    return tmp_path / "org" / "apache" / "spark" / "SparkInternals$.class"


@pytest.mark.parametrize(
    "missing",
    [*MISSING, "methods", *(pytest.param(m, marks=pytest.mark.release) for m in MORE_MISSING)],
)
def test_does_not_link(missing: str, newest_spark: Spark, place, tmp_path: Path, request) -> None:
    """A missing class, or a missing method, wherever: the fit is right, and the log says it."""
    jar = tmp_path / Path(newest_spark.jar).name
    if missing == "methods":
        other = request.getfixturevalue("without_methods")
        changed(newest_spark.jar, jar, "org/apache/spark/SparkInternals$.class", other)
    else:
        changed(newest_spark.jar, jar, {**MISSING, **MORE_MISSING}[missing])
    uri, _, env = place("linkage")
    program = Program(newest_spark, "scala", str(jar))
    try:
        driver = program.start("plain", "again", **env)
        outcomes = driver.outcomes()
        assert driver.warnings()
        assert "Shutting down" not in driver.err
    finally:
        program.close()
    assert outcomes["plain"] == outcomes["again"] == "Success(ArraySeq(1.0, 2.0, 3.0, 4.0))"
    assert float(outcomes["seconds of again"]) < AT_MOST
    for name in ("plain", "again"):
        assert "RUNNING" not in [node.status for main in trees(uri, name) for node in main.walk()]
