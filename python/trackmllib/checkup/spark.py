"""Spark, its Scala, and trackmllib's jar and listener."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trackmllib import jars, messages, spark_defaults
from trackmllib.checkup.check import Check, fail, ok, warn
from trackmllib.checkup.scene import Scene
from trackmllib.errors import JarNotFoundError
from trackmllib.hook import spark

_SUPPORTED = ("3.5", "4.0", "4.1", "4.2", "4.3")


def version_of(scene: Scene) -> str | None:
    """The version of the session, or of the Spark that is found."""
    if scene.session is not None:
        return str(scene.session.version)
    if scene.connect:
        import pyspark

        return str(pyspark.__version__)
    found = list((scene.home / "jars").glob("spark-core_*.jar")) if scene.home else []
    return found[0].stem.rpartition("-")[2] if found else None


def spark_and_jar(scene: Scene) -> Check:
    """The Spark is one that is supported, and there is a jar for its Scala."""
    version = version_of(scene)
    if version is None:
        return fail(messages.not_a_spark_home(scene.home) if scene.home else messages.no_spark())
    if not version.startswith(tuple(f"{line}." for line in _SUPPORTED)):
        return warn(messages.untried_spark(version))
    if scene.connect:
        return ok(f"Spark {version} (Connect): tracked from Python, no jar is needed")
    if scene.session is not None:
        return _jar_in_session(scene, version)
    assert scene.home is not None
    try:
        jar = Path(jars.jar_path(scene.home)).name
    except JarNotFoundError as error:
        return fail(str(error))
    scala = jars.scala_line(scene.home)
    return ok(f"Spark {version}, Scala {scala} ({scene.home}): {jar} is the jar for it")


def _jar_in_session(scene: Scene, version: str) -> Check:
    scala = ".".join(scene.jvm.scala.util.Properties.versionNumberString().split(".")[:2])
    if not spark.has_jar(scene.session):
        return ok(f"Spark {version}, Scala {scala}, without the jar: tracked from Python only")
    jar = Path(scene.jvm.org.trackmllib.Messages.jarPath(_class(scene, jars.LISTENER))).name
    if not spark.has_fitting_jar(scene.jvm):
        return warn(messages.jar_of_other_scala(jar, version, scala))
    return ok(f"Spark {version}, Scala {scala}: {jar} is in the session")


def listener(scene: Scene) -> Check | None:
    """Spark's events reach us, or will in every application."""
    if scene.session is None:
        return _listener_in_defaults(scene)
    if scene.jvm is None or not spark.has_fitting_jar(scene.jvm):
        return None
    internals = scene.jvm.org.apache.spark.SparkInternals
    context = internals.activeContextOrNull()
    there = internals.hasListener(context, _class(scene, jars.LISTENER))
    return ok("the listener is in the session") if there else warn(messages.no_listener())


def _listener_in_defaults(scene: Scene) -> Check | None:
    if scene.connect or scene.home is None:
        return None
    file = spark_defaults.defaults_file(scene.home)
    if jars.is_jar_named(scene.get):
        return ok(f"the jar is in {file}")  # Spark finds the listener in it by itself
    if jars.is_listener_named(scene.get):
        return fail(messages.listener_without_jar(file))
    return warn(messages.not_in_defaults(file))


def _class(scene: Scene, name: str) -> Any:
    """A class of ours, which ``--jars`` gives to the thread's own class loader."""
    thread = scene.jvm.java.lang.Thread.currentThread()
    return thread.getContextClassLoader().loadClass(name)
