"""A WebSocket byte by byte: for frames that no honest library sends, and for clients
that do not read."""

import asyncio
import base64
import contextlib
import json
import os
import struct
from typing import Any

from tests.clients.server import ServedHub

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
FIN, MASKED = 0x80, 0x80


def client_frame(payload: bytes, opcode: int = TEXT, *, first: int = FIN) -> bytes:
    """One masked frame (RFC 6455 section 5.2)."""
    mask, size = os.urandom(4), len(payload)
    if size < 126:
        header = struct.pack("!BB", first | opcode, MASKED | size)
    elif size < 2**16:
        header = struct.pack("!BBH", first | opcode, MASKED | 126, size)
    else:
        header = struct.pack("!BBQ", first | opcode, MASKED | 127, size)
    hidden = bytes(byte ^ mask[n % 4] for n, byte in enumerate(payload))
    return header + mask + hidden


class RawSocket:
    """After `open`: an accepted socket that said nothing yet."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, hub: ServedHub, cookie: str) -> "RawSocket":
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", hub.port, limit=4096
        )
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write(
            f"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1:{hub.port}\r\nOrigin: {hub.url}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: hub.v1\r\n"
            f"Cookie: {cookie}\r\n\r\n".encode()
        )
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101"), answer
        return cls(reader, writer)

    def send(self, type_: str, **fields: Any) -> None:
        self.writer.write(client_frame(json.dumps({"type": type_, **fields}).encode()))

    async def frame(self) -> tuple[int, bytes]:
        """The next frame of the server: opcode and payload."""
        first, size = await self.reader.readexactly(2)
        if size == 126:
            [size] = struct.unpack("!H", await self.reader.readexactly(2))
        elif size == 127:
            [size] = struct.unpack("!Q", await self.reader.readexactly(8))
        return first & 0x0F, await self.reader.readexactly(size)

    async def get(self, *types: str) -> dict[str, Any]:
        """The next of these; other frames are passed over."""
        while True:
            opcode, payload = await self.frame()
            assert opcode != CLOSE, payload
            if opcode == TEXT and (told := json.loads(payload))["type"] in types:
                return dict(told)

    async def close_code(self) -> int:
        """Reads to the end, and hangs up."""
        while True:
            opcode, payload = await self.frame()
            if opcode == CLOSE:
                await self.close()
                return int.from_bytes(payload[:2], "big")

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()
