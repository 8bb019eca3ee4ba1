"""The jars that the wheel carries, and the Spark that one is for."""

from __future__ import annotations

import os
import re
from pathlib import Path

from trackmllib import messages
from trackmllib._version import __version__
from trackmllib.conf import Get
from trackmllib.errors import JarNotFoundError

LISTENER = "org.trackmllib.TuningListener"

_LISTENERS = "spark.extraListeners"
_JAR_CONFS = ("spark.jars", "spark.jars.packages", "spark.driver.extraClassPath")
_JAR = re.compile(r"trackmllib_2\.\d+[-:]")  # of a file, of Maven
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


def are_named(get: Get) -> bool:
    """Whether confs name a jar of ours, or the listener, without which the driver had not begun."""
    return is_listener_named(get) or is_jar_named(get)


def is_listener_named(get: Get) -> bool:
    """Whether confs name the listener."""
    named = (get(_LISTENERS) or "").split(",")
    return LISTENER in (one.strip() for one in named)


def is_jar_named(get: Get) -> bool:
    """Whether confs put a jar of ours onto the driver's class path."""
    return any(_JAR.search(get(key) or "") for key in _JAR_CONFS)
