"""How a page grows with what it shows: last messages of a short and a long thread."""

import time
from collections.abc import Callable
from statistics import median
from uuid import uuid4

from django.test import Client

from hub.actions.messages import post_messages
from hub.models import Thread, User
from hub.posting import Draft

ROUNDS = 15
LONG = 20_000  # messages: more than a measure ever sees


def run() -> None:
    camille = User.objects.get(email="camille.moreau@justice.demo.invalid")
    short, long = Thread.objects.order_by("last_seq")
    _fill(camille, long, LONG)
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(camille)
    ways = {
        f"page of {thread.last_seq} messages": lambda thread=thread: client.get(
            f"/fils/{thread.pk}"
        )
        for thread in (short, Thread.objects.get(pk=long.pk))
    }
    _report(ways)


def _report(ways: dict[str, Callable[[], object]]) -> None:
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(ROUNDS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            spent[name].append(time.perf_counter() - start)
    base = median(next(iter(spent.values())))
    print("a thread's page: ms, and times the first line (50 messages are shown)")
    for name, seconds in spent.items():
        print(
            f"  {name:24} {median(seconds) * 1000:7.1f}  {median(seconds) / base:.2f}x"
        )


def _fill(author: User, thread: Thread, until: int) -> None:
    for _group in range((until - thread.last_seq) // 200 + 1):
        post_messages(
            [Draft(thread.pk, author.pk, uuid4(), "Bonjour") for _n in range(200)]
        )
