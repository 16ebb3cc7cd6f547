"""Between the hub's client and a real clamd: what clamd was given and what it said.

Belongs here: passing bytes on, and remembering the whole replies, so that a test knows
which bytes were really found clean, whatever the client made of it. It can also be
told to lie, to break clamd in the middle of a scan, or not to be there at all.
"""

import asyncio
import contextlib
import hashlib
import os
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from tests.files.lying_clamd import OK, LyingDaemon
from tests.servers import Clamd

START_SECONDS = 10.0


class Witness:
    """Listens at `url` and passes everything to this clamd.

    `liar`: who answers instead.
    """

    def __init__(self, clamd: Clamd) -> None:
        self.clamd, self.path = clamd, clamd.path("witness.sock")
        self.liar: LyingDaemon | None = None
        self.found_clean: Counter[str] = Counter()  # by SHA-256 (hexadecimal)
        self._breaks: Callable[[], None] | None = None
        self._breaking = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    @property
    def url(self) -> str:
        return f"unix://{self.path}"

    @contextlib.contextmanager
    def breaking(self, action: Callable[[], None]) -> Iterator[None]:
        """Does this once, when clamd has the beginning of a file and not yet the rest.

        When the block has ended it is done, or it will not happen any more.
        """
        self._breaks = action
        try:
            yield
        finally:
            with self._breaking:
                self._breaks = None

    @contextlib.contextmanager
    def refusing(self) -> Iterator[None]:
        """A socket file at which nobody listens."""
        aside = self.path.with_suffix(".aside")
        os.replace(self.path, aside)
        try:
            with socket.socket(socket.AF_UNIX) as dead:
                dead.bind(str(self.path))
                yield
        finally:
            os.replace(aside, self.path)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        # Cancelled only at the very end, when nobody asks how it went.
        expected = OSError, asyncio.IncompleteReadError, asyncio.CancelledError
        with contextlib.suppress(*expected):
            try:
                if self.liar is not None:
                    await self.liar.serve(reader, writer)
                else:
                    await self._pass_on(reader, writer)
                writer.close()
                await writer.wait_closed()
            finally:
                writer.transport.abort()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        told, asked = await asyncio.open_unix_connection(self.clamd.socket)
        try:
            command = await reader.readuntil(b"\0")
            asked.write(command)
            digest = ""
            if command == b"zINSTREAM\0":
                digest = await self._pass_file(reader, asked)
            reply = await _reply_unless_gone(told, reader)
            if digest and reply == OK:
                self.found_clean[digest] += 1
            writer.write(reply)
        finally:
            asked.transport.abort()

    async def _pass_file(
        self, reader: asyncio.StreamReader, asked: asyncio.StreamWriter
    ) -> str:
        digest = hashlib.sha256()
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            chunk = await reader.readexactly(length)
            digest.update(chunk)
            asked.write(length.to_bytes(4, "big") + chunk)
            await asked.drain()
            if self._breaks:
                await asyncio.to_thread(self._break)
        asked.write(bytes(4))
        await asked.drain()
        return digest.hexdigest()

    def _break(self) -> None:
        with self._breaking:
            action, self._breaks = self._breaks, None
            if action:
                action()

    def __enter__(self) -> Self:
        self._thread.start()
        start = asyncio.start_unix_server(self._serve, self.path)
        started = asyncio.run_coroutine_threadsafe(start, self._loop)
        self._server = started.result(START_SECONDS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        end = asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        end.result(START_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def _reply_unless_gone(
    told: asyncio.StreamReader, client: asyncio.StreamReader
) -> bytes:
    """clamd's whole reply; nothing when the client hung up before it came.

    What nobody waited for is no answer: a client that gave up has no verdict.
    """
    reply = asyncio.ensure_future(told.read())
    gone = asyncio.ensure_future(client.read(1))
    done, rest = await asyncio.wait({reply, gone}, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    return reply.result() if reply in done and gone not in done else b""
