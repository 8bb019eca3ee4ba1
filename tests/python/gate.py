"""A way to a server that can be shut and opened: what a network does to a tracking server."""

from __future__ import annotations

import contextlib
import socket
import threading


class Gate:
    """Forwards connections to a port of this machine while it is open, and refuses them else."""

    def __init__(self, port):
        self._target = port
        self._listening = None
        self._connections = []
        self.requests = 0  # to MLflow's API, so far
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.uri = f"http://127.0.0.1:{self.port}"

    def open(self):
        """Lets connections through."""
        self._listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()
        return self

    def shut(self):
        """Refuses connections, and cuts those that there are in the middle of what they say."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for one in self._connections:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._connections.clear()

    def _accept(self, listening):
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client):
        with contextlib.suppress(OSError):
            server = socket.create_connection(("127.0.0.1", self._target))
            self._connections += [client, server]
            threading.Thread(target=self._forward, args=(server, client), daemon=True).start()
            self._forward(client, server)
        client.close()

    def _forward(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.requests += data.count(b" /api/2.0/mlflow/")
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
