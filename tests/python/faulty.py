"""A way to a tracking server on which answers go wrong, for as long as it is told so."""

from __future__ import annotations

import http.client
import json
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_CODES = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    429: "REQUEST_LIMIT_EXCEEDED",
    500: "INTERNAL_ERROR",
}
_HOP = {"connection", "content-length", "transfer-encoding", "host"}


class Faulty(ThreadingHTTPServer):
    """Forwards requests to a port of this machine, and answers as its ``fault`` says.

    Attributes:
        fault: ``None``, a status that it answers with instead of the server, ``"silent"``,
            ``"delayed"`` (the server's answer, after ``delay`` seconds), ``"cut"`` (half of it), or
            a function of path and body that gives status, headers and text, or ``None``.
    """

    daemon_threads = True

    def __init__(self, port, fault, *, delay=30.0):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = port
        self.fault = fault
        self.delay = delay
        self.uri = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        """Answers no more."""
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        """A client that has gone away is what some faults lead to."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_request(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.server.fault
        spoiled = fault(self.path, body) if callable(fault) else None
        if spoiled:
            status, headers, text = spoiled
            self._answer(status, headers, text.encode())
        elif fault == "silent":
            time.sleep(self.server.delay)
            self.close_connection = True
        elif isinstance(fault, int):
            reason = {"error_code": _CODES[fault], "message": f"the reason for {fault}"}
            self._answer(fault, {"Content-Type": "application/json"}, json.dumps(reason).encode())
        else:
            status, headers, content = self._forwarded(body)
            if fault == "delayed":
                time.sleep(self.server.delay)
            self._answer(status, headers, content, cut=fault == "cut")

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_request  # noqa: N815

    def _forwarded(self, body):
        kept = {name: text for name, text in self.headers.items() if name.lower() not in _HOP}
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.target)) as way:
            path = self.path[self.path.index("/api/") :]  # a proxy is given a whole address
            way.request(self.command, path, body, kept)
            answer = way.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def _answer(self, status, headers, content, *, cut=False):
        self.send_response(status)
        for name, text in headers.items():
            if name.lower() not in _HOP:
                self.send_header(name, text)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection = self.close_connection or cut

    def log_message(self, *_):
        pass
