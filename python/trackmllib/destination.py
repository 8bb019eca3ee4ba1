"""Which tracking servers may be sent the user's credentials unasked."""

from __future__ import annotations

from urllib.parse import urlsplit

from trackmllib import conf, jars, spark_defaults
from trackmllib.consumer.store import default_uri
from trackmllib.errors import JarNotFoundError

_LOCAL = ("", "file", "sqlite")
_PORTS = {"http": 80, "https": 443}


def is_local(uri: str) -> bool:
    """Whether a store is files of this machine, which take no credentials."""
    scheme = urlsplit(uri).scheme.partition("+")[0].lower()
    return scheme in _LOCAL or len(scheme) == 1  # a drive of Windows


def is_configured(uri: str) -> bool:
    """Whether a store is one that the environment or ``spark-defaults.conf`` names."""
    return _server(uri) in map(_server, configured())


def configured() -> list[str]:
    """The stores that the environment and ``spark-defaults.conf`` name."""
    return [uri for uri in (_in_spark_defaults(), default_uri()) if uri]


def _in_spark_defaults() -> str | None:
    try:
        home = jars.find_spark()
    except JarNotFoundError:
        return None
    return spark_defaults.default_conf(home, f"{conf.PREFIX}trackingUri")


def _server(uri: str) -> tuple[object, ...]:
    """What tells one server from another: not who asks it."""
    parts = urlsplit(uri)
    scheme = parts.scheme.lower()
    try:
        port = parts.port or _PORTS.get(scheme)
    except ValueError:
        return (uri,)
    return scheme, parts.hostname, port, parts.path.rstrip("/")
