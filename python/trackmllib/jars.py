"""The jars that the wheel carries, and the Spark that one is for."""

from __future__ import annotations

import os
from pathlib import Path

from trackmllib import messages
from trackmllib._version import __version__
from trackmllib.errors import JarNotFoundError

LISTENER = "org.trackmllib.TuningListener"

_JARS = Path(__file__).parent / "jars"


def jar_path(spark_home: str | os.PathLike[str] | None = None) -> str:
    """The path of the jar for a Spark.

    Args:
        spark_home: the Spark; by default ``SPARK_HOME``, else the installed PySpark.

    Raises:
        JarNotFoundError: no Spark is found, or this installation has no jar for it.
    """
    home = find_spark(spark_home)
    scala = scala_line(home)
    jar = _JARS / f"trackmllib_{scala}-{__version__}.jar"
    if not jar.is_file():
        there = sorted(path.name for path in _JARS.glob("*.jar"))
        raise JarNotFoundError(messages.no_jar(f"{home} (Scala {scala})", _JARS, there))
    return str(jar)


def find_spark(given: str | os.PathLike[str] | None = None) -> Path:
    """Where a Spark is: ``given``, else ``SPARK_HOME``, else the installed PySpark.

    Raises:
        JarNotFoundError: none is found.
    """
    home = given or os.environ.get("SPARK_HOME")
    if home:
        return Path(home)
    from importlib.util import find_spec

    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise JarNotFoundError(messages.no_spark())
    package = Path(spec.origin).parent
    # pip's PySpark is a Spark itself; in a Spark distribution the package is below python/
    places = (package, package.parents[1])
    return next((place for place in places if (place / "jars").is_dir()), package)


def scala_line(home: Path) -> str:
    """The Scala that a Spark was built for, such as ``2.13``, as its own jars tell.

    Raises:
        JarNotFoundError: there is no Spark.
    """
    for jar in (home / "jars").glob("scala-library-*.jar"):
        return ".".join(jar.stem.removeprefix("scala-library-").split(".")[:2])
    raise JarNotFoundError(messages.not_a_spark_home(home))
