"""The jars that the wheel carries, and putting one into a session."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from trackmllib import messages
from trackmllib._version import __version__
from trackmllib.errors import JarNotFoundError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    Builder = TypeVar("Builder", bound=SparkSession.Builder)

LISTENER = "org.trackmllib.TuningListener"

_JARS = Path(__file__).parent / "jars"
_CONF_LINE = re.compile(r"\s*([^\s=:]+)\s*[=:]?\s*(.*)")


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


def configure(builder: Builder) -> Builder:
    """Adds trackmllib's jar and listener to a session that is about to be built.

    What the builder or ``spark-defaults.conf`` has in ``spark.jars`` and ``spark.extraListeners``
    stays. It has no effect on a session that is running already.

    Args:
        builder: ``SparkSession.builder``.

    Returns:
        The same builder.

    Raises:
        JarNotFoundError: no Spark is found, or this installation has no jar for it.
    """
    home = find_spark()
    for key, ours in (("spark.jars", jar_path(home)), ("spark.extraListeners", LISTENER)):
        given = builder._options.get(key) or default_conf(home, key) or ""
        items = [item.strip() for item in given.split(",") if item.strip()]
        if ours not in items:
            builder.config(key, ",".join([*items, ours]))
    return builder


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
    return Path(spec.origin).parent


def scala_line(home: Path) -> str:
    """The Scala that a Spark was built for, such as ``2.13``, as its own jars tell.

    Raises:
        JarNotFoundError: there is no Spark.
    """
    for jar in (home / "jars").glob("scala-library-*.jar"):
        return ".".join(jar.stem.removeprefix("scala-library-").split(".")[:2])
    raise JarNotFoundError(messages.not_a_spark_home(home))


def defaults_file(home: Path) -> Path:
    """The ``spark-defaults.conf`` that a Spark reads, be it there or not."""
    return Path(os.environ.get("SPARK_CONF_DIR") or home / "conf", "spark-defaults.conf")


def default_conf(home: Path, key: str) -> str | None:
    """What ``spark-defaults.conf`` says of a conf: whatever a builder says replaces it."""
    try:
        lines = defaults_file(home).read_text().splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        said = _CONF_LINE.match(line)
        if said and said[1] == key:
            return said[2].strip()
    return None
