"""How our own threads ask MLflow's servers, and what they make of the answers."""

from __future__ import annotations

import functools
import importlib
import json
import threading
import urllib.parse
from contextlib import suppress
from typing import Any

from trackmllib import messages
from trackmllib.ending import in_forked_child
from trackmllib.errors import AnswerError, StoreUnreachableError

THREADS = "trackmllib-"
"""How the names of our own threads begin."""

_CONNECT = 10.0  # seconds for a connection, of which MLflow would take as many as for an answer
_PASSING = (408, 425, 429)  # all others of 4xx are for good if MLflow itself has said them
_EXCERPT = 200


def is_server(uri: str | None) -> bool:
    """Whether ``uri`` is the address of a server."""
    return uri is not None and urllib.parse.urlsplit(uri).scheme in ("http", "https")


def for_our_threads() -> None:
    """Lets them ask in their own way; all other threads ask as before."""
    rest_utils: Any = importlib.import_module("mlflow.utils.rest_utils")
    setting, stock = rest_utils.MLFLOW_HTTP_REQUEST_MAX_RETRIES, rest_utils.http_request
    if isinstance(setting, _Retries):
        return
    rest_utils.MLFLOW_HTTP_REQUEST_MAX_RETRIES = _Retries(setting)
    rest_utils.http_request = functools.wraps(stock)(_Requests(stock))


class _Retries:
    """MLflow's setting of how often a request is tried again: not at all in our own threads.

    MLflow would try for minutes, and make a run twice where only the answer was lost.
    """

    def __init__(self, setting: Any) -> None:
        self._setting = setting

    def get(self) -> Any:
        return 0 if _ours() else self._setting.get()


class _Requests:
    """MLflow's ``http_request``, for our own threads a little different."""

    def __init__(self, stock: Any) -> None:
        self._stock = stock
        self._begin_to_count()
        in_forked_child(self._begin_to_count)

    def _begin_to_count(self) -> None:
        self._counting = threading.Lock()
        self._running = 0

    def __call__(self, host_creds: Any, *args: Any, **kwargs: Any) -> Any:
        if not _ours():
            return self._stock(host_creds, *args, **kwargs)
        with self._counting:
            self._running += 1
            alone = self._running == 1
        # else an error is "too many 500 error responses", not what the server said
        kwargs.setdefault("raise_on_status", False)
        # a server with several workers sends the second half of an answer on a connection that
        # stays open 40 ms late; with many requests at once that does not matter
        if alone and str(host_creds.host).startswith("http://"):
            kwargs["extra_headers"] = {**(kwargs.get("extra_headers") or {}), "Connection": "close"}
        if kwargs.get("timeout") is None and not getattr(host_creds, "use_databricks_sdk", False):
            seconds = _timeout()
            kwargs["timeout"] = (min(_CONNECT, seconds), seconds)
        try:
            response = self._stock(host_creds, *args, **kwargs)
        except Exception as error:
            if _no_connection(error):
                raise StoreUnreachableError(
                    messages.unreachable(host_creds.host, _innermost(error))
                ) from error
            raise
        finally:
            with self._counting:
                self._running -= 1
        _check(response)
        return response


def _ours() -> bool:
    return threading.current_thread().name.startswith(THREADS)


def _timeout() -> float:
    settings: Any = importlib.import_module("mlflow.environment_variables")
    return float(settings.MLFLOW_HTTP_REQUEST_TIMEOUT.get())


def _no_connection(error: BaseException) -> bool:
    """Whether no server was reached, of what MLflow has wrapped."""
    from requests.exceptions import ConnectionError as NoConnectionError
    from urllib3.exceptions import ProtocolError, ReadTimeoutError

    chain = _chain(error)
    cut = any(isinstance(one, (ReadTimeoutError, ProtocolError)) for one in chain)
    return not cut and any(isinstance(one, NoConnectionError) for one in chain)


def _innermost(error: BaseException) -> BaseException:
    """What an error comes down to: MLflow wraps "connection refused" in four others."""
    chain = _chain(error)
    return next((one for one in reversed(chain) if isinstance(one, OSError)), error)


def _chain(error: BaseException) -> list[BaseException]:
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(inner)
    return chain


def _check(response: Any) -> None:
    """Raises an error of ours for what MLflow's client would misread.

    MLflow's own refusals are left to it, since it knows their codes. Of a page that something
    before the server has answered with it forgets the status, and of all when to come again.
    """
    status = response.status_code
    if status < 400:
        return
    said: Any = None
    with suppress(ValueError):
        said = json.loads(response.text)
    known = isinstance(said, dict) and "error_code" in said
    if known and status < 500 and status not in _PASSING:
        return
    text = f"{said['error_code']}: {said.get('message')}" if known else response.text
    raise AnswerError(
        messages.answer(response.url, status, response.reason, " ".join(text.split())[:_EXCERPT]),
        status,
        _pause(response.headers.get("Retry-After")),
    )


def _pause(header: str | None) -> float | None:
    """The seconds that a server asks for, in numbers or by a date."""
    from urllib3.exceptions import InvalidHeader
    from urllib3.util import Retry

    if header is None:
        return None
    with suppress(InvalidHeader):
        return Retry().parse_retry_after(header)
    return None
