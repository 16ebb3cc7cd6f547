"""People in Matrix rooms, by the client-server interface.

Belongs here: accounts, rooms, sending and long polls. Few people are in all rooms, so
that the server holds one long poll a person and not one for each seat: in its favour.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import psycopg

from bench.realtime.checking import Stored
from bench.realtime.flights import Books

API = "/_matrix/client/v3"
KEY_LETTERS = 36  # of a UUID, with which every text begins
ANSWER_SECONDS = 120.0
POLL_MILLISECONDS = 20_000
FILTER = json.dumps(
    {"room": {"timeline": {"limit": 1000}, "state": {"lazy_load_members": True}}}
)
NEWEST = "SELECT coalesce(max(stream_ordering), 0) FROM events"
ROWS = """SELECT events.room_id, event_json.json
    FROM events JOIN event_json USING (event_id)
    WHERE events.type = 'm.room.message' AND events.stream_ordering > %s
        AND events.room_id = ANY(%s)"""


@dataclass
class World:
    """Accounts and rooms, made once: each costs the server more than a message."""

    port: int
    database: str
    tokens: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # user ids
    rooms: list[str] = field(default_factory=list)

    async def prepare(self, rooms: int, members: int) -> None:
        async with self.client() as client:
            while len(self.tokens) < members:
                await self._register(client)
            while len(self.rooms) < rooms:
                await self._make_room(client, members)

    def client(self) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}{API}",
            limits=limits,
            timeout=ANSWER_SECONDS,
            trust_env=False,
        )

    def signed(self, member: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[member]}"}

    async def _register(self, client: httpx.AsyncClient) -> None:
        name = f"p{uuid4().hex}"
        asked = {"username": name, "password": uuid4().hex}
        asked["auth"] = {"type": "m.login.dummy"}  # type: ignore[assignment]
        answer = await client.post("/register", json=asked)
        found = answer.raise_for_status().json()
        self.tokens.append(found["access_token"])
        self.names.append(found["user_id"])

    async def _make_room(self, client: httpx.AsyncClient, members: int) -> None:
        answer = await client.post(
            "/createRoom", json={"preset": "public_chat"}, headers=self.signed(0)
        )
        room = answer.raise_for_status().json()["room_id"]
        for member in range(1, members):
            joined = await client.post(
                f"/join/{quote(room)}", json={}, headers=self.signed(member)
            )
            joined.raise_for_status()
        self.rooms.append(room)


class SynapseCrowd:
    """The answer to a PUT is the acknowledgement; others learn of it by long polls."""

    def __init__(self, world: World, rooms: int, members: int, books: Books) -> None:
        self.world, self.books = world, books
        self.rooms, self.members = rooms, members
        self.names = world.rooms[:rooms]
        self.member_of = {name: n for n, name in enumerate(world.names)}
        self.tasks: set[asyncio.Task[None]] = set()

    async def connect(self) -> None:
        with psycopg.connect(self.world.database) as connection:
            [(self.newest,)] = connection.execute(NEWEST).fetchall()
        self.client = self.world.client()
        for member in range(self.members):
            since = (await self._sync(member, {"timeout": 0}))["next_batch"]
            self._task(self._listen(member, since))

    def send(self, room: int, member: int, key: str, body: str) -> None:
        self._task(self._send(room, member, key, body))

    async def close(self) -> None:
        for task in list(self.tasks):
            task.cancel()
        for task in list(self.tasks):
            with suppress(asyncio.CancelledError):
                await task
        await self.client.aclose()

    def stored(self) -> Iterator[Stored]:
        room_of = {name: room for room, name in enumerate(self.names)}
        with psycopg.connect(self.world.database) as connection:
            for name, text in connection.execute(ROWS, [self.newest, self.names]):
                body = json.loads(text)["content"]["body"]
                yield Stored(body[:KEY_LETTERS], room_of[name], None, body)

    async def _send(self, room: int, member: int, key: str, body: str) -> None:
        path = f"/rooms/{quote(self.names[room])}/send/m.room.message/{key}"
        said = {"msgtype": "m.text", "body": body}
        answer = await self.client.put(
            path, json=said, headers=self.world.signed(member)
        )
        if answer.is_success:
            self.books.acknowledged(key)
        else:
            self.books.refused(key, str(answer.status_code))

    async def _listen(self, member: int, since: str) -> None:
        while True:
            asked = {"timeout": POLL_MILLISECONDS, "since": since}
            found = await self._sync(member, asked)
            since = found["next_batch"]
            for room in found.get("rooms", {}).get("join", {}).values():
                for event in room["timeline"]["events"]:
                    self._take(member, event)

    async def _sync(self, member: int, asked: dict[str, Any]) -> Any:
        headers = self.world.signed(member)
        answer = await self.client.get(
            "/sync", params=asked | {"filter": FILTER}, headers=headers
        )
        return answer.raise_for_status().json()

    def _take(self, member: int, event: dict[str, Any]) -> None:
        if event["type"] == "m.room.message":
            body = event["content"]["body"]
            if self.member_of[event["sender"]] != member:
                self.books.received(member, body[:KEY_LETTERS], body)

    def _task(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.books.problems.add(f"a request failed: {error!r}")
