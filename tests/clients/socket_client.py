"""A small honest client of the wire contract: retries, catches up, remembers."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.clients.server import ServedHub

Frame = dict[str, Any]
Lost = (OSError, websockets.ConnectionClosed, websockets.InvalidHandshake, TimeoutError)
ANSWER_SECONDS = 15.0
PAUSE_SECONDS = 0.05  # between two tries to reach a server, or a record, that is away
TRANSIENT = {"unavailable", "rate_limited"}  # every other refusal is final


class Copy(NamedTuple):
    """A message as this client was told it. The hash covers what is not here."""

    id: str
    body: str
    hash: str


class Client:
    """One tab: what it sent, what was promised to it, and what it holds.

    `sent`: id -> (thread, body), in the order of sending. `acknowledged`: id ->
    (thread, seq). `refused`: id -> code of a final refusal. `held`: thread -> seq ->
    copy. `refusals` counts the codes of all refusals, `receipts` are (thread, seq).
    """

    def __init__(self, hub: ServedHub, cookie: str, threads: list[str]) -> None:
        self.hub, self.cookie = hub, cookie
        self.sent: dict[str, tuple[str, str]] = {}
        self.acknowledged: dict[str, tuple[str, int]] = {}
        self.refused: dict[str, str] = {}
        self.refusals: Counter[str] = Counter()
        self.held: dict[str, dict[int, Copy]] = {thread: {} for thread in threads}
        self.receipts: set[tuple[str, int]] = set()
        self.pong: dict[str, int] | None = None
        self.socket: ClientConnection | None = None
        self.changed = asyncio.Event()  # set whenever something new is known
        self._contiguous = dict.fromkeys(threads, 0)
        self._heads = dict.fromkeys(threads, 0)
        self._asked: dict[str, int] = {}

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
                    close_timeout=1,
                )
                self._asked.clear()
                await self.send("hello", threads=dict(self._contiguous))
                await self.answer("welcome")
                return
            except Lost:
                await asyncio.sleep(PAUSE_SECONDS)

    async def post(self, thread: str, body: str) -> str:
        """Sends the same id until it is acknowledged or finally refused; the id."""
        message_id = str(uuid4())
        self.sent[message_id] = (thread, body)
        while message_id not in self.acknowledged and message_id not in self.refused:
            try:
                await self.send("post", id=message_id, thread=thread, body=body)
                answer = await self.answer("posted", "refused", message_id=message_id)
                if answer.get("code") in TRANSIENT:
                    await asyncio.sleep(PAUSE_SECONDS)
            except Lost:
                await self.open()
        return message_id

    async def listen(self) -> None:
        """Takes whatever comes, for ever; reconnects and asks for what is missing."""
        while True:
            try:
                await self._ask_for_holes()
                assert self.socket
                self.take(json.loads(await self.socket.recv()))
            except Lost:
                await self.open()

    async def complete(self, thread: str, head: int) -> None:
        """Waits until everything up to `head` is held."""
        await self.until(lambda: self.contiguous(thread) >= head)

    async def until(self, known: Callable[[], bool]) -> None:
        """Waits for what somebody who listens learns."""
        while not known():
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
        """Remembers one frame, whatever it is."""
        if take := getattr(self, f"_take_{frame['type']}", None):
            take(frame)
            self.changed.set()

    def contiguous(self, thread: str) -> int:
        """The last seq without a hole before it."""
        return self._contiguous[thread]

    def _take_posted(self, frame: Frame) -> None:
        place = (frame["thread"], frame["seq"])
        self.acknowledged.setdefault(frame["id"], place)
        _, body = self.sent[frame["id"]]
        self._hold(*place, Copy(frame["id"], body, frame["hash"]))

    def _take_refused(self, frame: Frame) -> None:
        self.refusals[frame["code"]] += 1
        if frame["code"] not in TRANSIENT and "id" in frame:
            self.refused[frame["id"]] = frame["code"]

    def _take_message(self, frame: Frame) -> None:
        copy = Copy(frame["id"], frame["body"], frame["hash"])
        self._hold(frame["thread"], frame["seq"], copy)

    def _take_messages(self, frame: Frame) -> None:
        for message in frame["messages"]:
            self._take_message(message)
        # `more` is believed as well as `head`: either alone says that there is more.
        head = max(frame["head"], self.contiguous(frame["thread"]) + frame["more"])
        self._heads[frame["thread"]] = max(self._heads[frame["thread"]], head)

    def _take_pong(self, frame: Frame) -> None:
        self.pong = frame["heads"]
        for thread in self._heads.keys() & frame["heads"].keys():
            self._heads[thread] = max(self._heads[thread], frame["heads"][thread])

    def _take_receipt(self, frame: Frame) -> None:
        self.receipts.add((frame["thread"], frame["seq"]))

    async def _ask_for_holes(self) -> None:
        """Once for each place where something is missing, not once a frame."""
        for thread, head in self._heads.items():
            known = self.contiguous(thread)
            if head > known and self._asked.get(thread) != known:
                self._asked[thread] = known
                await self.send("history", thread=thread, after=known, limit=200)

    def _hold(self, thread: str, seq: int, copy: Copy) -> None:
        held = self.held[thread]
        # The first one told stays: the checker finds whoever told two stories.
        held.setdefault(seq, copy)
        self._heads[thread] = max(self._heads[thread], seq)
        while self._contiguous[thread] + 1 in held:
            self._contiguous[thread] += 1
