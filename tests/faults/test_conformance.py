"""Promise P7: RFC 6455 at a real server, byte by byte.

The public suite of Autobahn runs on Python 2 only and wants a server that echoes; here
a `ping` frame is answered by a `pong` of ours, which shows what was understood. Each
case is what a client sends, and how the server goes on: its answer or its close code.
"""

import base64
import contextlib
import json
import os
import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.clients.server import ServedHub
from tests.clients.session import sign_in
from tests.faults.writers import PEOPLE

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
HELLO = b'{"type":"hello"}'
ASK = b'{"type":"ping"}'  # our own, in a text frame; answered in JSON
ANSWER_SECONDS = 20.0
ACCENTS = "é".encode()
OURS = "pong"  # the socket goes on, and has answered ASK
FAILED = 1002  # protocol error
DROPPED = "dropped"  # the line ends, with or without a word (section 7.1.7)

pytestmark = pytest.mark.embedded


def frame(
    code: int, body: bytes = b"", *, end: bool = True, rsv: int = 0, mask: bool = True
) -> bytes:
    """One frame as RFC 6455 section 5.2 draws it."""
    first = (128 if end else 0) | rsv << 4 | code
    length = len(body)
    if length < 126:
        head = struct.pack("!BB", first, length | 128 * mask)
    elif length < 65_536:
        head = struct.pack("!BBH", first, 126 | 128 * mask, length)
    else:
        head = struct.pack("!BBQ", first, 127 | 128 * mask, length)
    if not mask:
        return head + body
    key = os.urandom(4)
    return head + key + bytes(b ^ key[i % 4] for i, b in enumerate(body))


def close(code: int | None, reason: bytes = b"") -> bytes:
    return frame(CLOSE, (struct.pack("!H", code) if code else b"") + reason)


ask = frame(TEXT, ASK)
halves = (frame(TEXT, ASK[:5], end=False), frame(CONT, ASK[5:]))
CASES: dict[str, tuple[bytes, str | int | bytes]] = {
    "5.4 one frame": (ask, OURS),
    "5.4 two fragments": (b"".join(halves), OURS),
    "5.4 a fragment a byte": (
        frame(TEXT, ASK[:1], end=False)
        + b"".join(frame(CONT, ASK[i : i + 1], end=False) for i in range(1, len(ASK)))
        + frame(CONT),
        OURS,
    ),
    "5.4 an empty first fragment": (
        frame(TEXT, end=False) + frame(CONT, ASK),
        OURS,
    ),
    "5.5 a ping between fragments": (halves[0] + frame(PING, b"x") + halves[1], b"x"),
    "5.5 a pong nobody asked for": (frame(PONG, b"x") + ask, OURS),
    "5.5.2 an empty ping": (frame(PING), b""),
    "5.5.2 a ping of 125 bytes": (frame(PING, b"x" * 125), b"x" * 125),
    "5.5 a ping of 126 bytes": (frame(PING, b"x" * 126), FAILED),
    "5.5 a ping in fragments": (frame(PING, b"x", end=False), FAILED),
    "5.4 a continuation of nothing": (frame(CONT, ASK), FAILED),
    "5.4 a new message within another": (halves[0] + ask, FAILED),
    "5.1 a frame without a mask": (frame(TEXT, ASK, mask=False), FAILED),
    **{
        f"5.2 reserved bits {n}": (frame(TEXT, ASK, rsv=n), FAILED) for n in range(1, 8)
    },
    **{
        f"5.2 reserved opcode {code}": (frame(code), FAILED)
        for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
    },
    "5.2 a text of 126 bytes": (frame(TEXT, ASK + b" " * (126 - len(ASK))), OURS),
    "5.2 a text of 60 KiB": (frame(TEXT, ASK + b" " * 60_000), OURS),
    "5.2 a length with its highest bit": (
        struct.pack("!BBQ", 129, 255, 2**63 + 1) + b"mask",
        FAILED,
    ),
    "8.1 a text that is not UTF-8": (frame(TEXT, b"\xff"), 1007),
    "8.1 an overlong form": (frame(TEXT, b"\xc0\xaf"), 1007),
    "8.1 half of a surrogate pair": (frame(TEXT, b"\xed\xa0\x80"), 1007),
    "8.1 beyond Unicode": (frame(TEXT, b"\xf4\x90\x80\x80"), 1007),
    "8.1 a character cut at the end": (frame(TEXT, ACCENTS[:1]), 1007),
    "8.1 a character over two fragments": (
        frame(TEXT, b'{"type":"ping","x":"' + ACCENTS[:1], end=False)
        + frame(CONT, ACCENTS[1:] + b'"}'),
        OURS,
    ),
    "7.4 the usual end": (close(1000), 1000),
    "7.1.5 an end without a code": (close(None), 1000),
    "7.4.1 going away": (close(1001, "à demain".encode()), 1000),
    "7.4.2 a private code": (close(4999), 1000),
    **{
        f"7.4 the code {code}": (close(code), DROPPED)
        for code in (0x100, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535)
    },
    "5.5.1 a close of one byte": (frame(CLOSE, b"\x03"), DROPPED),
    "5.5.1 a close of 126 bytes": (frame(CLOSE, b"\x03\xe8" + b"x" * 124), DROPPED),
    "5.5.1 a reason that is not UTF-8": (close(1000, b"\xff"), DROPPED),
    "5.5.1 what comes after an end": (close(1000) + ask, 1000),
}


