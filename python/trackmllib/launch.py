"""Adding trackmllib to the session that a builder is about to make."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from trackmllib import conf, messages
from trackmllib.jars import LISTENER, find_spark, jar_path
from trackmllib.spark_defaults import defaults_file, properties

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    Builder = TypeVar("Builder", bound=SparkSession.Builder)

_CLASS_PATH = "spark.driver.extraClassPath"
_LISTENERS = "spark.extraListeners"


def configure(builder: Builder) -> Builder:
    """Has the tunings of the session tracked that ``builder`` is about to make.

    Tracking is switched on as by :func:`trackmllib.enable`. Where the JVM is still to be started,
    the jar is added to the driver's class path (``spark.driver.extraClassPath``): it measures
    trials, and Spark 4 finds the listener in it, which follows what the JVM itself tunes. In a JVM
    that runs already, by spark-submit for example, the listener is added where the jar is there.
    What builder, ``spark-submit``, ``PYSPARK_SUBMIT_ARGS`` and ``spark-defaults.conf`` say stays.

    Nothing is raised. Where the jar cannot be added, what PySpark tunes is tracked all the same.

    Args:
        builder: ``SparkSession.builder``.

    Returns:
        The same builder.
    """
    if conf.switched_off():
        return builder
    try:
        from trackmllib.hook import enable

        enable()
        _add(builder)
    except Exception as error:
        messages.logger.warning(messages.not_configured(error))
    return builder


def _add(builder: Any) -> None:
    from trackmllib.hook import spark

    options: Mapping[str, str] | None = getattr(builder, "_options", None)
    if options is None or spark.is_connect(builder) or spark.makes_connect(options):
        return  # Spark Connect needs no jar here
    if spark.has_active_context():
        return
    jvm = spark.running_jvm()
    if jvm is None:
        _add_jar(builder, options)
    elif spark.has_listener_class(jvm):
        listeners = options.get(_LISTENERS, spark.jvm_conf(_LISTENERS))
        _append(builder, _LISTENERS, listeners, LISTENER, ",")


def _add_jar(builder: Any, options: Mapping[str, str]) -> None:
    """Adds the jar for the Spark that is about to be launched.

    Not to ``spark.jars``: executors do not need it, and a builder's list would replace what
    spark-submit makes of packages and patterns.
    """
    home = find_spark()
    jar = jar_path(home)
    submit = _submit_arguments()
    confs = dict(pair.split("=", 1) for pair in submit.conf if "=" in pair)
    if submit.driver_class_path is not None or _CLASS_PATH in confs:  # they beat the builder's
        messages.logger.info(messages.class_path_given_elsewhere(jar))
        return
    defaults: dict[str, str] = {}
    if submit.properties_file is None or submit.load_spark_defaults:
        defaults = properties(defaults_file(home))
    if submit.properties_file is not None:
        defaults |= properties(Path(submit.properties_file))
    given = options.get(_CLASS_PATH, defaults.get(_CLASS_PATH))
    _append(builder, _CLASS_PATH, given, jar, os.pathsep)


def _append(builder: Any, key: str, given: str | None, ours: str, separator: str) -> None:
    """Has a list of the builder's end with ``ours``, once."""
    items = [item.strip() for item in (given or "").split(separator) if item.strip()]
    if ours not in items:
        builder.config(key, separator.join([*items, ours]))


def _submit_arguments() -> argparse.Namespace:
    """What ``PYSPARK_SUBMIT_ARGS`` tells the spark-submit that PySpark starts its JVM by.

    Raises:
        ValueError: spark-submit would not understand it, either.
    """
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("--driver-class-path")
    parser.add_argument("-c", "--conf", action="append", default=[])
    parser.add_argument("--properties-file")
    parser.add_argument("--load-spark-defaults", action="store_true")
    given = shlex.split(os.environ.get("PYSPARK_SUBMIT_ARGS", ""))
    if "pyspark-shell" in given:  # what comes after the program is for the program
        given = given[: given.index("pyspark-shell")]
    return parser.parse_known_args(given)[0]


class _Parser(argparse.ArgumentParser):
    """Raises what is wrong; argparse would end the user's program."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"PYSPARK_SUBMIT_ARGS: {message}")
