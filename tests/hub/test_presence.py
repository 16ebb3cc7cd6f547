"""`User.seen_at`: by pages and by open sockets, to the minute and no finer."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions import presence
from hub.demo import Demo
from hub.models import User
from realtime import relay
from tests.notifications.moving import Clock
from tests.realtime.conftest import Open, tab, world  # noqa: F401 (fixtures)

SignIn = Callable[[User], Client]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, demo: Demo) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def samira(clock: Clock, demo: Demo) -> User:
    return demo.people["samira"]


def seen_at(user: User) -> datetime | None:
    return User.objects.get(pk=user.pk).seen_at


def updates(queries: CaptureQueriesContext) -> list[str]:
    return [q["sql"] for q in queries.captured_queries if "UPDATE" in q["sql"]]


def test_a_page_says_that_its_reader_is_here(
    samira: User, sign_in: SignIn, clock: Clock
) -> None:
    client = sign_in(samira)
    assert seen_at(samira) is None
    client.get("/")
    assert seen_at(samira) == clock.now


@pytest.mark.parametrize("path", ["/", "/espaces", "/api/v1/threads", "/sessions"])
def test_within_a_minute_nothing_is_written_or_asked(
    samira: User, sign_in: SignIn, clock: Clock, path: str
) -> None:
    client, begin = sign_in(samira), clock.now
    client.get(path)
    clock.forward(seconds=59)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    assert updates(queries) == []
    assert seen_at(samira) == begin
    clock.forward(seconds=1)
    with CaptureQueriesContext(connection) as later:
        client.get(path)
    # A page that somebody loads puts the end of the session off as well.
    expected = 1 if path.startswith("/api/") else 2
    assert len(updates(later)) == expected
    assert len(later) == len(queries) + expected
    assert seen_at(samira) == clock.now


def test_a_visitor_is_nobody(demo: Demo, client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/connexion").status_code == 200
    assert updates(queries) == []
    assert not User.objects.exclude(seen_at=None).exists()


def test_a_page_is_shown_even_if_presence_cannot_be_noted(
    samira: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("database is locked")

    client = sign_in(samira)
    monkeypatch.setattr(presence, "note_seen", fail)
    assert client.get("/").status_code == 200
    assert seen_at(samira) is None


def test_many_people_are_one_update_and_an_older_sign_never_wins(
    demo: Demo, clock: Clock
) -> None:
    people = [user.pk for user in demo.people.values()]
    with CaptureQueriesContext(connection) as queries:
        presence.note_seen(people, clock.now)
    assert len(queries) == 1
    assert set(
        User.objects.filter(pk__in=people).values_list("seen_at", flat=True)
    ) == {clock.now}
    presence.note_seen(people, clock.now - timedelta(hours=1))
    assert seen_at(demo.people["luc"]) == clock.now


async def test_an_open_socket_is_a_sign_and_a_closed_one_is_not(
    tab: Open,  # noqa: F811
    world: Demo,  # noqa: F811
) -> None:
    samira, luc = world.people["samira"], world.people["luc"]
    await tab(samira)
    await sync_to_async(User.objects.update)(seen_at=None)
    before = timezone.now()
    await relay.note_presence()
    seen = await sync_to_async(seen_at)(samira)
    assert seen is not None
    assert seen >= before
    assert await sync_to_async(seen_at)(luc) is None
