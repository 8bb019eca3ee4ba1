"""What a checkup looks at: the active session, or what an application would find here."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from trackmllib import conf, jars, spark_defaults
from trackmllib.checkup.probe_run import Findings, probed
from trackmllib.errors import JarNotFoundError
from trackmllib.hook import spark

_SHELLS = ("jupyter", "ipython")


@dataclass(frozen=True)
class Scene:
    """Where a checkup takes place.

    Attributes:
        session: the active session; ``None``: there is none.
        connect: whether it, or one that is begun here, speaks to a Spark Connect server elsewhere.
        home: the Spark; ``None``: none is found.
        tracking_uri: the store to look at instead of the one that the confs name.
    """

    session: Any
    connect: bool
    home: Path | None
    tracking_uri: str | None

    @property
    def jvm(self) -> Any:
        """The JVM of the session's driver; ``None``: there is none here."""
        return None if self.session is None or self.connect else spark.jvm_of(self.session)

    @property
    def tunes_here(self) -> bool:
        """Whether nothing but this interpreter tunes: there is no Scala or Java driver."""
        return self.connect or self.session is not None

    def get(self, key: str) -> str | None:
        """A conf of the session, or of ``spark-defaults.conf``."""
        if self.session is not None:
            return spark.conf_of(self.session)(key) or None
        return (spark_defaults.default_conf(self.home, key) or None) if self.home else None

    @cached_property
    def conf(self) -> conf.Conf:
        """Our own confs, and MLflow's variables."""
        return conf.read(self.get)

    @cached_property
    def sidecar(self) -> str:
        """The interpreter beside Scala and Java drivers, as ``Settings.scala`` chooses it."""
        named = self.get(conf.PREFIX + "python")
        candidates = [
            self.get("spark.pyspark.driver.python"),
            self.get("spark.pyspark.python"),
            os.environ.get("PYSPARK_DRIVER_PYTHON"),
            os.environ.get("PYSPARK_PYTHON"),
        ]
        fit = (name for name in candidates if name and not Path(name).name.startswith(_SHELLS))
        return named or next(fit, "python3")

    @cached_property
    def found_here(self) -> Findings:
        """What this interpreter finds, which logs what PySpark tunes here."""
        return self._probed(sys.executable)

    @cached_property
    def found_by_sidecar(self) -> Findings:
        """What the sidecar's interpreter finds."""
        if shutil.which(self.sidecar) == sys.executable:
            return self.found_here
        return self._probed(self.sidecar)

    def _probed(self, python: str) -> Findings:
        to = self.conf.destination
        return probed(
            python, self.tracking_uri or to.tracking_uri, to.experiment_id, to.experiment_name
        )


def around(spark_home: str | None, tracking_uri: str | None) -> Scene:
    """The scene of a checkup that begins now."""
    home = None
    with suppress(JarNotFoundError):
        home = jars.find_spark(spark_home)
    session = _active_session()
    connect = spark.is_connect(session) if session else not spark_home and _is_client()
    return Scene(session, connect, home, tracking_uri)


def _active_session() -> Any:
    module = sys.modules.get("pyspark.sql")
    with suppress(Exception):  # PySpark throws where there is none, and where its JVM is gone
        return module.SparkSession.active() if module else None
    return None


def _is_client() -> bool:
    """Whether an application here is a client of a Spark Connect server, which has the Spark."""
    with suppress(ImportError):  # there is no PySpark
        return spark.is_client_alone() or os.environ.get("SPARK_REMOTE", "").startswith("sc://")
    return False
