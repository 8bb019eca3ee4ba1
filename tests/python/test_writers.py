"""The threads that write to a store: how many there are, and that none misses what is due."""

from __future__ import annotations

import threading
import time

import pytest
from story import LONG, until

from trackmllib.consumer.run import Run
from trackmllib.consumer.store import Store
from trackmllib.consumer.writers import Writers


class Noted(Run):
    """Needs nothing of MLflow; its writing is told of."""

    def __init__(self, written, due=0.0):
        super().__init__(None, "0", resumed=False)
        self._written = written
        self._due = time.monotonic() + due

    def due_in(self):
        return max(0.0, self._due - time.monotonic())

    def write(self, _store):
        if self.due_in():
            return False
        self._written()
        return True

    def _found(self, store):
        raise NotImplementedError

    _create = _found


@pytest.fixture
def told():
    """What the writers tell of each attempt."""
    return []


@pytest.fixture
def writers(server, told):
    """The writers of a tracking server."""
    return Writers(server.uri, lambda run, error: bool(told.append((run, error))))


def test_eight_at_once(writers, told):
    """For a server, as soon as it is known to be one that answers."""
    together = threading.Barrier(8, timeout=LONG)
    writers.put(Noted(lambda: None))
    for _ in range(16):
        writers.put(Noted(together.wait))
    until(lambda: len(told) == 17)
    assert [error for _, error in told] == [None] * 17


@pytest.mark.parametrize("uri", ["databricks", "databricks://profile", "arn:aws:x", "azureml://x"])
def test_eight_for_each_server(server, monkeypatch, uri):
    """Whatever its URI looks like: what the store is says how many threads it is worth."""
    from mlflow.store.tracking.rest_store import RestStore
    from mlflow.tracking._tracking_service.utils import _tracking_store_registry

    class OfAPlugin(RestStore):
        """What sagemaker-mlflow and azureml-mlflow have for the last two."""

    monkeypatch.setenv("DATABRICKS_HOST", server.uri)
    monkeypatch.setenv("DATABRICKS_TOKEN", "t")
    monkeypatch.setattr(
        _tracking_store_registry, "_registry", {**_tracking_store_registry._registry}
    )
    for scheme in ("arn", "azureml"):
        _tracking_store_registry.register(scheme, lambda *_, **__: OfAPlugin(lambda: None))
    assert Store(uri).writers == 8


def test_one_for_a_local_store(told):
    """MLflow's local stores are slower with more."""
    writing, most = [], []

    def written():
        writing.append(1)
        time.sleep(0.02)
        most.append(len(writing))
        writing.pop()

    writers = Writers(None, lambda run, error: bool(told.append((run, error))))
    for _ in range(10):
        writers.put(Noted(written))
    until(lambda: len(told) == 10)
    assert most == [1] * 10


def test_what_is_due_later_wakes_nobody(writers, told):
    """But it is written when it is due, also while all others sleep."""
    for _ in range(8):
        writers.put(Noted(lambda: None))
    until(lambda: len(told) == 8)
    writers.put(Noted(lambda: None, due=1.0))
    time.sleep(0.1)
    looked = []
    stock = writers._work.wait
    writers._work.wait = lambda seconds: looked.append(seconds) or stock(seconds)
    for _ in range(20):
        writers.put(Noted(lambda: None, due=1.1))
        time.sleep(0.005)
    assert looked == []
    until(lambda: len(told) == 29)
