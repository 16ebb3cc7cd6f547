"""A small honest client of the wire contract: retries, catches up, remembers."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.clients.server import ServedHub
from tests.clients.teller import TRANSIENT, Copy, Teller

Frame = dict[str, Any]
Lost = (OSError, websockets.ConnectionClosed, websockets.InvalidHandshake, TimeoutError)
ANSWER_SECONDS = 15.0
PAUSE_SECONDS = 0.05  # between two tries to reach a server, or a record, that is away


class Client(Teller):
    """One tab: what it sent, what was promised to it, and what it holds.

    `receipts` are (thread, seq). With several `hubs` it goes to the next one each time
    that its own is not there, as behind a balancer.
    """

    def __init__(
        self, hub: ServedHub, cookie: str, threads: list[str], *others: ServedHub
    ) -> None:
        super().__init__(threads)
        self.hub, self.others, self.cookie = hub, list(others), cookie
        self.socket: ClientConnection | None = None
        self._begin(threads)

    def _begin(self, threads: list[str]) -> None:
        self.receipts: set[tuple[str, int]] = set()
        self.pong: dict[str, int] | None = None
        self.changed = asyncio.Event()  # set whenever something new is known
        self._contiguous = dict.fromkeys(threads, 0)
        self._heads = dict.fromkeys(threads, 0)
        self._asked: dict[str, int] = {}
        self._put_off: set[str] = set()  # refused for the moment, since they were sent

    async def open(self) -> None:
        """Connects and says hello; tries until the server is there."""
        while True:
            self.drop()
            try:
                self.socket = await connect(
                    self.hub.reached_at.replace("http", "ws") + "/ws/",
                    additional_headers={"Cookie": self.cookie},
                    origin=self.hub.url,  # type: ignore[arg-type]
                    subprotocols=["hub.v1"],  # type: ignore[list-item]
                    proxy=None,
                    open_timeout=ANSWER_SECONDS,
                    close_timeout=1,
                )
                self._asked.clear()
                await self.send("hello", threads=dict(self._contiguous))
                await self.answer("welcome")
                return
            except Lost:
                self.others.append(self.hub)
                self.hub = self.others.pop(0)
                await asyncio.sleep(PAUSE_SECONDS)

    async def post(self, thread: str, body: str) -> str:
        """Sends the same id until it is acknowledged or finally refused; the id."""
        [message_id] = await self.post_all([(thread, body)])
        return message_id

    async def post_all(self, texts: list[tuple[str, str]]) -> list[str]:
        """Sends several at once, without waiting in between; their ids, in order."""
        new = {str(uuid4()): text for text in texts}
        self.sent |= new
        while waiting := [one for one in new if not self.is_answered(one)]:
            self._put_off.clear()
            try:
                for one in waiting:
                    await self._send_post(one)
                for one in waiting:
                    if one not in self._put_off and not self.is_answered(one):
                        await self.answer("posted", "refused", message_id=one)
            except Lost:
                await self.open()
            self.resent.update(one for one in new if not self.is_answered(one))
            if self._put_off:
                await asyncio.sleep(PAUSE_SECONDS)
        return list(new)

    async def again(self, message_id: str) -> None:
        """Sends what was sent before once more, and takes the answer if one comes."""
        try:
            await self._send_post(message_id)
            await self.answer("posted", "refused", message_id=message_id)
        except Lost:
            await self.open()

    async def _send_post(self, message_id: str) -> None:
        thread, body = self.sent[message_id]
        await self.send("post", id=message_id, thread=thread, body=body)

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

    def drop(self) -> None:
        """Ends the line without a word."""
        if self.socket:
            self.socket.transport.abort()

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

    def forget(self, thread: str, above: int) -> None:
        """As a page that lost what it showed after `above`: it must be told again."""
        held = self.held[thread]
        for seq in [seq for seq in held if seq > above]:
            self.dropped.append((thread, seq, held.pop(seq)))
        self._contiguous[thread] = min(self._contiguous[thread], above)

    @property
    def standing(self) -> list[tuple[int, int, int | None]]:
        """Of each thread: the last seq held without a hole, the head known, and where
        it asked for what is missing."""
        known = self._contiguous
        return [(known[t], self._heads[t], self._asked.get(t)) for t in known]

    def contiguous(self, thread: str) -> int:
        """The last seq without a hole before it."""
        return self._contiguous[thread]

    def _take_posted(self, frame: Frame) -> None:
        self.posted(frame["id"], frame["thread"], frame["seq"])
        _, body = self.sent[frame["id"]]
        copy = Copy(frame["id"], body, frame["hash"])
        self._hold(frame["thread"], frame["seq"], copy)

    def _take_refused(self, frame: Frame) -> None:
        self.refuse(frame.get("id"), frame["code"])
        if frame["code"] in TRANSIENT and "id" in frame:
            self._put_off.add(frame["id"])

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
        self._asked.clear()  # what was asked for may have been refused meanwhile
        for thread in self._heads.keys() & frame["heads"].keys():
            self._heads[thread] = max(self._heads[thread], frame["heads"][thread])

    def _take_reload(self, frame: Frame) -> None:
        """Too slow, as a page takes it: comes back and asks from where it is."""
        if "thread" not in frame:
            self.drop()

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
