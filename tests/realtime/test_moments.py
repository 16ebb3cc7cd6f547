"""What happens in the moment between a question and its answer harms nobody."""

import asyncio
import json
import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from hub import permissions
from hub.actions.messages import post_messages
from hub.demo import Demo
from hub.errors import NotFound
from hub.models import User
from hub.posting import Draft, Posted
from realtime import layer, relay
from realtime.consumer import ThreadsConsumer
from realtime.database import reads, writes
from realtime.lines import EXTENSION
from realtime.protocol import Ready
from realtime.registry import registry
from tests.realtime.conftest import Open

SECONDS = 20  # that nothing here takes unless it fails


class Held:
    """Welcomes that were read and are not told yet."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read, self.told = threading.Event(), threading.Event()
        welcome = ThreadsConsumer._welcome

        def hold(consumer: ThreadsConsumer) -> Any:
            found = welcome(consumer)
            self.read.set()
            assert self.told.wait(SECONDS)
            return found

        monkeypatch.setattr(ThreadsConsumer, "_welcome", hold)


class DirectTab:
    """A socket on a direct line, which hears of an end while an answer is made."""

    def __init__(self, cookie: str) -> None:
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        scope = {
            "type": "websocket",
            "headers": [(b"cookie", cookie.encode())],
            "subprotocols": ["hub.v1"],
            "extensions": {EXTENSION: self},
        }
        self.accepted = asyncio.Event()
        self.told: list[str] = []
        self.left = 0  # bytes that the reader has not taken
        application = ThreadsConsumer.application(scope, self._events.get, self._send)
        self.serving = asyncio.create_task(application)
        self._events.put_nowait({"type": "websocket.connect"})

    async def _send(self, event: dict[str, Any]) -> None:
        assert event["type"] == "websocket.accept"
        self.accepted.set()

    def listen(self, listener: Any) -> None:
        self.say = listener

    def write(self, frame: Ready) -> int:
        self.told.append(json.loads(frame.text)["type"])
        return self.left

    def close(self, code: int) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def waiting(self) -> int:
        return self.left

    async def leave(self) -> None:
        self._events.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await self.serving


def cookie_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"session={client.cookies['session'].value}"


def post(author: User, thread: UUID) -> int:
    [outcome] = post_messages([Draft(thread, author.pk, uuid4(), "Entre deux")])
    assert isinstance(outcome, Posted)
    return outcome.message.seq


async def happens(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, SECONDS)


async def everything_read() -> None:
    """What was asked of the record is answered, and whoever asked went on."""
    for _ in range(20):  # whoever is about to ask
        await asyncio.sleep(0)
    await asyncio.to_thread(reads.close)
    for _ in range(3):
        await asyncio.sleep(0)


async def test_who_leaves_while_being_welcomed_is_nowhere(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    socket = DirectTab(await sync_to_async(cookie_of)(world.people["luc"]))
    async with asyncio.timeout(SECONDS):
        await socket.accepted.wait()
        socket.say(json.dumps({"type": "hello", "threads": {}}))
        await happens(held.read)
        await socket.leave()
        held.told.set()
        await everything_read()
    assert not registry.everyone()
    assert not registry.sockets_of


async def test_what_a_slow_reader_asked_for_is_read_when_it_can_be_told(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread, lost = str(world.threads[0].pk), threading.Event()

    def head_for(user: User, thread: UUID) -> int:
        assert lost.is_set(), "read while nothing could be told"
        raise NotFound

    monkeypatch.setattr(permissions, "head_for", head_for)
    socket = DirectTab(await sync_to_async(cookie_of)(world.people["luc"]))
    async with asyncio.timeout(SECONDS):
        await socket.accepted.wait()
        socket.say(json.dumps({"type": "hello", "threads": {}}))
        while "welcome" not in socket.told:
            await asyncio.sleep(0)
        socket.left = 1
        socket.say(json.dumps({"type": "history", "thread": thread}))
        await everything_read()
        lost.set()
        socket.left = 0
        while "refused" not in socket.told:
            await asyncio.sleep(0)
        await socket.leave()
    assert "messages" not in socket.told


async def test_who_leaves_while_rights_are_read_is_not_brought_back(
    tab: Open, world: Demo
) -> None:
    luc = await tab(world.people["luc"])
    [socket] = registry.everyone()
    registry.leave(socket)
    await relay.apply_rights([socket])
    assert not registry.everyone()
    assert await luc.socket.receive_nothing()


async def test_what_comes_between_the_welcome_and_the_joining_is_told(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    camille, luc = world.people["camille"], world.people["luc"]
    thread = world.threads[0].pk
    early = await tab(luc)
    held = Held(monkeypatch)
    late = asyncio.create_task(tab(luc, **{str(thread): 5}))
    await happens(held.read)
    assert await sync_to_async(post)(camille, thread) == 6
    assert (await early.get("message"))["seq"] == 6
    held.told.set()
    missed = await (await late).get("messages")
    assert [message["seq"] for message in missed["messages"]] == [6]


async def test_a_thread_that_was_lost_does_not_cost_the_others(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, other = (thread.pk for thread in world.threads[:2])
    head_for = permissions.head_for

    def all_but_one(user: User, thread: UUID) -> int:
        if thread == lost:
            raise NotFound
        return head_for(user, thread)

    monkeypatch.setattr(permissions, "head_for", all_but_one)
    camille = await tab(world.people["camille"], **{str(lost): 1, str(other): 1})
    assert (await camille.get("messages"))["thread"] == str(other)
    assert (await camille.get("presence"))["thread"] in (str(lost), str(other))


async def test_writers_that_wait_for_the_database_keep_no_reader_waiting(
    tab: Open, world: Demo
) -> None:
    luc, thread = await tab(world.people["luc"]), str(world.threads[0].pk)
    free = threading.Event()
    waiting = [asyncio.create_task(writes.run(lambda: free.wait(60))) for _ in range(9)]
    await luc.send("history", thread=thread, limit=1)
    assert await luc.get("messages")
    free.set()
    assert all(await asyncio.gather(*waiting))


async def test_work_that_fails_oddly_is_answered_all_the_same() -> None:
    def stop() -> None:
        raise StopIteration

    with pytest.raises(RuntimeError, match="StopIteration"):
        await reads.run(stop)
    assert await reads.run(lambda: 7) == 7
    await asyncio.to_thread(reads.close)


async def test_a_fault_in_one_step_of_the_check_leaves_the_others(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tab(world.people["luc"])
    done = []

    async def fail(*_: object) -> None:
        done.append("failed")
        raise KeyError("rights")

    async def fill(*_: object) -> None:
        done.append("filled")

    for name in ("apply_rights", "end_dead_sessions"):
        monkeypatch.setattr(relay, name, fail)
    monkeypatch.setattr(relay, "fill_all", fill)
    with pytest.raises(KeyError):
        await relay.check()
    assert done == ["failed", "failed", "filled"]


async def test_a_thread_that_cannot_be_read_leaves_the_others(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    camille = await tab(world.people["camille"])
    broken, other = (thread.pk for thread in world.threads[:2])
    with monkeypatch.context() as patched:
        patched.setattr("realtime.broadcasts.publish", lambda hint: None)
        for thread in (broken, other):
            await sync_to_async(post)(world.people["samira"], thread)
    fill = relay.fill

    async def fail_once(thread: UUID) -> None:
        if thread == broken:
            raise KeyError("what nobody expects")
        await fill(thread)

    monkeypatch.setattr(relay, "fill", fail_once)
    await relay.check()
    assert (await camille.get("message"))["thread"] == str(other)


async def test_a_layer_that_fails_oddly_does_not_end_the_sending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Odd:
        async def group_send(self, *_: object) -> None:
            raise TypeError("what nobody expects")

    monkeypatch.setattr(layer, "get_channel_layer", Odd)
    assert await layer.send([{"kind": "rights"}]) is False
