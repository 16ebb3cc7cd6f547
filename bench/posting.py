"""What a message costs: a save of its own, groups by the ORM, groups by our statements.

Wall time, and CPU of this thread and of PostgreSQL's process for it, per message.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from hub.actions.messages import post_messages
from hub.demo import Demo
from hub.models import Message, Participant, Thread
from hub.posting import Draft
from tests.cast import create_small_demo
from tests.hub.posting_oracle import post_with_orm

ROUNDS = 7
MESSAGES = 128  # per round and way, so that every way writes the same amount
SIZES = (1, 8, 32, 128)
BODY = (
    "Bonjour Maître, l’ordonnance prévoit une visite le samedi 3 mai à 14 heures. " * 4
)
PEOPLE = ("camille", "samira", "paul", "luc")

Post = Callable[[Sequence[Draft]], object]


@dataclass(frozen=True)
class Spent:
    """Seconds per message."""

    wall: float
    python: float
    database: float  # 0 on SQLite, which runs inside ours


def run() -> None:
    demo = create_small_demo()
    ways: dict[str, Callable[[], None]] = {"one save each": lambda: naive(demo)}
    posts: dict[str, Post] = {"ORM": post_with_orm, "statements": post_messages}
    for name, post in posts.items():
        for size in SIZES:
            ways[f"{name}, groups of {size}"] = (
                lambda post=post, size=size: grouped(demo, post, size)  # type: ignore[misc]
            )
    # In turn, so that a busy neighbour slows every way alike.
    spent: dict[str, list[Spent]] = defaultdict(list)
    for _round in range(ROUNDS):
        for name, way in ways.items():
            spent[name].append(measured(way))
    report(spent)


def measured(way: Callable[[], None]) -> Spent:
    before = (time.perf_counter(), time.thread_time(), database_seconds())
    way()
    after = (time.perf_counter(), time.thread_time(), database_seconds())
    return Spent(*((b - a) / MESSAGES for a, b in zip(before, after, strict=True)))


def database_seconds() -> float:
    """CPU of PostgreSQL's process for this connection, which Linux counts."""
    if connection.vendor == "sqlite":
        return 0.0
    connection.ensure_connection()
    process = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(process.read_text().split()[0]) / 1e9


def report(spent: dict[str, list[Spent]]) -> None:
    base = median(one.wall for one in spent["one save each"])
    print(f"posting, {connection.vendor}, durable: ms per message, medians of {ROUNDS}")
    print("                              wall  CPU ours  CPU database  faster")
    for name, found in spent.items():
        wall, python, database = (
            median(getattr(one, part) for one in found) * 1000
            for part in ("wall", "python", "database")
        )
        ratio = base * 1000 / wall
        print(f"  {name:24} {wall:9.2f} {python:9.3f} {database:13.3f} {ratio:6.1f}x")


def grouped(demo: Demo, post: Post, size: int) -> None:
    drafts = [
        Draft(demo.threads[n % 2].pk, demo.people[PEOPLE[n % 4]].pk, uuid4(), BODY)
        for n in range(MESSAGES)
    ]
    for start in range(0, MESSAGES, size):
        post(drafts[start : start + size])


def naive(demo: Demo) -> None:
    """The tutorial's way: check the right, save, raise the counter; no chain, no id."""
    author, thread = demo.people["camille"], demo.threads[1]
    for _n in range(MESSAGES):
        with transaction.atomic():
            Participant.objects.get(thread=thread, user=author)
            head = Thread.objects.select_for_update().get(pk=thread.pk)
            head.last_seq += 1
            head.save()
            Message.objects.create(
                thread=head, seq=head.last_seq, client_id=uuid4(), author=author,
                author_name=author.name, author_role="judge", author_side="court",
                author_organisation="", kind="ordinary", body=BODY, door="page",
                at=timezone.now(), hash="",
            )  # fmt: skip
