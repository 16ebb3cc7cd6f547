"""The documented interface of the State's file-scanner, over real HTTP, for tests.

It checks the token as its documents say and answers what a test tells it to.
"""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ISSUER = "hub"
SEED = bytes(range(32))
KEY = base64.urlsafe_b64encode(SEED).rstrip(b"=").decode()
MAX_AGE_SECONDS = 300
CLEAN = {"scanner": "clamav", "category": "malware", "kind": "clean", "time": 0.01}
REPORT = {"malware": False, "scanners": [CLEAN]}


class FakeFileScanner(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.content = 200, json.dumps(REPORT).encode()
        self.received: list[bytes] = []
        self.names: list[str | None] = []
        self.answer = threading.Event()  # clear it, and nothing is answered
        self.answer.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def says(self, report: Any, status: int = 200) -> None:
        self.status, self.content = status, json.dumps(report).encode()


@contextmanager
def file_scanner() -> Iterator[FakeFileScanner]:
    with FakeFileScanner() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.answer.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: FakeFileScanner
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        known = self.path in ("/check", "/")
        self._answer(self.server.status if known else 404, b"Service OK")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not _is_valid(self.headers["Authorization"], "POST", self.path):
            self._answer(401, b'{"detail": "unauthorized"}')
            return
        if not self.path.startswith("/api/v1.0/scan?"):
            self._answer(404, b"")
            return
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        form = BytesParser(policy=HTTP).parsebytes(head + body)
        for part in form.iter_parts():
            assert part.get_param("name", header="content-disposition") == "file"
            self.server.names.append(part.get_filename())
            self.server.received.append(part.get_payload(decode=True))
        self.server.answer.wait()
        self._answer(self.server.status, self.server.content)

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


def _is_valid(authorization: str, method: str, target: str) -> bool:
    """As docs/security.md of file-scanner says; the algorithm is never the token's."""
    head, _, signature = authorization.removeprefix("Bearer ").rpartition(".")
    key = Ed25519PrivateKey.from_private_bytes(SEED).public_key()
    try:
        key.verify(_decoded(signature), head.encode())
    except InvalidSignature:
        return False
    claims = json.loads(_decoded(head.partition(".")[2]))
    return (
        (claims["iss"], claims["aud"]) == (ISSUER, "file-scanner")
        and (claims["htm"], claims["htu"]) == (method, target)
        and claims["iat"] <= time.time() < claims["exp"]
        and claims["exp"] - claims["iat"] <= MAX_AGE_SECONDS
    )


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")
