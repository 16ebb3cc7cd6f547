"""When a session ends by itself, what puts that off, and what does not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from hub.demo import Demo
from hub.models import Session, User
from hub.sessions import end_of

SignIn = Callable[[User], Client]
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
BY_SCRIPT = {"Sec-Fetch-Dest": "empty"}


@pytest.fixture
def camille(demo: Demo, sign_in: SignIn) -> Client:
    """Signed in; she did nothing for twenty minutes since."""
    client = sign_in(demo.people["camille"])
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=10))
    return client


def left() -> timedelta:
    return Session.objects.get().expire_date - timezone.now()


def test_a_session_ends_when_nothing_is_done_and_at_the_latest_after_a_day() -> None:
    assert (
        IDLE,
        LONGEST.total_seconds(),
    ) == (settings.SESSION_IDLE, settings.SESSION_COOKIE_AGE)
    now = timezone.now()
    assert end_of(now, now) == now + IDLE
    assert end_of(now - LONGEST + timedelta(minutes=3), now) == now + timedelta(
        minutes=3
    )


@pytest.mark.parametrize(
    ("method", "where", "headers"),
    [
        ("get", "/", {}),
        ("get", "/", {"Sec-Fetch-Dest": "document"}),
        ("get", "/", {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}),
        ("post", "/sessions/prolongation", BY_SCRIPT),
        ("post", "/affichage", {}),
    ],
)
def test_an_act_puts_the_end_off(
    camille: Client, method: str, where: str, headers: dict[str, str]
) -> None:
    getattr(camille, method)(where, headers=headers)
    assert left() > timedelta(minutes=29)


@pytest.mark.parametrize(
    ("where", "headers"),
    [("/api/v1/threads", {}), ("/", BY_SCRIPT), ("/", {"Accept": "*/*"})],
)
def test_what_a_page_asks_by_itself_does_not(
    camille: Client, where: str, headers: dict[str, str]
) -> None:
    assert camille.get(where, headers=headers).status_code == 200
    assert left() < timedelta(minutes=11)


def test_a_page_that_says_what_it_shows_is_no_sign_of_a_person(
    camille: Client, demo: Demo
) -> None:
    """Without a socket a page at an unattended desk would stay open for twelve hours."""
    shown = camille.post(f"/fils/{demo.threads[0].pk}/lecture", {"seq": "1"})
    assert shown.status_code in (302, 303)
    assert left() < timedelta(minutes=11)


def test_nothing_puts_the_end_beyond_the_longest_time(camille: Client) -> None:
    begun = timezone.now() - LONGEST + timedelta(minutes=12)
    Session.objects.update(created_at=begun)
    told = camille.post("/sessions/prolongation").json()
    assert told["last"]
    assert left() < timedelta(minutes=13)


def test_a_session_that_ended_stays_ended(camille: Client) -> None:
    Session.objects.update(expire_date=timezone.now())
    assert camille.post("/sessions/prolongation").status_code == 302
    assert left() < timedelta(0)


def test_a_page_says_when_its_session_ends_without_another_query(
    camille: Client,
) -> None:
    page = camille.get("/", headers=BY_SCRIPT).content.decode()
    [told] = [line for line in page.splitlines() if "data-session " in line]
    seconds = int(told.partition('data-left="')[2].partition('"')[0])
    assert 590 <= seconds <= 600
    assert "data-session" not in Client().get("/connexion").content.decode()
