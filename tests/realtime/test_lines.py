"""Both ways of a socket, the direct and the public one, carry the same contract."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from daphne.ws_protocol import WebSocketProtocol

from hub import daphne_sockets
from hub.daphne_sockets import line_of, whole_text, why_not_direct
from realtime.lines import PublicLine
from realtime.protocol import Ready
from tests.clients.server import ServedHub
from tests.clients.session import sign_in
from tests.faults.checker import record_of
from tests.faults.writers import PEOPLE
from tests.realtime.raw_socket import CLOSE, PING, PONG, TEXT, RawSocket, client_frame

pytestmark = pytest.mark.embedded
PING_FRAME = b'{"type":"ping"}'


class Door:
    """A served hub, the cookies of two people, and the threads both are in."""

    def __init__(self, hub: ServedHub) -> None:
        self.hub = hub
        self.cookies = [sign_in(hub, PEOPLE[0]), sign_in(hub, PEOPLE[2])]
        self.threads = sorted(record_of(hub))

    async def tab(self, person: int = 0) -> RawSocket:
        socket = await RawSocket.open(self.hub, self.cookies[person])
        socket.send("hello", threads={})
        await socket.get("welcome")
        return socket


@pytest_asyncio.fixture(scope="module", params=["on", "off"])
async def door(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Door]:
    folder = tmp_path_factory.mktemp("lines")
    with ServedHub(folder, FAST_SOCKETS=request.param) as hub:
        yield await asyncio.to_thread(Door, hub)


async def test_posts_keep_their_order_and_come_back_to_their_socket_once(
    door: Door,
) -> None:
    writer, second, reader = await door.tab(), await door.tab(), await door.tab(1)
    ids = [str(uuid4()) for _ in range(30)]
    for id_ in ids:  # none waits for the one before
        writer.send("post", id=id_, thread=door.threads[0], body=id_)
    told = [await writer.get("posted", "refused", "message") for _ in ids]
    assert [(t["type"], t["id"]) for t in told] == [("posted", id_) for id_ in ids]
    for other in (second, reader):
        heard = [await other.get("message") for _ in ids]
        assert [message["id"] for message in heard] == ids
        assert [m["seq"] for m in heard] == [t["seq"] for t in told]
    for socket in (writer, second, reader):
        await socket.close()


async def test_frames_in_pieces_and_frames_in_one_piece_are_read_alike(
    door: Door,
) -> None:
    socket = await door.tab()
    long = json.dumps({"type": "ping", "x": "é" * 300}).encode()
    split = client_frame(PING_FRAME)
    fragments = [
        client_frame(PING_FRAME[:5], first=0),
        client_frame(b"are you there", PING),
        client_frame(PING_FRAME[5:], 0),
    ]
    socket.writer.write(client_frame(PING_FRAME) * 3 + client_frame(long) + split[:7])
    await socket.writer.drain()
    for _ in range(4):
        assert await socket.get("pong")
    socket.writer.write(split[7:] + b"".join(fragments) + client_frame(PING_FRAME))
    answers = [await socket.frame() for _ in range(4)]
    assert sorted(opcode for opcode, _ in answers) == [TEXT, TEXT, TEXT, PONG]
    await socket.close()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (client_frame(b"\xff\xfe"), 1007),
        (b"\x81\x02hi", 1002),  # not masked
        (client_frame(PING_FRAME, first=0xC0), 1002),  # an extension that none asked
    ],
    ids=["text", "mask", "extension"],
)
async def test_what_breaks_the_protocol_closes_its_own_socket(
    door: Door, sent: bytes, code: int
) -> None:
    bad, good = await door.tab(), await door.tab(1)
    bad.writer.write(client_frame(PING_FRAME) + sent)
    assert await bad.close_code() == code
    good.send("ping")
    assert await good.get("pong")
    await good.close()


async def test_a_good_bye_is_answered_and_the_socket_forgotten(door: Door) -> None:
    leaving, staying = await door.tab(), await door.tab(1)
    leaving.writer.write(client_frame(b"\x03\xe8", CLOSE))
    assert await leaving.close_code() == 1000
    staying.send("post", id=str(uuid4()), thread=door.threads[0], body="Encore là")
    assert await staying.get("posted")
    await staying.close()


def test_whole_frames_are_found_where_they_begin_and_nothing_else_is() -> None:
    chance = random.Random(11)
    for size in (0, 1, 3, 4, 5, 124, 125, 126, 127, 300, 65_535):
        text = "".join(chance.choice("aé€😀") for _ in range(size))[:size]
        text = text.encode()[:size].decode(errors="ignore")
        frame = client_frame(text.encode())
        assert whole_text(b"xx" + frame + b"yy", 2) == (text, 2 + len(frame))
        assert whole_text(frame[:-1]) == (None, 0)
    for strange in (
        client_frame(b"x" * 65_536),
        client_frame(b"x", 2),
        client_frame(b"x", first=0),
        b"\x81\x01x" + b"x" * 8,
        b"\x81\xfe\x00\x05" + b"\0" * 9,  # a long header for a short frame
    ):
        assert whole_text(strange) == (None, 0)


def test_anything_unexpected_is_named_and_leads_to_the_public_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert why_not_direct() == "", "the direct way is the one that is tested above"
    assert "was not tried" in why_not_direct(tried={"autobahn": "25."})
    assert "has no gone" in why_not_direct(used={WebSocketProtocol: ("gone",)})
    monkeypatch.setattr(daphne_sockets, "WHY_NOT_DIRECT", "anything")
    assert line_of(daphne_sockets.SocketProtocol()) is None


async def test_a_broken_line_raises_nothing_and_keeps_nothing() -> None:
    tried: list[Any] = []

    async def broken(event: dict[str, Any]) -> None:
        tried.append(event)
        raise OSError("gone")

    line = PublicLine(broken)
    line.write(Ready("a"))
    line.write(Ready("b"))
    while not tried or line.waiting():
        await asyncio.sleep(0)
    assert len(tried) == 1
