"""One connection to clamd: bytes out, bytes in, each step within a limit.

Belongs here: sockets, chunks, deadlines, lengths. What a reply means is in clamd.py.
Sockets are used without asyncio's streams, because a stream forgets what was already
received when sending fails, and clamd's reason is then lost.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable
from typing import Any, BinaryIO, TypeAlias, TypeVar
from urllib.parse import urlsplit

CHUNK_BYTES = 64 * 1024
REPLY_BYTES = 4096  # clamd's own replies are a line; a longer one is no reply
CONNECT_SECONDS = 5.0

Address: TypeAlias = str | tuple[str, int]  # a path, or host and port
Result = TypeVar("Result")


class ReplyTooLong(Exception):
    """The other side sent more than REPLY_BYTES."""


def address(url: str) -> Address:
    """The path of `unix:///path`, or host and port of `tcp://host:3310`.

    Raises ValueError with a sentence for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc:
        return parts.path
    if parts.scheme == "tcp" and parts.hostname and parts.port and not parts.path:
        parts.hostname.encode("idna")  # its UnicodeError is a ValueError
        return parts.hostname, parts.port
    raise ValueError("write unix:///path/of/clamd.sock or tcp://host:3310")


class Line:
    """A connected socket; every step raises TimeoutError after `step_seconds`."""

    def __init__(self, sock: socket.socket, step_seconds: float) -> None:
        self._socket, self._step_seconds = sock, step_seconds
        self._loop = asyncio.get_running_loop()

    async def send(self, data: bytes) -> None:
        """Raises OSError when the other side does not take it."""
        await self._step(self._loop.sock_sendall(self._socket, data))

    async def send_chunks(self, file: BinaryIO) -> int:
        """Sends the rest of the file in INSTREAM's form, without its end mark.

        Returns how many bytes of content were sent.
        """
        sent = 0
        while chunk := file.read(CHUNK_BYTES):
            await self.send(len(chunk).to_bytes(4, "big") + chunk)
            sent += len(chunk)
        return sent

    def was_answered(self) -> bool:
        """Whether something (or the end) has come in already; nothing is taken."""
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        return True

    async def reply(self) -> bytes:
        """Everything until the other side closes; ReplyTooLong, OSError."""
        received = bytearray()
        await self._receive(received)
        return bytes(received)

    async def last_words(self) -> bytes:
        """What is left to read from a side that broke off. For a log, no reply."""
        received = bytearray()
        with contextlib.suppress(OSError, ReplyTooLong):
            await self._receive(received)
        return bytes(received)

    async def _receive(self, received: bytearray) -> None:
        while len(received) <= REPLY_BYTES:
            room = REPLY_BYTES + 1 - len(received)
            part = await self._step(self._loop.sock_recv(self._socket, room))
            if not part:
                return
            received += part
        raise ReplyTooLong

    async def _step(self, work: Awaitable[Result]) -> Result:
        async with asyncio.timeout(self._step_seconds):
            return await work


@contextlib.asynccontextmanager
async def connected(where: Address, step_seconds: float) -> AsyncIterator[Line]:
    """A line for the length of a block; OSError when there is none."""
    async with asyncio.timeout(min(CONNECT_SECONDS, step_seconds)):
        sock = await _connect(where)
    with sock:
        yield Line(sock, step_seconds)


async def _connect(where: Address) -> socket.socket:
    if isinstance(where, str):
        return await _open(socket.AF_UNIX, where)
    loop, trouble = asyncio.get_running_loop(), OSError("no address")
    host, port = where
    for family, *_rest, resolved in await loop.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    ):
        try:
            return await _open(family, resolved)
        except OSError as error:
            trouble = error
    raise trouble


async def _open(family: int, where: Any) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(sock, where)
    except BaseException:  # a time-out's cancellation too: the socket must not leak
        sock.close()
        raise
    return sock
