"""One hub in this process, on a loop of its own, that can be abandoned at any await.

Belongs here: the driver. What happens in which order is in test_state_machine.py.
"""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from django.conf import settings
from django.db import connections

from asgi import application
from realtime.database import reads, writes
from realtime.ledger import ledger
from realtime.registry import Registry, registry
from realtime.relay import Relay, relay
from tests.clients.socket_client import Client, Frame
from tests.clients.teller import Teller

PATIENCE_SECONDS = 8.0  # for one answer, on a busy machine

T = TypeVar("T")


class Process:
    """What a process knows besides the record; `crash` forgets all of it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.tabs: list[Tab] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def turn(self, times: int) -> None:
        """So many turns of the loop: each ends at some await of everybody's."""

        async def turns() -> None:
            for _ in range(times):
                await asyncio.sleep(0)

        self.run(turns())

    def crash(self) -> None:
        """Nothing is answered any more; what the record was given, it keeps."""
        for tab in self.tabs:
            tab.line = None
        self.tabs.clear()
        self.turn(1)  # a task that never began is a warning and no crash
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()

        async def ended() -> None:
            await asyncio.gather(*tasks, return_exceptions=True)
            await ledger.stop()  # a commit in hand may still get through
            await relay.stop()

        self.run(ended())
        reads.close()
        writes.close()
        for known, new in ((registry, Registry()), (relay, Relay())):
            vars(known).update(vars(new))
        channel_layers.backends.clear()

    def close(self) -> None:
        self.crash()
        self.run(sync_to_async(connections.close_all)())
        self.run(self.loop.shutdown_default_executor())
        self.loop.close()


class Line:
    """One socket, spoken to as Daphne would."""

    def __init__(self, cookie: str) -> None:
        self._given: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        scope = {
            "type": "websocket",
            "path": "/ws/",
            "query_string": b"",
            "headers": [
                (b"origin", settings.ALLOWED_ORIGINS[0].encode()),
                (b"cookie", cookie.encode()),
            ],
            "subprotocols": ["hub.v1"],
        }
        self._task = asyncio.ensure_future(
            application(scope, self._given.get, self.told.put)
        )
        self._given.put_nowait({"type": "websocket.connect"})

    def give(self, text: str) -> None:
        self._given.put_nowait({"type": "websocket.receive", "text": text})

    async def leave(self) -> None:
        self._given.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait([self._task], timeout=PATIENCE_SECONDS)


class Tab(Client):
    """The client of the fault tests on such a line. `ended`: the close code."""

    def __init__(self, process: Process, cookie: str, threads: list[str]) -> None:
        Teller.__init__(self, threads)
        self._begin(threads)
        self.process, self.cookie = process, cookie
        self.line: Line | None = None
        self.ended: int | None = None

    async def open(self) -> None:
        """Raises Closed when it is refused."""
        self._asked.clear()
        self._pings = self._pongs = 0
        self.line = Line(self.cookie)
        self.process.tabs.append(self)
        await self._event()  # accepted
        await self.send("hello", threads=dict(self._contiguous))
        await self.answer("welcome")
        await self.hear_all()

    async def hear_all(self) -> None:
        """Every answer to what was sent so far: frames of one socket stay in order."""
        await self.send("ping")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self._pongs < self._pings:
                await self._next()

    def _take_pong(self, frame: Frame) -> None:
        self._pongs += 1
        super()._take_pong(frame)

    async def send(self, type_: str, **fields: Any) -> None:
        assert self.line
        self._pings += type_ == "ping"
        self.line.give(json.dumps({"type": type_, **fields}))

    async def answer(self, *types: str, message_id: str | None = None) -> Frame:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                frame = await self._next()
                if frame["type"] in types and message_id in (None, frame.get("id")):
                    return frame

    async def catch_up(self, heads: dict[str, int]) -> None:
        """Takes what comes and asks for holes until it holds everything."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.hear_all()
            while any(self.contiguous(thread) < heads[thread] for thread in heads):
                self._asked.clear()
                await self._ask_for_holes()
                await self.hear_all()

    def take_what_came(self) -> None:
        while self.line and not self.line.told.empty():
            event = self.line.told.get_nowait()
            if event["type"] == "websocket.close":
                self._end(event)
            elif "text" in event:
                self.take(json.loads(event["text"]))

    async def leave(self) -> None:
        line, self.line = self.line, None
        if line:
            self.process.tabs.remove(self)
            await line.leave()

    async def _next(self) -> Frame:
        event = await self._event()
        frame: Frame = json.loads(event["text"])
        self.take(frame)
        return frame

    async def _event(self) -> dict[str, Any]:
        assert self.line
        event = await self.line.told.get()
        if event["type"] == "websocket.close":
            self._end(event)
            raise Closed(self.ended)
        return event

    def _end(self, event: dict[str, Any]) -> None:
        self.ended = event.get("code")
        if self in self.process.tabs:
            self.process.tabs.remove(self)
        self.line = None


class Closed(Exception):
    """The hub ended the line, with this code."""
