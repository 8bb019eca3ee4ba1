"""The tracking stores that are compared: a file, and servers over it and over PostgreSQL."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 300.0


@contextmanager
def sqlite(home: Path) -> Iterator[str]:
    """A sqlite store in this process."""
    yield f"sqlite:///{home / 'mlflow.db'}"


@contextmanager
def server(home: Path) -> Iterator[str]:
    """``mlflow server`` on sqlite, with its default workers."""
    with _serving(home, f"sqlite:///{home / 'served.db'}") as uri:
        yield uri


@contextmanager
def postgres(home: Path) -> Iterator[str]:
    """``mlflow server`` on PostgreSQL.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """
    initdb, program = shutil.which("initdb"), shutil.which("postgres")
    if initdb is None or program is None:
        raise FileNotFoundError("PostgreSQL is not installed (Debian: apt install postgresql)")
    data, port = home / "pg", _free_port()
    # PostgreSQL refuses to run as root
    user = {"user": "postgres"} if Path("/root").owner() == Path.home().owner() else {}
    data.mkdir(parents=True)
    if user:
        shutil.chown(data, "postgres")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([initdb, "-D", data, "-U", "bench", "-A", "trust"], check=True, **quiet, **user)
    options = ["-k", data, "-c", "listen_addresses=127.0.0.1"]
    database = subprocess.Popen([program, "-D", data, "-p", str(port), *options], **quiet, **user)
    try:
        _answers(port)
        address = f"postgresql+psycopg2://bench@127.0.0.1:{port}/postgres"
        with _serving(home, address) as uri:
            yield uri
    finally:
        database.terminate()
        database.wait()


STORES = (sqlite, server, postgres)


@contextmanager
def _serving(home: Path, backend: str) -> Iterator[str]:
    port = _free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", backend, "--artifacts-destination", str(home / "artifacts")]
    said = home / "server.log"
    with said.open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    uri = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + _PATIENCE
        while not _healthy(uri):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"mlflow server did not start:\n{said.read_text()[-2000:]}")
            time.sleep(0.2)
        yield uri
    finally:
        process.terminate()
        process.wait()


def _healthy(uri: str) -> bool:
    try:
        with urllib.request.urlopen(f"{uri}/health", timeout=5):
            return True
    except OSError:
        return False


def _answers(port: int) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("PostgreSQL did not start")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
