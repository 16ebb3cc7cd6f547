"""Queries and times of pages on national data, in the database of the environment.

Add a page to PAGES: its route, who opens it, and what it is asked for; what is searched
for is in QUESTIONS. Started by national.py, as `python -m bench.national_pages`. Nothing
is asserted about time.
"""

import gc
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import quantiles
from urllib.parse import urlencode

from bench.national_data import make

# isort: split
# What follows needs the Django that bench.national_data has set up.
from django.core.management.base import OutputWrapper
from django.db import connection
from django.db.models import Count
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hub.management.progress import ProgressBar
from hub.models import Centre, Participant, User
from hub.permissions import measures_open_to, seats_with
from hub.questions import read
from hub.views.search import everything

# Few, many and no messages; names; what one types half.
QUESTIONS = (
    "décision", "rencontre parents", "bonjour", "attestation avant audience",
    "remise de l’enfant", "nantes", "interprète", "zorglub", "tribunal", "m-7", "samedi",
)  # fmt: skip
SEARCHERS = ("judge", "clerk", "coordinator", "chief_clerk", "national")
REQUESTS = 60  # per page; the 95th percentile of fewer would be one request
LOOKED_INTO = 5  # requests whose queries are counted; the largest number is shown
Arguments = Callable[[User], list[list[object]]]


def nothing(person: User) -> list[list[object]]:
    return [[]]


def threads(person: User) -> list[list[object]]:
    return _of(person, "thread")


def measures(person: User) -> list[list[object]]:
    return _of(person, "thread__designation__measure__reference")


def drafts(person: User) -> list[list[object]]:
    found = measures_open_to(person, "measure.edit").filter(state="draft")
    return [[reference] for reference in found.values_list("reference", flat=True)]


def centres(person: User) -> list[list[object]]:
    codes = Centre.objects.order_by("code").values_list("code", flat=True)
    return [[code] for code in codes[:REQUESTS]]


@dataclass(frozen=True)
class Page:
    """`who`: a role; the busiest person who holds it opens the page.

    `asked`: the arguments of the route, one list a request, taken in turn.
    """

    route: str
    who: str
    asked: Arguments = nothing
    query: str = ""


PAGES = (
    Page("hub:home", "judge"),
    Page("hub:home", "clerk"),
    Page("hub:home", "coordinator"),
    Page("hub:centres", "judge"),
    Page("hub:centres", "judge", query="?q=nantes"),
    Page("hub:centre", "judge", centres),
    Page("hub:thread", "judge", threads),
    Page("hub:thread", "coordinator", threads),
    Page("hub:measure", "judge", measures),
    Page("hub:measure", "coordinator", measures),
    Page("hub:desk", "clerk"),
    Page("hub:desk", "coordinator"),
    Page("hub:desk", "chief_clerk"),
    Page("hub:desk", "national"),
    Page("hub:centres-map", "judge"),
    Page("hub:measure-centre", "clerk", drafts),
    Page("hub:availability", "clerk"),
    Page("hub:figures", "judge"),
)


def main() -> None:
    """Makes the data and prints one table, in the database of the environment."""
    out = OutputWrapper(sys.stderr)
    make(out)
    gc.collect()
    gc.freeze()  # as asgi.py does
    with override_settings(DEBUG=False):  # or each query would be kept in memory
        report(out)


def report(out: OutputWrapper) -> None:
    progress, lines = ProgressBar(out, "Pages"), []
    for done, page in enumerate(PAGES, start=1):
        lines.append(measure(page))
        progress(done, len(PAGES))
    print(f"\npages on the country's size, {connection.vendor}: ms")
    print(f"  {'page':44} {'queries':>7} {'p50':>8} {'p95':>8}")
    for line in lines:
        print(line)
    search_report()


def search_report() -> None:
    """What each role asks in turn, beside the page that the person opens first."""
    print(
        f"\nsearch on the country's size, {connection.vendor}: ms, and times home's p50"
    )
    print(f"  {'asked by':28} {'queries':>7} {'p50':>8} {'p95':>8} {'times':>7}")
    for who in SEARCHERS:
        person = busiest(who)
        _queries_of_home, home, _p95 = times(person, ["/"])
        print(_alone(who, home))
        for route in ("hub:search", "hub:palette"):
            asked = [
                f"{reverse(route)}?{urlencode({'q': q})}" for q in _questions(person)
            ]
            queries, p50, p95 = times(person, asked)
            name = f"{route} ({who})"
            print(f"  {name:28} {queries:7} {p50:8.1f} {p95:8.1f} {p50 / home:6.2f}x")


def _alone(who: str, home: float) -> str:
    """The search itself, without the page around it: finding, with rights and snippets.

    Each time for a person who was just read, as at each request.
    """
    person = busiest(who)
    asked = list(islice(cycle(_questions(person)), REQUESTS))
    people = [User.objects.get(pk=person.pk) for _ in asked]
    steps = quantiles(_searched(people, asked), n=20)
    p50, p95 = steps[9], steps[18]
    name = f"the search itself ({who})"
    return f"  {name:32} {'':3} {p50:8.1f} {p95:8.1f} {p50 / home:6.2f}x"


def _searched(people: list[User], asked: list[str]) -> Iterator[float]:
    """Milliseconds of each search."""
    for person, words in zip(people, asked, strict=True):
        start = time.perf_counter()
        everything(person, read(words), 1, 1, 1)
        yield (time.perf_counter() - start) * 1000


def _questions(person: User) -> list[str]:
    """Words of many messages and of few, of names, of nothing; and a reference."""
    own = [str(reference) for [reference] in measures(person)[:5]]
    return [*QUESTIONS, *own]


def measure(page: Page) -> str:
    person = busiest(page.who)
    asked = page.asked(person)
    addresses = [reverse(page.route, args=args) + page.query for args in asked]
    queries, p50, p95 = times(person, addresses)
    name = f"{page.route}{page.query} ({page.who})"
    return f"  {name:44} {queries:7} {p50:8.1f} {p95:8.1f}"


def times(person: User, addresses: list[str]) -> tuple[int, float, float]:
    """Most queries of a request, and milliseconds: half and 95 % took less."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(person)
    queries = max(_queries(client, a) for a in islice(cycle(addresses), LOOKED_INTO))
    spent = list(_spent(client, islice(cycle(addresses), REQUESTS)))
    steps = quantiles(spent, n=20)
    return queries, steps[9], steps[18]


def busiest(role: str) -> User:
    """The person of the role who sits in most threads."""
    found = User.objects.filter(memberships__role=role)
    person = found.annotate(seats=Count("participant")).order_by("-seats", "pk").first()
    assert person is not None, role
    return person


def _of(person: User, what: str) -> list[list[object]]:
    """What the person may open of the threads where they sit now."""
    seats = Participant.objects.filter(
        seats_with("thread.read"), user=person, thread__designation__is_current=True
    )
    found = seats.order_by("-thread__last_at").values_list(what, flat=True)
    return [[one] for one in found[:REQUESTS]]


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return len(captured)


def _spent(client: Client, addresses: Iterable[str]) -> Iterator[float]:
    """Milliseconds of each request."""
    for address in addresses:
        start = time.perf_counter()
        client.get(address)
        yield (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
