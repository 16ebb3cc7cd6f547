"""A line between two processes that can be made bad: the network's share of faults.

Belongs here: bytes and connections. Which line is broken when is in schedule.py; what
the bytes mean is not known here.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from notifications.smtp_listener import close_server
from tests.clients.accepted import end_accepted

CHUNK_BYTES = 64 * 1024
DRIP_BYTES = 512  # at once, on a line that drips; each then waits `delay`
# Closing with this makes the kernel send RST: the other side gets an error, no end.
ABORT = struct.pack("ii", 1, 0)

Target = tuple[str, int] | str  # a TCP address, or the path of a Unix socket


@dataclass
class Line:
    """How the line is at this moment. The default is a sound one."""

    delay: float = 0.0  # seconds before each chunk goes on
    drips: bool = False  # chunks are a few bytes only
    limit: int | None = None  # bytes after which a connection is cut, wherever it is
    refuses: bool = False  # new connections are reset at once


class Proxy:
    """Listens on a TCP port of this machine and carries every byte to its target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.line = Line()
        self.port = 0
        self.carried = 0  # bytes, both ways
        self._open = asyncio.Event()
        self._open.set()
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        accept = self._accept
        self._server = await asyncio.start_server(accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        await close_server(self._server)
        self.reset()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await end_accepted(self.port)

    def reset(self) -> int:
        """Every connection ends with an error, on both sides; how many there were."""
        for pair in list(self._pairs):
            for side in pair:
                _abort(side)
        return len(self._pairs)

    @contextlib.asynccontextmanager
    async def black_hole(self) -> AsyncIterator[None]:
        """Nothing gets through and nothing is said; new connections open, and hang."""
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    @contextlib.asynccontextmanager
    async def bad(self, line: Line) -> AsyncIterator[None]:
        """The line is like that while the block runs."""
        before, self.line = self.line, line
        try:
            yield
        finally:
            self.line = before

    async def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self._carry(reader, writer)
        except (OSError, asyncio.CancelledError):
            _abort(writer)
        finally:
            self._tasks.discard(task)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self.line.refuses:
            _abort(writer)
            return
        await self._open.wait()
        far_reader, far_writer = await _connect(self.target)
        pair = (writer, far_writer)
        self._pairs.add(pair)
        try:
            ways = (self._way(reader, far_writer), self._way(far_reader, writer))
            await _until_one_ends(ways)
        finally:
            self._pairs.discard(pair)
            for side in pair:
                side.close()

    async def _way(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        carried = 0
        while chunk := await reader.read(
            DRIP_BYTES if self.line.drips else CHUNK_BYTES
        ):
            if self.line.delay:
                await asyncio.sleep(self.line.delay)
            await self._open.wait()
            if self.line.limit is not None:
                chunk = chunk[: max(0, self.line.limit - carried)]
            writer.write(chunk)
            await writer.drain()
            carried += len(chunk)
            self.carried += len(chunk)
            if self.line.limit is not None and carried >= self.line.limit:
                return

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


async def _connect(
    target: Target,
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if isinstance(target, str):
        return await asyncio.open_unix_connection(target)
    return await asyncio.open_connection(*target)


async def _until_one_ends(ways: tuple[Awaitable[None], ...]) -> None:
    """One direction that ends takes the other with it: nobody here half-closes."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _abort(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        line: socket.socket | None = writer.get_extra_info("socket")
        if line is not None and line.family != socket.AF_UNIX:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    writer.transport.abort()
