"""Adding trackmllib to the session that a builder is about to make."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from trackmllib import conf, messages
from trackmllib.jars import LISTENER, find_spark, jar_path
from trackmllib.spark_defaults import defaults_file, properties

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    Builder = TypeVar("Builder", bound=SparkSession.Builder)

_JARS = "spark.jars"
_LISTENERS = "spark.extraListeners"


def configure(builder: Builder) -> Builder:
    """Has the tunings of the session tracked that ``builder`` is about to make.

    Tracking is switched on as by :func:`trackmllib.enable`. The jar, which measures trials and
    follows what the JVM itself tunes, is added to ``spark.jars`` where a JVM is still to be started
    and takes it from there; the listener is added where the jar is certain to be on the driver's
    class path. What the builder, ``spark-submit``, ``PYSPARK_SUBMIT_ARGS`` and
    ``spark-defaults.conf`` say of these confs stays.

    Nothing is raised: what cannot be added is said in one message, and the session starts.

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
    if options is None or _is_remote(options) or spark.has_active_context():
        return
    jvm = spark.running_jvm()
    if jvm is not None:
        if spark.has_listener_class(jvm):
            _merge(builder, _LISTENERS, LISTENER, options.get(_LISTENERS), spark.jvm_conf)
        return
    home = find_spark()
    jar = jar_path(home)
    submit = _Submit.of_environment(home)
    if submit.jars is None:
        _merge(builder, _JARS, jar, options.get(_JARS), submit.default)
    elif jar not in _items(submit.jars):
        messages.logger.info(messages.jars_given_elsewhere(jar))
        return
    _merge(builder, _LISTENERS, LISTENER, options.get(_LISTENERS), submit.conf)


def _is_remote(options: Mapping[str, str]) -> bool:
    """Whether the session will be one of Spark Connect, which needs no jar."""
    mode = options.get("spark.api.mode") or os.environ.get("SPARK_API_MODE") or ""
    variables = ("SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED")
    return (
        mode.lower() == "connect"
        or "spark.remote" in options
        or any(name in os.environ for name in variables)
    )


def _merge(
    builder: Any,
    key: str,
    ours: str,
    in_builder: str | None,
    elsewhere: Callable[[str], str | None],
) -> None:
    """Adds ``ours`` to a list; the builder's value replaces what is said elsewhere."""
    items = _items(in_builder or elsewhere(key) or "")
    if ours not in items:
        builder.config(key, ",".join([*items, ours]))


def _items(given: str) -> list[str]:
    return [item.strip() for item in given.split(",") if item.strip()]


class _Parser(argparse.ArgumentParser):
    """Raises what is wrong; argparse would end the user's program."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"PYSPARK_SUBMIT_ARGS: {message}")


@dataclass(frozen=True)
class _Submit:
    """What the ``spark-submit`` that PySpark starts its JVM by is told beside the builder's confs.

    Attributes:
        jars: the jars of the driver's class path where they come from ``PYSPARK_SUBMIT_ARGS``,
            which beats the builder's ``spark.jars``; ``None``: it names none.
    """

    jars: str | None
    _confs: Mapping[str, str]
    _defaults: Mapping[str, str]

    @classmethod
    def of_environment(cls, home: Path) -> _Submit:
        """By ``PYSPARK_SUBMIT_ARGS`` and the properties file that then counts."""
        parser = _Parser(add_help=False, allow_abbrev=False)
        parser.add_argument("--jars")
        parser.add_argument("-c", "--conf", action="append", default=[])
        parser.add_argument("--properties-file")
        parser.add_argument("--load-spark-defaults", action="store_true")
        given, _ = parser.parse_known_args(shlex.split(os.environ.get("PYSPARK_SUBMIT_ARGS", "")))
        confs = dict(pair.split("=", 1) for pair in given.conf if "=" in pair)
        defaults = {}
        if given.properties_file is None or given.load_spark_defaults:
            defaults = properties(defaults_file(home))
        if given.properties_file is not None:
            defaults |= properties(Path(given.properties_file))
        return cls(given.jars or confs.get(_JARS), confs, defaults)

    def conf(self, key: str) -> str | None:
        """The value of a conf that the builder does not set."""
        return self._confs.get(key) or self.default(key)

    def default(self, key: str) -> str | None:
        """The value in the properties file."""
        return self._defaults.get(key)
