"""What a message costs in groups of 1 to 128, against one save per message."""

import time
from collections.abc import Callable
from statistics import median
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from hub.actions.messages import post_messages
from hub.demo import Demo
from hub.models import Message, Participant, Thread
from hub.posting import Draft
from tests.cast import create_small_demo

ROUNDS = 5
MESSAGES = 128  # per round and way, so that every way writes the same amount
SIZES = (1, 8, 32, 128)


def run() -> None:
    demo = create_small_demo()
    ways: dict[str, Callable[[], None]] = {"one save each": lambda: naive(demo)}
    for size in SIZES:
        ways[f"groups of {size}"] = lambda size=size: grouped(demo, size)
    # In turn, so that a busy neighbour slows every way alike.
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(ROUNDS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            spent[name].append((time.perf_counter() - start) / MESSAGES)
    report(spent)


def report(spent: dict[str, list[float]]) -> None:
    base = median(spent["one save each"])
    print("posting, SQLite synchronous=FULL: ms per message, and times the first line")
    for name, seconds in spent.items():
        middle = median(seconds)
        print(f"  {name:16} {middle * 1000:7.2f}  {base / middle:5.1f}x")


def grouped(demo: Demo, size: int) -> None:
    author, thread = demo.people["camille"].pk, demo.threads[0].pk
    drafts = [Draft(thread, author, uuid4(), "Bonjour") for _n in range(MESSAGES)]
    for start in range(0, MESSAGES, size):
        post_messages(drafts[start : start + size])


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
                author_organisation="", kind="ordinary", body="Bonjour", door="page",
                at=timezone.now(), hash="",
            )  # fmt: skip
