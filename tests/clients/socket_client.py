"""A small honest client of the wire contract: retries, catches up, remembers."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.clients.server import ServedHub

Frame = dict[str, Any]
Lost = (OSError, websockets.ConnectionClosed, websockets.InvalidHandshake, TimeoutError)
ANSWER_SECONDS = 15.0
PAUSE_SECONDS = 0.05  # between two tries to come back to a server that is away


class Client:
    """One tab. `acknowledged`: id -> (thread, seq); `held`: thread -> seq -> id."""

    def __init__(self, hub: ServedHub, cookie: str, threads: list[str]) -> None:
        self.hub, self.cookie = hub, cookie
        self.acknowledged: dict[str, tuple[str, int]] = {}
        self.sent_order: dict[str, list[str]] = {thread: [] for thread in threads}
        self.held: dict[str, dict[int, str]] = {thread: {} for thread in threads}
        self.socket: ClientConnection | None = None
        self.changed = asyncio.Event()  # set whenever something new is held

    async def open(self) -> None:
        """Connects and says hello; tries until the server is there."""
        while True:
            try:
                self.socket = await connect(
                    self.hub.url.replace("http", "ws") + "/ws/",
                    additional_headers={"Cookie": self.cookie},
                    origin=self.hub.url,  # type: ignore[arg-type]
                    subprotocols=["hub.v1"],  # type: ignore[list-item]
                    proxy=None,
                )
                threads = {t: self.contiguous(t) for t in self.held}
                await self.send("hello", threads=threads)
                await self.answer("welcome")
                return
            except Lost:
                await asyncio.sleep(PAUSE_SECONDS)

    async def post(self, thread: str, body: str) -> str:
        """Sends the same id until it is acknowledged; the id."""
        message_id = str(uuid4())
        self.sent_order[thread].append(message_id)
        while message_id not in self.acknowledged:
            try:
                assert self.socket
                await self.send("post", id=message_id, thread=thread, body=body)
                await self.answer("posted", "refused", message_id=message_id)
            except Lost:
                await self.open()
        return message_id

    async def listen(self) -> None:
        """Takes whatever comes, for ever; reconnects."""
        while True:
            try:
                assert self.socket
                self.take(json.loads(await self.socket.recv()))
                await self._ask_for_holes()
            except Lost:
                await self.open()

    async def complete(self, thread: str, head: int) -> None:
        """Waits until everything up to `head` is held."""
        while self.contiguous(thread) < head:
            self.changed.clear()
            await self.changed.wait()

    async def close(self) -> None:
        if self.socket:
            await self.socket.close()

    async def send(self, type_: str, **fields: Any) -> None:
        assert self.socket
        await self.socket.send(json.dumps({"type": type_, **fields}))

    async def answer(self, *types: str, message_id: str | None = None) -> Frame:
        assert self.socket
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                frame: Frame = json.loads(await self.socket.recv())
                self.take(frame)
                if frame["type"] in types and message_id in (None, frame.get("id")):
                    return frame

    def take(self, frame: Frame) -> None:
        if frame["type"] == "posted":
            self.acknowledged[frame["id"]] = (frame["thread"], frame["seq"])
            self._hold(frame["thread"], frame["seq"], frame["id"])
        elif frame["type"] == "message":
            self._hold(frame["thread"], frame["seq"], frame["id"])
        elif frame["type"] == "messages":
            for message in frame["messages"]:
                self._hold(message["thread"], message["seq"], message["id"])

    def contiguous(self, thread: str) -> int:
        """The last seq without a hole before it."""
        seq = 0
        while seq + 1 in self.held[thread]:
            seq += 1
        return seq

    async def _ask_for_holes(self) -> None:
        for thread, held in self.held.items():
            known = self.contiguous(thread)
            if held and max(held) > known:
                await self.send("history", thread=thread, after=known, limit=200)

    def _hold(self, thread: str, seq: int, message_id: str) -> None:
        if thread in self.held:
            # The first one told stays: the checker finds whoever told two stories.
            self.held[thread].setdefault(seq, message_id)
            self.changed.set()
