"""Four people, four threads, links and sessions at one or two served hubs.

Belongs here: what stands before the first fault. Who writes is in writers.py, what
goes wrong in schedule.py, what must hold in checker.py.
"""

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.clients.doors import Person
from tests.clients.server import ServedHub, prepared
from tests.faults.proxy import Proxy
from tests.servers import Postgres, Valkey

KEYS = ("camille", "paul", "samira", "luc")
# Sessions, threads and links are made as the hub makes them; only the codes that
# confirm a link by mail are left out.
SET_UP = """
import json
from datetime import date, timedelta
from django.test import Client
from django.utils import timezone
from hub.actions import members
from hub.demo import CAST, transmit_demo
from hub.models import Role, Thread, User
from hub.models.centres import VisitKind
from notifications import tokens
from notifications.models import LinkSession, ReplyLink

cast = {{p.key: User.objects.filter(email=p.email).first() for p in CAST}}
while Thread.objects.count() < 4:
    transmit_demo(cast, VisitKind.HANDOVER, [9], date(2026, 11, 6))
threads = list(Thread.objects.order_by("pk")[:4])
now, later = timezone.now(), timezone.now() + timedelta(hours=2)

def session(user):
    browser = Client()
    browser.force_login(user)
    return "session=" + browser.cookies["session"].value

def links(user):
    made = {{}}
    for thread in threads:
        made[str(thread.pk)] = secrets = [tokens.new_secret() for _ in range({links})]
        rows = ReplyLink.objects.bulk_create(
            ReplyLink(token_digest=tokens.digest(tokens.new_token()), purpose="reply",
                user=user, thread=thread, email=user.email, expires_at=later)
            for _ in secrets
        )
        LinkSession.objects.bulk_create(
            LinkSession(digest=tokens.digest(s), link=row, confirmed_at=now,
                created_at=now, expires_at=later)
            for s, row in zip(secrets, rows)
        )
    return made

def guest(number):
    user = members.create_user(
        email=f"guest{{number}}@centre.demo.invalid", given_name="G", usual_name="G"
    )
    place = members.add_membership(
        user, Role.STAFF, centre=threads[0].designation.centre
    )
    for thread in threads:
        members.seat(thread, [place])
    return user

found = [
    {{"user": str(cast[key].pk), "cookie": session(cast[key]),
     "links": links(cast[key])}}
    for key in {keys}
]
for number in range({guests}):
    user = guest(number)
    found.append({{"user": str(user.pk), "cookie": session(user), "links": {{}}}})
print("SETUP" + json.dumps(found))
"""


@dataclass
class World:
    """`lines`: name -> the proxy on the way to it: database, hints, one per hub.

    `people` are four of the cast; `guests` are others with seats in all threads.
    """

    hubs: list[ServedHub]
    people: list[Person] = field(default_factory=list)
    guests: list[Person] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    database: Postgres | None = None
    hints: Valkey | None = None
    lines: dict[str, Proxy] = field(default_factory=dict)

    def prepare(self, links: int, guests: int) -> None:
        """Needs a database; the hubs may be down."""
        script = SET_UP.format(keys=KEYS, links=links, guests=guests)
        output = self.hubs[0].manage("shell", "-v", "0", "-c", script)
        [line] = [one for one in output.splitlines() if one.startswith("SETUP")]
        found = json.loads(line.removeprefix("SETUP"))
        everyone = [Person(**one) for one in found]
        self.people, self.guests = everyone[: len(KEYS)], everyone[len(KEYS) :]
        self.threads = sorted(self.people[0].links)

    @property
    def said(self) -> list[str]:
        """Everything the hubs printed."""
        return [line for hub in self.hubs for line in hub.output]

    @property
    def tracebacks(self) -> list[str]:
        return [line for line in self.said if line.startswith("Traceback")]


@contextlib.asynccontextmanager
async def one_process(
    folder: Path, *, links: int = 1, guests: int = 0, **environment: str
) -> AsyncIterator[World]:
    """SQLite and the layer within the process."""
    shutil.copytree(prepared(), folder, dirs_exist_ok=True)
    hub = ServedHub(folder, **{"RATE_LIMITS": "off", **environment})
    world = World([hub])
    world.prepare(links, guests)
    hub.is_prepared = True
    async with contextlib.AsyncExitStack() as stack:
        for person in world.people + world.guests:
            stack.push_async_callback(person.close)
        stack.enter_context(hub)  # blocks the loop, in which nothing runs yet
        yield world


@contextlib.asynccontextmanager
async def two_processes(
    folder: Path,
    *,
    links: int = 1,
    guests: int = 0,
    environments: tuple[dict[str, str], ...] = ({}, {}),
) -> AsyncIterator[World]:
    """One process for each environment, on one PostgreSQL and one Valkey; every line
    of all of them leads through a proxy."""
    async with contextlib.AsyncExitStack() as stack:
        database = stack.enter_context(Postgres(own=True))
        hints = stack.enter_context(Valkey(own=True))
        lines = {"database": Proxy(database.line), "hints": Proxy(hints.line)}
        for line in lines.values():
            await stack.enter_async_context(line)
        shared = {
            "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{lines['database'].port}/postgres",
            "REDIS_URL": f"redis://127.0.0.1:{lines['hints'].port}",
            "RATE_LIMITS": "off",
            "LOG_LEVEL": "WARNING",
        }
        hubs = [ServedHub(folder, **shared, **more) for more in environments]
        world = World(hubs, database=database, hints=hints, lines=lines)
        for number, hub in enumerate(hubs):
            hub.is_prepared = True
            line = lines[f"hub{number}"] = Proxy(("127.0.0.1", hub.port))
            await stack.enter_async_context(line)
            hub.reached_at = f"http://127.0.0.1:{line.port}"
            stack.callback(hub.__exit__, None, None, None)
        await asyncio.to_thread(hubs[0].manage, "prepare")
        await asyncio.to_thread(world.prepare, links, guests)
        await asyncio.gather(*(asyncio.to_thread(hub.start) for hub in hubs))
        for person in world.people + world.guests:
            stack.push_async_callback(person.close)
        yield world
