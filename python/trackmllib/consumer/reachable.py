"""Whether a tracking server can be reached, in one look and without MLflow.

MLflow's own client retries for minutes against a port where nobody listens, and importing it takes
seconds that a server which is not there does not deserve.
"""

from __future__ import annotations

import socket
import urllib.parse
import urllib.request

from trackmllib import messages

_PATIENCE = 5.0


def is_server(uri: str | None) -> bool:
    """Whether the store behind ``uri`` is spoken to over HTTP."""
    return uri is not None and urllib.parse.urlsplit(uri).scheme in ("http", "https")


def refusal(uri: str | None) -> str | None:
    """Why the server of ``uri`` cannot be reached; ``None`` when it can, or is no server."""
    if uri is None or not is_server(uri):
        return None
    try:
        socket.create_connection(_address(uri), timeout=_PATIENCE).close()
    except (OSError, ValueError) as error:
        return messages.unreachable(uri, error)
    return None


def _address(uri: str) -> tuple[str, int]:
    """Host and port to connect to for ``uri``: its own, or those of the proxy in between."""
    target = urllib.parse.urlsplit(uri)
    host = target.hostname or "localhost"
    proxy = urllib.request.getproxies().get(target.scheme)
    if proxy and not urllib.request.proxy_bypass(host):
        target = urllib.parse.urlsplit(proxy)
        host = target.hostname or host
    return host, target.port or (443 if target.scheme == "https" else 80)
