"""Compiles the Scala and Java programs of the tests, with what a Spark ships or the JDK has."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
import zipfile
from pathlib import Path

from sparks import APPS, Spark

from workplace import BUILD, kept


def apps(spark: Spark) -> Path:
    """A jar of all programs in ``apps/``, for one Spark."""
    return compiled(spark, *sorted(APPS.glob("*.scala")), *sorted(APPS.glob("*.java")))


def compiled(spark: Spark, *sources: Path, main: str = "") -> Path:
    """A jar of programs, for one Spark; it is kept for as long as they, and our API, stay.

    Args:
        main: the class that the jar names as its program.
    """
    contents = hashlib.sha256(f"{main} {_classes(spark.jar)}".encode())
    for file in sources:
        contents.update(file.read_bytes())
    name = f"{sources[0].stem}-{spark.version}-{contents.hexdigest()[:16]}.jar"
    return kept(BUILD / "apps" / name, lambda jar: _compile(spark, sources, main, jar))


def _classes(jar: str) -> list[tuple[str, int]]:
    """The classes of a jar, each with its checksum."""
    with zipfile.ZipFile(jar) as opened:
        return [(e.filename, e.CRC) for e in opened.infolist() if e.filename.endswith(".class")]


def _compile(spark: Spark, sources: tuple[Path, ...], main: str, jar: Path) -> None:
    with tempfile.TemporaryDirectory() as classes:
        path = ":".join([*map(str, (spark.home / "jars").glob("*.jar")), spark.jar])
        into = ["-nowarn", "-cp", path, "-d", classes]
        scala = [str(source) for source in sources if source.suffix == ".scala"]
        java = [str(source) for source in sources if source.suffix == ".java"]
        if scala:
            compiler = ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{spark.home}/jars/*"]
            subprocess.run([*compiler, "scala.tools.nsc.Main", *into, *scala], check=True)
        if java:
            subprocess.run(["javac", *into, *java], check=True)
        pack = ["jar", "--create", "--file", str(jar), *(["--main-class", main] if main else [])]
        subprocess.run([*pack, "-C", classes, "."], check=True)
