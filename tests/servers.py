"""MLflow's own tracking server, as a process of the tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from empty_stores import empty_store


class Server:
    """A tracking server of its own, over sqlite, that can be stopped and started again."""

    def __init__(self, home, python=sys.executable):
        self.home = home
        self._python = python
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.uri = f"http://127.0.0.1:{self.port}"
        self._process = None
        if python == sys.executable:  # else it may be another MLflow, which makes its own
            empty_store(home / "server.db")

    def start(self):
        """Starts it and waits until it answers."""
        with (self.home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(self._python, "-m", "mlflow", "server", "--workers", "1"),
                    *("--host", "127.0.0.1", "--port", str(self.port)),
                    *("--backend-store-uri", f"sqlite:///{self.home / 'server.db'}"),
                    *("--artifacts-destination", str(self.home / "artifacts")),
                ],
                stdout=log,
                stderr=log,
                env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
                start_new_session=True,  # it is ended with its workers
                cwd=self.home,
            )
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.uri}/health", timeout=5):
                    return
            except OSError:
                assert self._process.poll() is None, (self.home / "server.log").read_text()
                time.sleep(0.1)
        raise TimeoutError(self.uri)

    def kill(self):
        """Kills it, whatever it is doing."""
        self._end(signal.SIGKILL)

    def stop(self):
        """Stops it; its port refuses connections from then on."""
        self._end(signal.SIGTERM)

    def _end(self, by):
        os.killpg(self._process.pid, by)
        self._process.wait(30)
