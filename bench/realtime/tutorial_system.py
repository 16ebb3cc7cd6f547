"""The tutorial's chat under load: its servers, its sockets, its rows."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from signal import SIGKILL
from uuid import uuid4

import psycopg

from bench.realtime import cost
from bench.realtime.arriving import together
from bench.realtime.checking import Stored
from bench.realtime.flights import Books
from bench.realtime.websocket import WebSocket, connect
from tests.clients.server import ROOT, free_port
from tests.servers import Postgres, Valkey
from tests.servers.children import Child, Folder

KEY_LETTERS = 36  # of a UUID, with which every text begins
ROWS = """SELECT room.name, message.body
    FROM tutorial_message message JOIN tutorial_room room ON room.id = message.room_id
    WHERE room.name = ANY(%s)"""


class TutorialSystem:
    """Daphne, PostgreSQL and Valkey. `layer`: core or pubsub; `max_age`: CONN_MAX_AGE."""

    def __init__(self, name: str, *, layer: str, max_age: str = "None") -> None:
        self.name = name
        self.cores = [cost.SERVER_CORE]
        self.postgres, self.valkey = Postgres(own=True), Valkey(own=True)
        self.folder = Folder("tutorial")
        self.port = free_port()
        self.options = {"LAYER": layer, "CONN_MAX_AGE": max_age}
        self.daphne: Child | None = None

    def start(self) -> None:
        self.postgres.start()
        self.valkey.start()
        self._manage("migrate", "--run-syncdb", "--verbosity", "0")
        self.restart_front()

    def restart_front(self) -> None:
        """A server without a past: memory once taken is not given back."""
        if self.daphne:
            self.daphne.kill()
        pairs = [f"{name}={value}" for name, value in self._environment().items()]
        serve = [
            sys.executable,
            "-m",
            "daphne",
            "-b",
            "127.0.0.1",
            "-p",
            str(self.port),
        ]
        command = ["/usr/bin/env", *pairs, *serve, "bench.tutorial.asgi:application"]
        log = Path(self.folder.path, "daphne.log")
        self.daphne = Child(command, log, at_death=SIGKILL)
        self.daphne.wait_until(self._listens, "Daphne")

    def stop(self) -> None:
        if self.daphne:
            self.daphne.kill()
        self.valkey.close()
        self.postgres.close()
        self.folder.close()

    def front(self) -> list[int]:
        return [self.daphne.pid] if self.daphne else []

    def roots(self) -> list[int]:
        return [*self.front(), self.postgres.pid, self.valkey.pid]

    async def open(self, rooms: int, members: int, books: Books) -> "TutorialCrowd":
        crowd = TutorialCrowd(self, rooms, members, books)
        await crowd.connect()
        return crowd

    def _environment(self) -> dict[str, str]:
        return {
            **self.options,
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "DJANGO_SETTINGS_MODULE": "bench.tutorial.settings",
            "PYTHONPATH": str(ROOT),
        }

    def _manage(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "django", *arguments]
        environment = os.environ | self._environment()
        subprocess.run(  # noqa: S603 (our own arguments)
            command, cwd=ROOT, env=environment, check=True
        )

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class TutorialCrowd:
    """Everybody of some new rooms. One's own message coming back says that it is saved."""

    def __init__(
        self, system: TutorialSystem, rooms: int, members: int, books: Books
    ) -> None:
        self.system, self.rooms, self.members, self.books = (
            system, rooms, members, books,
        )  # fmt: skip
        self.names = [f"room{uuid4().hex}" for _n in range(rooms)]
        self.sockets: list[dict[int, WebSocket]] = [{} for _n in range(rooms)]
        self.author: dict[str, int] = {}

    async def connect(self) -> None:
        await together(
            partial(self._connect, room, member)
            for room in range(self.rooms)
            for member in range(self.members)
        )

    async def _connect(self, room: int, member: int) -> None:
        take = partial(self._take, member)
        end = partial(self.books.ended, member)
        path = f"/ws/chat/{self.names[room]}/"
        opened = await connect(self.system.port, path, {}, take, end)
        self.sockets[room][member] = opened

    def send(self, room: int, member: int, key: str, body: str) -> None:
        self.author[key] = member
        text = json.dumps({"message": body}, ensure_ascii=False)
        self.sockets[room][member].send(text.encode())

    async def close(self) -> None:
        for sockets in self.sockets:
            for one in sockets.values():
                one.close()

    def stored(self) -> Iterator[Stored]:
        room_of = {name: room for room, name in enumerate(self.names)}
        with psycopg.connect(self.system.postgres.url) as connection:
            for name, body in connection.execute(ROWS, [self.names]):
                yield Stored(body[:KEY_LETTERS], room_of[name], None, body)

    def _take(self, member: int, payload: bytes) -> None:
        body = json.loads(payload)["message"]
        key = body[:KEY_LETTERS]
        if self.author.get(key) == member:
            self.books.acknowledged(key)
        else:
            self.books.received(member, key, body)
