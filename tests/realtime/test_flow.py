"""Who asks or is sent too much: told so, then closed, and nobody else is harmed."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from hub.demo import Demo
from hub.queries.history import History
from realtime import flow, layer
from realtime.flow import Bucket, Window, fitting
from realtime.protocol import Ready
from tests.clients.server import ServedHub
from tests.clients.session import sign_in
from tests.faults.checker import record_of
from tests.faults.writers import PEOPLE
from tests.realtime.conftest import Open
from tests.realtime.raw_socket import RawSocket

MOST_GROWTH = 40 * 1024 * 1024  # bytes of memory, whatever a slow reader asks for
CROWD = 8  # readers who do not read
HANG_UP_SECONDS = 40  # Daphne's own ping would need longer
ASKED = 200  # times what one answer of history holds: more than kernels take
LONG_BODY = "é" * 10_000  # 40 kB to be told, with its HTML
TOLD = 500  # long messages; more than the kernels of both sides take


class Reader:
    """A line whose reader takes nothing until told to."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.left = 0

    def write(self, frame: Ready) -> int:
        self.sent.append(frame.text)
        self.left += len(frame.text)
        return self.left

    def waiting(self) -> int:
        return self.left


def test_a_window_holds_64_frames_or_256_kib() -> None:
    for frame, most in ((Ready("a"), 64), (Ready("a" * 100_000), 3)):
        reader = Reader()
        window = Window(reader)  # type: ignore[arg-type]
        assert sum(window.write(frame) for _ in range(100)) == most
        reader.left = 0
        assert window.write(frame)
    assert Window(Reader()).write(Ready("a" * 10**6)), "one alone always goes"  # type: ignore[arg-type]


def test_a_bucket_holds_its_burst_and_fills_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    bucket = Bucket()
    assert sum(bucket.take() for _ in range(100)) == 40
    now = 1.0
    assert sum(bucket.take() for _ in range(100)) == 20
    now = 1000.0
    assert bucket.is_full()


@pytest.mark.parametrize("keep_last", [False, True])
def test_an_answer_ends_where_it_would_be_too_long(keep_last: bool) -> None:
    half = flow.HISTORY_CHARACTERS // 2
    bodies = ["a" * half, "b" * half, "c"]
    messages: Any = [SimpleNamespace(body=body) for body in bodies]
    part = fitting(History(messages, more=False, head=3), keep_last=keep_last)
    assert [m.body[0] for m in part.messages] == (
        ["b", "c"] if keep_last else ["a", "b"]
    )
    assert part.more
    giant: Any = [SimpleNamespace(body="a" * 10**6)]
    assert fitting(History(giant, more=False, head=1), keep_last=keep_last).messages


async def test_the_eleventh_tab_opens_and_the_one_longest_unused_goes(
    tab: Open, world: Demo
) -> None:
    luc, thread = world.people["luc"], world.threads[0].pk
    tabs = [await tab(luc) for _ in range(10)]
    assert (await tabs[0].post(thread))["type"] == "posted"
    eleventh = await tab(luc)
    assert await tabs[1].close_code() == 4429
    for one in (tabs[0], eleventh):
        assert (await one.post(thread))["type"] == "posted"


async def test_too_many_posts_in_a_minute_are_refused_and_the_socket_goes_on(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "POSTS_PER_MINUTE", 2)
    thread = world.threads[0].pk
    first, second = [await tab(world.people["luc"]) for _ in range(2)]
    answers = [await one.post(thread) for one in (first, second, first)]
    assert [answer.get("code") for answer in answers] == [None, None, "rate_limited"]
    other = await tab(world.people["samira"])
    assert (await other.post(thread))["type"] == "posted"
    await first.send("ping")
    assert await first.get("pong")


