"""What is read of PySpark's sessions, classic and Connect."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from typing import Any

from trackmllib import jars
from trackmllib.conf import Get


def is_connect(session: Any) -> bool:
    """Whether a session, or its builder, is Spark Connect's own, and so has no JVM here."""
    return type(session).__module__.startswith("pyspark.sql.connect")


def active_session() -> Any:
    """The session that this thread works with, or else the process; ``None``: there is none."""
    from pyspark.sql import SparkSession

    return SparkSession.getActiveSession() or SparkSession._instantiatedSession


def makes_connect(options: Mapping[str, str]) -> bool:
    """Whether a builder with ``options`` makes a session of Spark Connect here, as PySpark decides.

    Spark 3.5 has no modes.
    """
    from pyspark import util

    variables = ("SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED")
    if "spark.remote" in options or any(name in os.environ for name in variables):
        return True
    if not hasattr(util, "default_api_mode"):
        return False
    mode = options.get("spark.api.mode", os.environ.get("SPARK_API_MODE", "")).lower()
    if mode not in ("classic", "connect"):
        mode = util.default_api_mode()
    return mode == "connect" or is_client_alone()


def is_client_alone() -> bool:
    """Whether the PySpark here is no more than a client of Spark Connect servers."""
    from pyspark import util

    return hasattr(util, "is_remote_only") and util.is_remote_only()


def conf_of(session: Any) -> Get:
    """Looks up confs as they are in the session now."""

    def get(key: str) -> str | None:
        value = session.conf.get(key, None)
        return None if value is None else str(value)

    return get


def jvm_of(session: Any) -> Any:
    """The JVM of a classic session's driver."""
    return session._jvm


def has_jar(session: Any) -> bool:
    """Whether trackmllib's jar is on the class path of the session's driver.

    A Spark Connect server is asked for its confs.
    """
    if is_connect(session):
        return jars.are_named(conf_of(session))
    return has_listener_class(jvm_of(session))


def has_listener_class(jvm: Any) -> bool:
    """Whether trackmllib's jar is on the class path of a driver's JVM."""
    # py4j hands out a JavaPackage for whatever it does not find
    return type(jvm.org.trackmllib.TuningListener).__name__ == "JavaClass"


def has_fitting_jar(jvm: Any) -> bool:
    """Whether the jar on a driver's class path is for its Scala; the jar itself says if not."""
    return has_listener_class(jvm) and bool(jvm.org.trackmllib.ScalaLine.fits())


def has_active_context() -> bool:
    """Whether this process has a SparkContext, whose confs are settled."""
    from pyspark import SparkContext

    return SparkContext._active_spark_context is not None


def running_jvm() -> Any:
    """The JVM that this process's next SparkContext is made in; ``None``: it is not started yet.

    Connects to the one that ``spark-submit`` has started, as making the SparkContext does.
    """
    from pyspark import SparkContext

    if SparkContext._jvm is None and "PYSPARK_GATEWAY_PORT" in os.environ:
        SparkContext._ensure_initialized()
    return SparkContext._jvm


def jvm_conf(key: str) -> str | None:
    """A conf that the running JVM was started with, by ``spark-submit`` for example."""
    from pyspark import SparkConf

    return SparkConf().get(key)


def tuning_in_jvm(session: Any, tuning: str) -> Any:
    """The tuning's counterpart in the driver's JVM; ``None`` where no jar for it is there."""
    if is_connect(session) or not has_fitting_jar(jvm_of(session)):
        return None
    return jvm_of(session).org.trackmllib.PythonTuning(tuning)


def pins_threads(session: Any) -> bool:
    """Whether each thread has a thread of its own in the JVM, and so local properties."""
    return type(session.sparkContext._gateway).__name__ == "ClientServer"


def local_property(session: Any, key: str) -> str | None:
    """A local property of this thread; ``None`` where threads have none of their own."""
    if is_connect(session) or not pins_threads(session):
        return None
    value: str | None = session.sparkContext.getLocalProperty(key)
    return value


def user_of(session: Any) -> str:
    """The user that the application runs as."""
    if is_connect(session):
        try:
            return getpass.getuser()
        except (KeyError, OSError):  # containers may run as a user that has no name
            return str(os.getuid())
    return str(session.sparkContext.sparkUser())
