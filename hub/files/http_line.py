"""One HTTP/1.1 request on a connection of its own, sent piece by piece.

Belongs here: connecting, sending, receiving within limits. What is asked is the
caller's, and so is the deadline for the whole: asyncio cancels every step, which the
standard library's client does not allow.
"""

import asyncio
import contextlib
import http.client
import io
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECT_SECONDS = 5.0
CHUNK_BYTES = 64 * 1024
ANSWER_BYTES = 256 * 1024  # head and content


class NoAnswer(Exception):
    """What came back is not a whole HTTP answer, or too long to be one of ours."""


@dataclass(frozen=True)
class Server:
    """`path`: what goes before every target, without a final slash."""

    host: str
    port: int
    path: str
    tls: ssl.SSLContext | None


def server(url: str) -> Server:
    """From `http://host[:port][/path]` or https; ValueError for anything else."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write http://host:port or https://host")
    parts.hostname.encode("idna")  # its UnicodeError is a ValueError
    tls = ssl.create_default_context() if parts.scheme == "https" else None
    port = parts.port or (443 if tls else 80)
    return Server(parts.hostname, port, parts.path.rstrip("/"), tls)


class Line:
    """One request and its answer; the other side closes."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
    ) -> None:
        self._reader, self._writer, self._host = reader, writer, host

    def begin(self, method: str, target: str, *headers: str) -> None:
        first = (f"{method} {target} HTTP/1.1", f"Host: {self._host}")
        lines = [*first, "Connection: close", "Accept: application/json", *headers]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self) -> tuple[int, bytes]:
        """Status and content; NoAnswer when it is not HTTP or too long."""
        received = b""
        while len(received) <= ANSWER_BYTES:
            part = await self._reader.read(CHUNK_BYTES)
            if not part:
                return _parsed(received)
            received += part
        raise NoAnswer("the answer is too long")


@contextlib.asynccontextmanager
async def connected(to: Server) -> AsyncIterator[Line]:
    """A line for one request; OSError when there is none."""
    async with asyncio.timeout(CONNECT_SECONDS):
        reader, writer = await asyncio.open_connection(to.host, to.port, ssl=to.tls)
    try:
        yield Line(reader, writer, f"{to.host}:{to.port}")
    finally:
        writer.transport.abort()


class _Received:
    """Bytes that look like a socket to http.client, which reads them as an answer."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._received)


def _parsed(received: bytes) -> tuple[int, bytes]:
    response = http.client.HTTPResponse(_Received(received))  # type: ignore[arg-type]
    try:
        response.begin()
        return response.status, response.read()
    except (http.client.HTTPException, ValueError) as error:
        raise NoAnswer(type(error).__name__) from None
