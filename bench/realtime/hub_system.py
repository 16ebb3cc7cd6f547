"""The hub under load: its servers, its people, its frames, its rows.

Belongs here: what `manage.py serve` needs to run as in production on this machine, and
docs/protocol.md as far as a load generator speaks it.
"""

import asyncio
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from bench.realtime import cost
from bench.realtime.arriving import together
from bench.realtime.checking import Stored
from bench.realtime.flights import Books
from bench.realtime.websocket import WebSocket, connect
from tests.clients.server import ServedHub
from tests.servers import Postgres, Valkey

MOST_REMEMBERED = 5_000  # frames, while the same bytes come to the rest of the room
ROWS = "SELECT client_id, thread_id, seq, body FROM hub_message WHERE thread_id"
HEADS = "SELECT id, last_seq FROM hub_thread WHERE id"
LONG = ("--messages", "100000", "--extra-threads", "10000")
Parsed = tuple[str, str, str, int | None, str]  # type, thread, key, seq, body
Thread = dict[str, Any]


class HubSystem:
    """One installation: `webs` web processes, with PostgreSQL and Valkey or SQLite."""

    def __init__(
        self,
        name: str = "hub",
        *,
        sqlite: bool = False,
        webs: int = 1,
        spread: bool = False,
        full: bool = False,
    ) -> None:
        self.name = name
        self.folder = Path(tempfile.mkdtemp(prefix="hub-bench-"))
        self.postgres = None if sqlite else Postgres(own=True)
        self.valkey = None if sqlite else Valkey(own=True)
        self.webs: list[ServedHub] = []
        self.count, self.full = webs, full
        self.cores = cost.CORES if spread else [cost.SERVER_CORE]
        self.crowds: dict[tuple[str, ...], list[Thread]] = {}

    def start(self) -> None:
        for server in (self.postgres, self.valkey):
            if server:
                server.start()
        for _n in range(self.count):
            self.webs.append(ServedHub(self.folder, **self._environment()))
            self.webs[-1].environment["BASE_URL"] = self.webs[0].url
            self.webs[-1].start()
        if self.full:
            self.long_thread()

    def stop(self) -> None:
        for web in self.webs:
            web.kill()
        for server in (self.valkey, self.postgres):
            if server:
                server.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart_front(self) -> None:
        """Web processes without a past: memory once taken is not given back."""
        for web in self.webs:
            web.kill()
            web.start()

    def front(self) -> list[int]:
        return [web.process.pid for web in self.webs if web.process]

    def roots(self) -> list[int]:
        servers = [s for s in (self.postgres, self.valkey) if s]
        return [*self.front(), *(server.pid for server in servers)]

    def people(self, rooms: int, members: int, *more: str) -> list[Thread]:
        """Threads of that shape, made once. `more`: of `bench_fixture`."""
        shape = ("--threads", str(rooms), "--members", str(members), *more)
        if shape not in self.crowds:
            out = self.folder / "crowd.json"
            self.webs[0].manage("bench_fixture", *shape, "--out", str(out))
            self.crowds[shape] = json.loads(out.read_text())["threads"]
        return self.crowds[shape]

    def long_thread(self) -> list[Thread]:
        """One of 100,000 messages beside 10,000 others, made once."""
        new = not self.crowds
        threads = self.people(1, 4, *LONG)
        if new and self.postgres:
            with psycopg.connect(self.postgres.url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")  # its own would come in mid-run
        return threads

    async def open(self, rooms: int, members: int, books: Books) -> "HubCrowd":
        return await self._open(self.people(rooms, members), books)

    async def open_long(self, books: Books) -> "HubCrowd":
        return await self._open(self.long_thread(), books)

    async def _open(self, threads: list[Thread], books: Books) -> "HubCrowd":
        crowd = HubCrowd(self, threads, books)
        await crowd.connect()
        return crowd

    def heads(self, threads: list[str]) -> dict[str, int]:
        return {str(UUID(str(id_))): seq for id_, seq in self._rows(HEADS, threads)}

    def messages(self, threads: list[str]) -> Iterator[tuple[str, str, int, str]]:
        """(client id, thread, seq, body) of everything in these threads."""
        for key, thread, seq, body in self._rows(ROWS, threads):
            yield str(UUID(str(key))), str(UUID(str(thread))), seq, body

    def _rows(self, query: str, threads: list[str]) -> Iterator[Any]:
        if self.postgres:
            with psycopg.connect(self.postgres.url) as connection:
                yield from connection.execute(f"{query} = ANY(%s)", [threads])
            return
        marks = ",".join("?" * len(threads))
        ids = [UUID(thread).hex for thread in threads]
        with sqlite3.connect(self.folder / "hub.sqlite3") as connection:
            yield from connection.execute(f"{query} IN ({marks})", ids)

    def _environment(self) -> dict[str, str]:
        """As in production, but over plain HTTP and without anybody to mail to."""
        servers = {}
        if self.postgres and self.valkey:
            servers = {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.valkey.url}
            servers |= {"MAIL_WORKER": "off"}  # a process of its own, in production
        return {
            **servers,
            "HUB_MODE": "development",
            "RATE_LIMITS": "off",
            "SCANNER": "none",
            "FILE_WORKERS": "0",
        }


class HubCrowd:
    """Everybody of some threads, each with one socket."""

    def __init__(self, system: HubSystem, threads: list[Thread], books: Books) -> None:
        self.system, self.threads, self.books = system, threads, books
        self.ids = [str(thread["id"]) for thread in threads]
        self.room_of = {thread: room for room, thread in enumerate(self.ids)}
        self.rooms, self.members = len(threads), len(threads[0]["cookies"])
        self.sockets: list[dict[int, WebSocket]] = [{} for _thread in threads]
        self.parsed: dict[bytes, Parsed] = {}
        self.welcomed: set[tuple[int, int]] = set()
        self.histories: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def connect(self) -> None:
        """Returns when all are welcomed."""
        self.before = self.system.heads(self.ids)
        await together(
            partial(self._connect, room, member, cookie)
            for room, thread in enumerate(self.threads)
            for member, cookie in enumerate(thread["cookies"])
        )
        everybody = self.rooms * self.members
        async with asyncio.timeout(120):
            while len(self.welcomed) < everybody:
                await asyncio.sleep(0.02)

    def send(self, room: int, member: int, key: str, body: str) -> None:
        post = {"type": "post", "id": key, "thread": self.ids[room], "body": body}
        self.sockets[room][member].send(json.dumps(post, ensure_ascii=False).encode())

    async def history(self, count: int, page: int = 200) -> int:
        """The first member asks for the last messages of the first; how many came."""
        socket, before, came = self.sockets[0][0], self.before[self.ids[0]] + 1, 0
        while came < count:
            limit = min(page, count - came)
            ask = {"type": "history", "thread": self.ids[0], "before": before}
            socket.send(json.dumps(ask | {"limit": limit}).encode())
            if not (messages := (await self.histories.get())["messages"]):
                break
            before, came = messages[0]["seq"], came + len(messages)
        return came

    async def close(self) -> None:
        for sockets in self.sockets:
            for socket in sockets.values():
                socket.close()
        await asyncio.sleep(0.2)

    def stored(self) -> Iterator[Stored]:
        for key, thread, seq, body in self.system.messages(self.ids):
            if seq > self.before[thread]:
                yield Stored(key, self.room_of[thread], seq, body)

    async def _connect(self, room: int, member: int, cookie: str) -> None:
        web = self.system.webs[(room + member) % len(self.system.webs)]
        headers = {
            "Cookie": f"session={cookie}",
            "Origin": self.system.webs[0].url,
            "Sec-WebSocket-Protocol": "hub.v1",
        }
        take = partial(self._take, room, member)
        end = partial(self.books.ended, member)
        socket = await connect(web.port, "/ws/", headers, take, end)
        self.sockets[room][member] = socket
        socket.send(b'{"type":"hello","threads":{}}')

    def _take(self, room: int, member: int, payload: bytes) -> None:
        known = self.parsed.get(payload)
        if known is None:
            known = self._parse(payload)
        type_, thread, key, seq, body = known
        if type_ == "message":
            if self.room_of.get(thread) != room:
                self.books.problems.add(f"member {member} of another room got {key}")
            self.books.received(member, key, body, seq)
        elif type_ == "posted":
            self.books.acknowledged(key, seq)
        elif type_ == "refused":
            self.books.refused(key, body)
        elif type_ == "welcome":
            self.welcomed.add((room, member))
        elif type_ == "messages":
            self.histories.put_nowait(json.loads(payload))
        elif type_ == "reload":
            self.books.problems.add(f"member {member} was told to read again")

    def _parse(self, payload: bytes) -> Parsed:
        frame = json.loads(payload)
        known = (
            frame["type"],
            frame.get("thread", ""),
            frame.get("id", ""),
            frame.get("seq"),
            frame.get("body", frame.get("code", "")),
        )
        if frame["type"] == "message":
            if len(self.parsed) > MOST_REMEMBERED:
                self.parsed.clear()
            self.parsed[payload] = known
        return known
