"""How our own threads ask MLflow's servers."""

from __future__ import annotations

import functools
import importlib
import threading
from typing import Any

from trackmllib.ending import in_forked_child

THREADS = "trackmllib-"
"""How the names of our own threads begin."""


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
        try:
            return self._stock(host_creds, *args, **kwargs)
        finally:
            with self._counting:
                self._running -= 1


def _ours() -> bool:
    return threading.current_thread().name.startswith(THREADS)
