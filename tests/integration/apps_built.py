"""Compiles the Scala and Java programs of the tests, with what a Spark ships or the JDK has."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from sparks import Spark


def compiled(spark: Spark, source: Path, out: Path, classpath: str = "") -> Path:
    """A jar of one source file, for one Spark."""
    classes = out / f"{source.stem}-{spark.version}"
    classes.mkdir(parents=True, exist_ok=True)
    jars = f"{spark.home}/jars/*"
    path = f"{jars}:{classpath}" if classpath else jars
    if source.suffix == ".scala":
        command = ["java", "-cp", jars, "scala.tools.nsc.Main", "-nowarn", "-cp", path]
        # the compiler does not expand wildcards by itself
        command[-1] = ":".join([*map(str, (spark.home / "jars").glob("*.jar")), classpath])
    else:
        command = ["javac", "-nowarn", "-cp", path]
    subprocess.run([*command, "-d", str(classes), str(source)], check=True)
    return Path(shutil.make_archive(str(classes), "zip", classes)).rename(f"{classes}.jar")