class Got(NamedTuple):
    code: int
    body: bytes


class Raw:
    """A client that knows frames only, and none of the rules."""

    def __init__(self, hub: ServedHub, cookie: str) -> None:
        self.line = socket.create_connection(("127.0.0.1", hub.port), ANSWER_SECONDS)
        key = base64.b64encode(os.urandom(16)).decode()
        self.line.sendall(
            f"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1:{hub.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: hub.v1\r\n"
            f"Origin: {hub.url}\r\nCookie: {cookie}\r\n\r\n".encode()
        )
        self.input = self.line.makefile("rb")
        assert b" 101 " in self.input.readline()
        while self.input.readline().strip():
            pass
        self.line.sendall(frame(TEXT, HELLO))
        self.until_text("welcome")

    def frames(self) -> Iterator[Got]:
        """What the server says, to its end. A server neither masks nor fragments."""
        while head := self.input.read(2):
            assert head[0] & 0xF0 == 0x80
            length = head[1]
            if length >= 126:
                size = 2 if length == 126 else 8
                length = int.from_bytes(self.input.read(size), "big")
            yield Got(head[0] & 15, self.input.read(length))

    def until_text(self, type_: str) -> None:
        for got in self.frames():
            assert got.code == TEXT, got
            if json.loads(got.body)["type"] == type_:
                return

    def goes_on(self) -> str | int | bytes:
        """Its answer to ASK, the body of a pong, or the code of its close."""
        for got in self.frames():
            if got.code == PONG:
                return got.body
            if got.code == CLOSE:
                with contextlib.suppress(OSError):  # it may be gone already
                    self.line.sendall(close(1000))
                    assert not self.input.read(), "nothing follows a close"
                return int.from_bytes(got.body[:2], "big")
            if (kind := json.loads(got.body)["type"]) in ("pong", "refused"):
                return str(kind)
        return DROPPED


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServedHub, str]]:
    folder = tmp_path_factory.mktemp("conformance")
    with ServedHub(folder, RATE_LIMITS="off") as hub:
        yield hub, sign_in(hub, PEOPLE[0])
        assert "Traceback" not in "\n".join(hub.output)


@pytest.mark.parametrize("case", CASES)
def test_the_server_goes_on_as_rfc_6455_says(
    door: tuple[ServedHub, str], case: str
) -> None:
    sent, expected = CASES[case]
    client = Raw(*door)
    with client.line, client.input:
        client.line.sendall(sent)
        try:
            answer = client.goes_on()
        except ConnectionResetError:
            answer = DROPPED
        if expected == DROPPED:  # some say why before they do
            answer = DROPPED if answer in (FAILED, 1007) else answer
        assert answer == expected


def test_a_binary_frame_is_not_the_protocol(door: tuple[ServedHub, str]) -> None:
    client = Raw(*door)
    with client.line, client.input:
        client.line.sendall(frame(BINARY, ASK))
        assert client.goes_on() == "refused"
