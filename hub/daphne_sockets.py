"""WebSockets under Daphne: what it does not offer, and a direct way for frames.

The only module that touches private parts of Daphne's sockets, Autobahn and Twisted.
`why_not_direct` looks at them once, at start; if anything is unexpected, or
FAST_SOCKETS is off, sockets take the public way of ASGI, which is slower and complete.
tests/realtime/test_lines.py holds both ways.
"""

import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, Protocol

from autobahn.websocket.protocol import WebSocketProtocol as Autobahn
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import tcp

EXTENSION = "hub.line"  # where an application finds its Line in the ASGI scope
OPEN = Autobahn.STATE_OPEN
TRIED = {"daphne": "4.", "autobahn": "26.", "twisted": "26."}
# By class: what is used of it here and promised to nobody.
USED: dict[type, tuple[str, ...]] = {
    WebSocketProtocol: ("dataReceived", "onMessage", "serverClose"),
    Autobahn: ("STATE_OPEN", "sendData", "sendCloseFrame", "consumeData"),
    tcp.Connection: ("dataBuffer", "offset", "disconnecting", "resumeProducing"),
}
WHOLE_TEXT = 0x81  # RFC 6455 section 5.2: FIN, text, no extension
LONG, MASKED = 126, 0x80


class Frame(Protocol):
    """Something whose header and payload were made already."""

    @property
    def wire(self) -> bytes: ...


class SocketProtocol(WebSocketProtocol):
    """A WebSocket that says more than Autobahn lets a server say."""

    maxMessagePayloadSize: int  # noqa: N815 (its name)
    line: "Line | None" = None

    def sendMessage(self, *arguments: Any, **options: Any) -> None:  # noqa: N802 (its name)
        """Autobahn holds its limit for frames received against those we send too."""
        limit, self.maxMessagePayloadSize = self.maxMessagePayloadSize, 0
        try:
            super().sendMessage(*arguments, **options)
        finally:
            self.maxMessagePayloadSize = limit

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802
        """With any code; Autobahn keeps 1012 for itself."""
        self.sendCloseFrame(code=code or 1000)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        """Reads whole text frames itself; Autobahn gets everything else.

        Whatever is unusual (fragments, control frames, bad UTF-8, no mask) is left to
        it, with all that follows in the same piece.
        """
        if self.line and self.line.listener:
            data = self.line.read(data)
        if data:
            super().dataReceived(data)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        if self.line and self.line.listener:
            self.last_ping = time.time()
            self.line.listener("" if isBinary else payload.decode())
        else:
            super().onMessage(payload, isBinary)


class Line:
    """The direct way: frames to the kernel as they are, and from it to a listener."""

    def __init__(self, protocol: SocketProtocol) -> None:
        self._protocol = protocol
        self._transport: Any = protocol.transport
        self._is_paused = False
        self.listener: Callable[[str], None] | None = None

    def listen(self, listener: Callable[[str], None]) -> None:
        """From now on text frames are given to it, and not to ASGI's `receive`."""
        self.listener = listener

    def write(self, frame: Frame) -> int:
        """Returns how many bytes the kernel has not taken. Nothing once it closes."""
        protocol, transport = self._protocol, self._transport
        if protocol.state != OPEN or transport.disconnecting:
            return 0
        wire, sent = frame.wire, 0
        if protocol.send_queue:
            protocol.sendData(wire)
        elif not transport.dataBuffer and not transport._tempDataLen:  # noqa: SLF001
            try:
                sent = transport.socket.send(wire)
            except OSError:  # full; or broken, which the transport finds out
                sent = 0
            if sent == len(wire):
                return 0
            transport.write(wire[sent:])
        else:
            transport.write(wire)
        return self.waiting()

    def waiting(self) -> int:
        """Bytes that the kernel has not taken yet."""
        transport = self._transport
        queued = sum(len(data) for data, _ in self._protocol.send_queue)
        rest = len(transport.dataBuffer) - transport.offset
        return int(queued + rest + transport._tempDataLen)  # noqa: SLF001

    def pause(self) -> None:
        """Reads nothing more, so that the client's own sending stops in the end."""
        if not self._is_paused:
            self._is_paused = True
            self._transport.pauseProducing()

    def resume(self) -> None:
        if self._is_paused:
            self._is_paused = False
            if self._transport.connected and not self._transport.disconnecting:
                self._transport.resumeProducing()

    def close(self, code: int) -> None:
        """Says good-bye after what was written; Autobahn hangs up if nobody answers."""
        if self._protocol.state == OPEN:
            self._protocol.serverClose(int(code))

    def read(self, data: bytes) -> bytes:
        """Gives whole text frames to the listener. What is left is for Autobahn."""
        protocol, begin = self._protocol, 0
        while begin < len(data) and self.listener:
            busy = protocol.data or protocol.current_frame or protocol.inside_message
            if busy or protocol.state != OPEN:
                break
            text, end = whole_text(data, begin)
            if text is None:
                break
            protocol.last_ping = time.time()
            begin = end
            self.listener(text)
        return data[begin:] if begin else data


def whole_text(data: bytes, begin: int = 0) -> tuple[str | None, int]:
    """The text of a whole masked frame that begins there, and where it ends.

    None for anything else; a frame of 64 KiB or more is left to whoever refuses it.
    """
    room = len(data) - begin
    if room < 6 or data[begin] != WHOLE_TEXT or not data[begin + 1] & MASKED:
        return None, begin
    size, start = data[begin + 1] - MASKED, begin + 6
    if size == LONG and room >= 8:
        size, start = int.from_bytes(data[begin + 2 : begin + 4], "big"), begin + 8
        if size < LONG:
            return None, begin  # not the shortest header
    elif size >= LONG:
        return None, begin
    end = start + size
    if len(data) < end:
        return None, begin
    mask = (data[start - 4 : start] * (size // 4 + 1))[:size]
    plain = int.from_bytes(data[start:end], "big") ^ int.from_bytes(mask, "big")
    try:
        return plain.to_bytes(size, "big").decode(), end
    except UnicodeDecodeError:
        return None, begin


def line_of(protocol: Any) -> Line | None:
    """The direct way of a socket that is about to open, if it can have one."""
    if type(protocol) is not SocketProtocol or WHY_NOT_DIRECT:
        return None
    transport = protocol.transport
    if not isinstance(transport, tcp.Connection) or not hasattr(transport, "socket"):
        return None
    protocol.line = Line(protocol)
    return protocol.line


def why_not_direct(
    tried: Mapping[str, str] = TRIED, used: Mapping[type, tuple[str, ...]] = USED
) -> str:
    """What is not as this module expects it; empty when all is."""
    for package, major in tried.items():
        if not (found := version(package)).startswith(major):
            return f"{package} {found} was not tried"
    for owner, names in used.items():
        for name in names:
            if not hasattr(owner, name):
                return f"{owner.__name__} has no {name}"
    return ""


WHY_NOT_DIRECT = why_not_direct()
