"""Every page of every person keeps the rules of structure.py; so do pages of errors."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from hub.demo import Demo, complete_draft
from hub.models import Measure, User
from hub.models.centres import VisitKind
from hub.permissions import matrix
from tests.access import errors
from tests.access.crawl import ENTRANCES, Page, crawl
from tests.access.structure import complaints, title, ways

pytestmark = pytest.mark.embedded  # the same HTML on every database

SignIn = Callable[[User], Client]
PEOPLE = ("", "camille", "samira", "noe")
# Bytes; and what only a certain moment shows (journeys walk most of it).
NOT_PAGES = {
    "hub:attachment", "hub:attachment-preview", "hub:figures-csv", "hub:figures-json",
    "hub:metrics", "hub:order-document", "hub:healthz", "hub:readyz", "hub:palette",
    "hub:thread-answer", "notifications:push-worker",
    "notifications:dev-email",
}  # fmt: skip
OF_A_MOMENT = {
    "hub:attachment-original", "hub:availability-request", "hub:attendance",
    "notifications:dev-mail-message", "notifications:devices", "notifications:reply",
    "notifications:reply-code",
}  # fmt: skip
# Two of them may have the same name: they are about two people of one organisation, or
# the one desk of whoever has one place, which has two addresses.
ALIKE = {"hub:member-leave", "hub:desk"}
# Where a mail leads: the way home and nothing else, whoever is signed in.
ALONE = {"notifications:link", "notifications:reply-done", "notifications:unsubscribe"}


@pytest.fixture
def draft(demo: Demo) -> Measure:
    """One that lacks nothing but an espace: its form is open to the court."""
    return complete_draft(demo.people, VisitKind.VISIT, [5], date(2026, 11, 2))


@pytest.fixture
def entrances(draft: Measure) -> list[str]:
    own = f"/mesures/{draft.reference}"
    return [*ENTRANCES, own, f"{own}/espace", f"{own}/relire"]


@pytest.fixture
def found(demo: Demo, entrances: list[str], sign_in: SignIn) -> dict[str, list[Page]]:
    """What each person finds; "" is nobody, half-way through signing in."""
    nobody = Client()
    nobody.post("/connexion", {"email": demo.people["luc"].email})
    return {
        key: list(crawl(sign_in(demo.people[key]) if key else nobody, entrances))
        for key in PEOPLE
    }


def broken(pages: list[Page]) -> dict[str, set[str]]:
    """Complaint -> the routes on which it is."""
    found = defaultdict(set)
    for page in pages:
        for one in complaints(page.source):
            found[one].add(page.route)
    return dict(found)


def test_one_page_of_each_kind_keeps_the_rules(
    demo: Demo, entrances: list[str], sign_in: SignIn
) -> None:
    pages = list(crawl(sign_in(demo.people["camille"]), entrances, of_a_kind=1))
    assert len({page.route for page in pages}) > 25
    assert broken(pages) == {}


@pytest.mark.access
def test_every_page_of_everybody_keeps_the_rules(found: dict[str, list[Page]]) -> None:
    assert broken([page for pages in found.values() for page in pages]) == {}


@pytest.mark.access
def test_every_page_is_among_them(found: dict[str, list[Page]]) -> None:
    reached = {page.route for pages in found.values() for page in pages}
    known = {":".join(route.split(":")[:2]) for route in reached}
    routes = matrix().routes.items()
    pages = {name for name, methods in routes if "GET" in methods}
    missed = {page for page in pages - known if not page.startswith("api:")}
    assert missed == NOT_PAGES | OF_A_MOMENT


@pytest.mark.access
def test_each_page_has_its_own_title(found: dict[str, list[Page]]) -> None:
    for key, pages in found.items():
        named = defaultdict(set)
        for page in pages:
            if page.status == 200 and page.route not in ALIKE:
                named[title(page.source)].add(page.address.partition("?")[0])
        assert {t: where for t, where in named.items() if len(where) > 1} == {}, key


@pytest.mark.access
def test_menu_and_search_stand_in_the_same_place_on_every_page(
    found: dict[str, list[Page]],
) -> None:
    for key in PEOPLE[1:]:
        heads = defaultdict(set)
        for page in found[key]:
            if page.status == 200 and page.route not in ALONE:
                heads[tuple(ways(page.source))].add(page.route)
        assert len(heads) == 1, (key, heads)
        [head] = heads
        assert {("a", "/bureau"), ("form", "/recherche")} <= set(head)


@pytest.mark.access
@pytest.mark.parametrize("answer", ["", "?"])
def test_a_form_says_what_is_wrong_and_where(
    demo: Demo, found: dict[str, list[Page]], sign_in: SignIn, answer: str
) -> None:
    wrong: dict[str, set[str]] = defaultdict(set)
    refused = set()
    for key, pages in found.items():
        client = sign_in(demo.people[key]) if key else Client()
        first = {page.route: page for page in reversed(pages)}
        for route, page in first.items():
            for action, typed in errors.forms(page.source, answer):
                said = errors.refusal(client, action or page.address, typed)
                if said:
                    refused.add(route)
                    for one in (*errors.complaints(said), *complaints(said)):
                        wrong[one].add(route)
    assert wrong == {}
    assert len(refused) > 10


def test_the_rules_can_be_broken() -> None:
    bad = """<html><title>x</title><body><a href="#no">ici</a><header></header><nav></nav>
    <nav></nav><main id=m><h2>t</h2><table><tr><td>1</td></tr></table><input type=email>
    <img src=x><svg></svg><ul><p>x</p></ul><svg role=img aria-label=x><text class=hot>7</text></svg><b id=d></b><b id=d></b></main>"""
    numbers = {one.partition(":")[0] for one in complaints(bad)}
    assert numbers >= {"8.1", "9.1", "9.2", "12.6", "12.7", "8.3", "11.1", "11.13",
                       "6.1", "5.4", "5.6", "1.1", "1.2", "1.7", "9.3", "8.2"}  # fmt: skip
