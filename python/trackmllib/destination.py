"""Which tracking stores may be sent the user's credentials unasked."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from trackmllib import conf, jars, spark_defaults
from trackmllib.consumer.store import default_uri
from trackmllib.errors import JarNotFoundError
from trackmllib.ownership import is_own

# Programs read other characters differently, and so another host.
_PLAIN = re.compile(r"[!-\[\]-~]*")
_DATABRICKS = ("databricks", "databricks-uc", "uc")
_PORTS = {"http": 80, "https": 443}


def is_trusted(uri: str) -> bool:
    """Whether a store is one that the environment or ``spark-defaults.conf`` names, or the user's.

    A store of the user's is a sqlite file or a folder that nobody else can have written: it says
    where the artifacts of its runs go, and that may be a server.
    """
    try:
        return _is_own_file(uri) or _server(uri) in map(_server, configured())
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
    parts = _split(uri)
    if parts.netloc or uri in _DATABRICKS or parts.scheme not in ("", "file", "sqlite"):
        return False
    path = unquote(parts.path)
    # of sqlite:///relative and sqlite:////absolute one slash is the URI's
    file = Path(path[1:] if parts.scheme == "sqlite" else path)
    return is_own(file) or not file.exists()


def _server(uri: str) -> tuple[object, ...]:
    """What tells one server from another: not who asks it."""
    parts = _split(uri)
    port = parts.port or _PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/"), parts.query


def _split(uri: str) -> SplitResult:
    """The parts of a URI.

    Raises:
        ValueError: it is none, or one that not everybody reads alike.
    """
    if not _PLAIN.fullmatch(uri):
        raise ValueError(uri)
    return urlsplit(uri)
