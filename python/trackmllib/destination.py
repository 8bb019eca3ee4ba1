"""Which tracking stores may be sent the user's credentials unasked."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from trackmllib import conf, jars, spark_defaults, uris
from trackmllib.consumer.store import default_uri
from trackmllib.errors import JarNotFoundError
from trackmllib.ownership import is_own

_DATABRICKS = ("databricks", "databricks-uc", "uc")


def is_trusted(uri: str) -> bool:
    """Whether a store is one that the environment or ``spark-defaults.conf`` names, or the user's.

    A store of the user's is a sqlite file or a folder that nobody else can have written: it says
    where the artifacts of its runs go, and that may be a server.
    """
    try:
        return _is_own_file(uri) or uris.store(uri) in map(uris.store, configured())
    except ValueError:  # it is no URI
        return False


def configured() -> list[str]:
    """The stores that the environment and ``spark-defaults.conf`` name."""
    return [uri for uri in (_in_spark_defaults(), default_uri()) if uri]


def _in_spark_defaults() -> str | None:
    try:
        home = jars.find_spark()
    except JarNotFoundError:
        return None
    return spark_defaults.default_conf(home, f"{conf.PREFIX}trackingUri")


def _is_own_file(uri: str) -> bool:
    parts = uris.split(uri)
    if parts.netloc or uri in _DATABRICKS or parts.scheme not in ("", "file", "sqlite"):
        return False
    path = unquote(parts.path)
    # of sqlite:///relative and sqlite:////absolute one slash is the URI's
    file = Path(path[1:] if parts.scheme == "sqlite" else path)
    return is_own(file) or not file.exists()
