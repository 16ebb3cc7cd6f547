"""A clamd that lies, stops half-way, or says nothing: a real socket, no ClamAV.

Belongs here: what a broken, old or foreign daemon may do on the wire. What the client
must make of it is in the tests.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from notifications.smtp_listener import close_server

VERSION = b"ClamAV 1.4.6\0"
OK = b"stream: OK\0"
# Longer than a client of the tests waits for one step, and it ends with the test.
FOR_EVER = 600.0
DRIP_SECONDS = 0.1


@dataclass(frozen=True)
class Lie:
    """How it answers. Everything not said here is as the real one does it."""

    reply: bytes = OK
    version: bytes = VERSION
    version_after: bytes | None = None  # to the question after the scan, and later
    after: int | None = None  # answers after so many bytes, and reads no more
    silent: bool = False  # reads everything and then says nothing
    drips: bool = False  # a byte now and then
    stays: bool = False  # answers and leaves the line open


# Each of them must end as "not scanned".
LIES = {
    "nothing": Lie(b""),
    "half a reply": Lie(b"stream: O"),
    "OK without NUL": Lie(b"stream: OK"),
    "OK with a newline": Lie(b"stream: OK\n"),
    "OK with newline and NUL": Lie(b"stream: OK\n\0"),
    "OK twice": Lie(OK + OK),
    "OK and more": Lie(OK + b"stream: Eicar FOUND\0"),
    "OK after something": Lie(b"\0" + OK),
    "small letters": Lie(b"stream: ok\0"),
    "capitals": Lie(b"STREAM: OK\0"),
    "a space more": Lie(b"stream:  OK\0"),
    "an answer of a session": Lie(b"2: stream: OK\0"),
    "another file": Lie(b"/etc/passwd: OK\0"),
    "PONG": Lie(b"PONG\0"),
    "an error": Lie(b"stream: Can't allocate memory ERROR\0"),
    "an error that says OK": Lie(b"stream: OK ERROR\0"),
    "unknown command": Lie(b"UNKNOWN COMMAND\0"),
    "too large": Lie(b"INSTREAM size limit exceeded. ERROR\0"),
    "too large, cut off": Lie(b"INSTREAM size limit exceeded. ERROR\0", after=65536),
    "OK after a part": Lie(OK, after=65536),
    "found after a part": Lie(b"stream: Eicar FOUND\0", after=65536),
    "cut off without a word": Lie(b"", after=65536),
    "cut off at once": Lie(b"", after=0),
    "read timed out": Lie(b"COMMAND READ TIMED OUT\n"),
    "found without NUL": Lie(b"stream: Eicar FOUND"),
    "found without a name": Lie(b"stream:  FOUND\0"),
    "took too long": Lie(b"stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND\0"),
    "ten megabytes": Lie(OK * 900_000),
    "silence": Lie(silent=True),
    "slow drip": Lie(drips=True),
    "OK and the line stays open": Lie(stays=True),
    "no version": Lie(version=b""),
    "half a version": Lie(version=b"ClamAV 1.4"),
    "version without NUL": Lie(version=b"ClamAV 1.4.6"),
    "another product": Lie(version=b"SmartAV 1.4.6\0"),
    "a web server": Lie(version=b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "a date that is none": Lie(
        version=b"ClamAV 1.4.6/27800/Xxx Yyy 40 25:00:00 2026\0"
    ),
    "half a database": Lie(version=b"ClamAV 1.4.6/27800\0"),
    "dead after the scan": Lie(version_after=b""),
    "another version after the scan": Lie(version_after=b"ClamAV 0.99\n"),
}


@contextlib.asynccontextmanager
async def lying_clamd(
    folder: Path, lie: Lie, *, tcp: bool = False
) -> AsyncIterator[str]:
    """It listens in `folder`, or at a port; gives its address."""
    path = folder / "lies.sock"
    daemon = LyingDaemon(lie)
    if tcp:
        server = await asyncio.start_server(daemon.serve, "localhost", 0)
        url = f"tcp://localhost:{server.sockets[0].getsockname()[1]}"
    else:
        server = await asyncio.start_unix_server(daemon.serve, path)
        url = f"unix://{path}"
    try:
        yield url
    finally:
        await close_server(server)
        for task in daemon.lines:
            task.cancel()
        await asyncio.gather(*daemon.lines, return_exceptions=True)
        path.unlink(missing_ok=True)


class LyingDaemon:
    """Serves one connection after the other with the same lie."""

    def __init__(self, lie: Lie) -> None:
        self.lie = lie
        self.scanned = False
        self.lines: set[asyncio.Task[None]] = set()

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task
        self.lines.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            try:
                await self._answer(reader, writer)
                writer.close()
                await writer.wait_closed()
            finally:
                writer.transport.abort()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        command = await reader.readuntil(b"\0")
        if command == b"zVERSION\0":
            after = self.scanned and self.lie.version_after is not None
            version = self.lie.version_after if after else self.lie.version
            writer.write(version or b"")
            await writer.drain()
            return
        await self._read(reader)
        self.scanned = True
        await self._reply(writer)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Everything to the end mark, or as much as the lie reads."""
        taken = 0
        while self.lie.after is None or taken < self.lie.after:
            length = int.from_bytes(await reader.readexactly(4), "big")
            if not length:
                return
            taken += len(await reader.readexactly(length))

    async def _reply(self, writer: asyncio.StreamWriter) -> None:
        if self.lie.silent:
            await asyncio.sleep(FOR_EVER)
        for part in self._parts():
            writer.write(part)
            await writer.drain()
            if self.lie.drips:
                await asyncio.sleep(DRIP_SECONDS)
        if self.lie.stays:
            await asyncio.sleep(FOR_EVER)

    def _parts(self) -> list[bytes]:
        reply = self.lie.reply
        return (
            [reply[i : i + 1] for i in range(len(reply))] if self.lie.drips else [reply]
        )
