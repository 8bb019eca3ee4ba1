"""Which tracking store a URI is of, whoever asks it."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

# Programs read other characters differently, and so another host.
_PLAIN = re.compile(r"[!-\[\]-~]*")
_PORTS = {"http": 80, "https": 443}


def split(uri: str) -> SplitResult:
    """The parts of a URI.

    Raises:
        ValueError: it is none, or one that not everybody reads alike.
    """
    if not _PLAIN.fullmatch(uri):
        raise ValueError(uri)
    return urlsplit(uri)


def store(uri: str) -> tuple[object, ...]:
    """What tells one store from another: not who asks it.

    Raises:
        ValueError: see :func:`split`.
    """
    parts = split(uri)
    port = parts.port or _PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/"), parts.query


def same_store(one: str, other: str) -> bool:
    """Whether both are of one store."""
    try:
        return one == other or store(one) == store(other)
    except ValueError:
        return False