async def test_a_layer_that_hangs_slows_nobody_and_piles_up_nothing(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = asyncio.Event()

    async def hang(hints: list[layer.Hint], sender: str = "") -> bool:
        return await hanging.wait()

    monkeypatch.setattr(layer, "send", hang)
    writer, reader = await tab(world.people["camille"]), await tab(world.people["luc"])
    for _ in range(3):
        posted = await writer.post(world.threads[0].pk)
        assert (await reader.get("message"))["seq"] == posted["seq"]
    ours = layer.Layer()
    monkeypatch.setattr(layer, "is_shared", lambda: True)
    monkeypatch.setattr(ours, "_listen", lambda take: asyncio.sleep(0))
    ours.start(lambda hint: None)
    dropped = Counter[str]()
    monkeypatch.setattr(layer.figures, "hints", lambda step: dropped.update([step]))
    for number in range(layer.MOST_WAITING + 5):
        ours.offer({"number": number})
    assert dropped == {"dropped": 5}
    await ours.stop()


@pytest.mark.embedded
async def test_a_flood_ends_its_own_socket_and_no_other(tmp_path: Path) -> None:
    async with served(tmp_path, RATE_LIMITS="on") as (hub, cookies, thread):
        flooder, other = [await greeted(hub, cookie) for cookie in cookies]
        for _ in range(100):
            flooder.send("ping")
        assert await flooder.close_code() == 4429
        other.send("post", id=str(uuid4()), thread=thread, body="Toujours là")
        assert (await other.get("posted", "refused"))["type"] == "posted"
        await other.close()


@pytest.mark.embedded
async def test_readers_who_do_not_read_are_told_to_reload_or_let_go(
    tmp_path: Path,
) -> None:
    short = {"DJANGO_SETTINGS_MODULE": "tests.realtime.short_settings"}
    async with served(tmp_path, **short) as (hub, cookies, thread):
        slow = [await greeted(hub, cookies[0]) for _ in range(CROWD)]
        writer = await greeted(hub, cookies[1])
        for _ in range(30):
            body = LONG_BODY
            writer.send("post", id=str(uuid4()), thread=thread, body=body)
            assert await writer.get("posted")
        before = memory(hub)
        for one in slow:
            for _ in range(ASKED):
                one.send("history", thread=thread, limit=200)
        async with asyncio.timeout(HANG_UP_SECONDS):
            await asyncio.gather(*(gone(one) for one in slow))
        assert memory(hub) - before < MOST_GROWTH
        writer.send("ping")
        assert await writer.get("pong")
        await writer.close()


@pytest.mark.embedded
async def test_a_slow_reader_who_reads_again_goes_on(tmp_path: Path) -> None:
    async with served(tmp_path) as (hub, cookies, thread):
        slow, quick = [await greeted(hub, cookie) for cookie in cookies]
        for _ in range(TOLD):  # answered while the other one blocks nothing but itself
            body = LONG_BODY
            quick.send("post", id=str(uuid4()), thread=thread, body=body)
            assert await quick.get("posted")
        assert await slow.get("reload") == {"type": "reload"}
        slow.send("ping")
        assert (await slow.get("pong"))["files"] == {}, "what was lost may be a file"
        quick.send("post", id=str(uuid4()), thread=thread, body="Encore")
        assert (await slow.get("message"))["body"] == "Encore"
        await slow.close()
        await quick.close()


@pytest.mark.embedded
async def test_whoever_asks_for_much_and_reads_late_is_told_all_of_it(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as (hub, cookies, thread):
        asks, writer = [await greeted(hub, cookie) for cookie in cookies]
        for _ in range(3):
            body = LONG_BODY
            writer.send("post", id=str(uuid4()), thread=thread, body=body)
            assert await writer.get("posted")
        for _ in range(ASKED):
            asks.send("history", thread=thread, limit=3)
        writer.send("history", thread=thread, limit=3)
        assert await writer.get("messages")
        for _ in range(ASKED):
            frame = await asks.get("messages", "reload")
            assert len(frame["messages"]) == 3, "told to reload"
        await asks.close()
        await writer.close()


async def gone(reader: RawSocket) -> None:
    """Waits until the server hung up on somebody who reads nothing: only sending
    shows it to them."""
    with contextlib.suppress(OSError):
        while not reader.writer.transport.is_closing():
            reader.send("ping")
            await asyncio.sleep(0.1)
    await reader.close()


async def greeted(hub: ServedHub, cookie: str) -> RawSocket:
    socket = await RawSocket.open(hub, cookie)
    socket.send("hello", threads={})
    await socket.get("welcome")
    return socket


@contextlib.asynccontextmanager
async def served(
    folder: Path, **environment: str
) -> AsyncIterator[tuple[ServedHub, list[str], str]]:
    """A hub, the cookies of two people, and a thread of both."""
    with ServedHub(folder, **environment) as hub:
        people = (PEOPLE[0], PEOPLE[2])
        cookies = [await asyncio.to_thread(sign_in, hub, who) for who in people]
        threads = await asyncio.to_thread(record_of, hub)
        yield hub, cookies, min(threads)


def memory(hub: ServedHub) -> int:
    """Bytes that the process holds now."""
    assert hub.process
    status = Path(f"/proc/{hub.process.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) * 1024
