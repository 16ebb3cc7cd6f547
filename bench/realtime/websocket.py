"""A WebSocket client that costs little: RFC 6455 as far as a load generator needs it.

Belongs here: handshake and framing. Masks are all zero, which is allowed and saves the
generator's core; extensions are never offered.
"""

import asyncio
import base64
import os
from collections.abc import Callable, Mapping
from typing import cast

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
FINAL, MASKED = 0x80, 0x80
NO_MASK = b"\0\0\0\0"
HANDSHAKE_SECONDS = 60.0
LOST = 1006  # RFC 6455 7.4.1: the line broke without a close frame

TakeText = Callable[[bytes], None]
TakeEnd = Callable[[int], None]


class WebSocket(asyncio.Protocol):
    """`on_text` gets each whole message, `on_end` the close code, once."""

    def __init__(self, request: bytes, on_text: TakeText, on_end: TakeEnd) -> None:
        self.request, self.on_text, self.on_end = request, on_text, on_end
        self.accepted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.buffer = bytearray()
        self.parts = bytearray()  # of a message in several frames
        self.upgraded = self.is_closing = False
        self.code = LOST

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.upgraded and not self._take_answer():
            return
        taken, size = 0, len(self.buffer)
        while (end := self._take_frame(taken, size)) > taken:
            taken = end
        del self.buffer[:taken]

    def connection_lost(self, error: Exception | None) -> None:
        if not self.accepted.done():
            self.accepted.set_exception(ConnectionError("closed in the handshake"))
        elif not self.is_closing:
            self.on_end(self.code)

    def send(self, text: bytes) -> None:
        self._write(TEXT, text)

    def close(self) -> None:
        self.is_closing = True
        self._write(CLOSE, (1000).to_bytes(2, "big"))
        self.transport.close()

    def _write(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        if size < 126:
            head = bytes((FINAL | opcode, MASKED | size))
        elif size < 65536:
            head = bytes((FINAL | opcode, MASKED | 126)) + size.to_bytes(2, "big")
        else:
            head = bytes((FINAL | opcode, MASKED | 127)) + size.to_bytes(8, "big")
        self.transport.write(head + NO_MASK + payload)

    def _take_answer(self) -> bool:
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        status = bytes(self.buffer[: self.buffer.find(b"\r\n")])
        if b" 101 " not in status:
            self.accepted.set_exception(ConnectionError(status.decode("latin-1")))
            self.is_closing = True
            self.transport.close()
            return False
        del self.buffer[: end + 4]
        self.upgraded = True
        self.accepted.set_result(None)
        return True

    def _take_frame(self, start: int, size: int) -> int:
        """Where the frame ends that begins at `start`; `start` while it is not whole."""
        buffer, body = self.buffer, start + 2
        if size < body:
            return start
        length = buffer[start + 1] & 0x7F
        if length > 125:
            wide = 2 if length == 126 else 8
            body += wide
            if size < body:
                return start
            length = int.from_bytes(buffer[start + 2 : body], "big")
        if size < body + length:
            return start
        self._take(buffer[start], bytes(buffer[body : body + length]))
        return body + length

    def _take(self, head: int, payload: bytes) -> None:
        opcode = head & 0x0F
        if opcode == PING:
            self._write(PONG, payload)
        elif opcode == CLOSE:
            self.code = int.from_bytes(payload[:2], "big") if payload else 1005
            self.transport.close()
        elif opcode in (0, TEXT, BINARY):
            if head & FINAL and not self.parts:
                self.on_text(payload)
                return
            self.parts += payload
            if head & FINAL:
                whole, self.parts = bytes(self.parts), bytearray()
                self.on_text(whole)


async def connect(
    port: int,
    path: str,
    headers: Mapping[str, str],
    on_text: TakeText,
    on_end: TakeEnd,
) -> WebSocket:
    """Open to 127.0.0.1. Raises ConnectionError with the status of a refusal."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    request = "\r\n".join([*lines, "", ""]).encode("latin-1")
    loop = asyncio.get_running_loop()
    _transport, socket = await loop.create_connection(
        lambda: WebSocket(request, on_text, on_end), "127.0.0.1", port
    )
    async with asyncio.timeout(HANDSHAKE_SECONDS):
        await socket.accepted
    return socket
