"""One click ends summaries (RFC 8058), and nothing that only looks does."""

import re
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from hub.demo import Demo
from hub.models import Session
from notifications import letter_headers, unsubscribing
from notifications.kinds import Kind, Subject
from notifications.models import Notification, Preference, Reason, State
from notifications.moments import times_of
from notifications.unsubscribing import NotSigned
from tests.notifications.letter_world import World, say, world, written

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def here(demo: Demo) -> World:
    made = world(demo)
    say(made, "Bonjour.")
    return made


@pytest.fixture
def program() -> Client:
    """A mail program: no cookie, no token of a form."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def path(here: World) -> str:
    """As the mail of a summary says it."""
    digest = here.owe(Kind.DIGEST)
    here.owe(Kind.MESSAGES, state=State.GATHERED, digest=digest)
    address = written(digest).headers["List-Unsubscribe"]
    return urlsplit(address.strip("<>")).path


def is_unsubscribed(here: World) -> bool:
    chosen = Preference.objects.filter(user=here.user).first()
    return bool(chosen and chosen.unsubscribed_at)


def test_one_post_is_enough(here: World, program: Client, path: str) -> None:
    assert not is_unsubscribed(here)
    assert program.post(path, ONE_CLICK).status_code == 200
    assert is_unsubscribed(here)
    assert not Session.objects.exists()


def test_looking_changes_nothing(here: World, program: Client, path: str) -> None:
    for look in (program.get, program.head, program.options):
        assert look(path).status_code in (200, 405)
    assert program.get(path + "?List-Unsubscribe=One-Click").status_code == 200
    assert not is_unsubscribed(here)
    program.post(path, ONE_CLICK)
    assert is_unsubscribed(here)


@pytest.mark.parametrize(
    "body", [{}, {"List-Unsubscribe": ""}, {"List-Unsubscribe": "x"}, {"stop": "1"}]
)
def test_another_body_needs_the_form(
    body: dict[str, str], here: World, program: Client, path: str
) -> None:
    assert program.post(path, body).status_code == 403
    assert not is_unsubscribed(here)


def test_a_person_presses_the_button_of_the_page(
    here: World, program: Client, path: str
) -> None:
    page = program.get(path).content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    form = {"csrfmiddlewaretoken": found.group(1)}
    assert program.post(path, form, headers=own).status_code == 200
    assert not is_unsubscribed(here), "pressed nothing"
    foreign = {"Origin": "https://mal.exemple", "Sec-Fetch-Site": "cross-site"}
    assert program.post(path, {**form, "stop": "1"}, headers=foreign).status_code == 403
    assert not is_unsubscribed(here)
    assert program.post(path, {**form, "stop": "1"}, headers=own).status_code == 200
    assert is_unsubscribed(here)


def test_a_session_of_somebody_else_does_not_matter(here: World, path: str) -> None:
    client = Client()
    client.force_login(here.demo.people["camille"])
    client.post(path, ONE_CLICK)
    assert is_unsubscribed(here)
    assert not Preference.objects.filter(user=here.demo.people["camille"]).exists()


def test_an_altered_address_is_nobodys(here: World, program: Client, path: str) -> None:
    folder, _, token = path.rpartition("/")
    other = here.demo.people["camille"].pk.hex
    for at in range(0, len(token), 3):
        changed = token[:at] + ("a" if token[at] != "a" else "b") + token[at + 1 :]
        assert program.post(f"{folder}/{changed}", ONE_CLICK).status_code == 404
    assert program.post(f"{folder}/{other}{token[32:]}", ONE_CLICK).status_code == 404
    assert not Preference.objects.exists()
    assert program.post(path, ONE_CLICK).status_code == 200


def test_another_signature_of_this_hub_does_not_serve(here: World) -> None:
    from django.core.signing import Signer

    right = unsubscribing.path(here.user.pk).rpartition("/")[2]
    assert unsubscribing.person(right) == here.user.pk
    for wrong in (Signer(salt="other").sign(here.user.pk.hex), "", "x", ":"):
        with pytest.raises(NotSigned):
            unsubscribing.person(wrong)


def test_somebody_who_is_gone_is_nobody(program: Client, here: World) -> None:
    assert program.post(unsubscribing.path(here.user.pk), ONE_CLICK).status_code == 200
    gone = unsubscribing.path(UUID(int=5))
    assert program.post(gone, ONE_CLICK).status_code == 404


def test_only_summaries_end(here: World, program: Client, path: str) -> None:
    digest = Notification.objects.get(kind=Kind.DIGEST)
    kept = here.owe(Kind.MESSAGES, state=State.GATHERED, digest=digest)
    news = here.owe(
        Kind.ENDING, state=State.GATHERED, digest=digest, subject=Subject.NEWS
    )
    program.post(path, ONE_CLICK)
    times = times_of([here.user.pk])[here.user.pk]
    assert times.frequency(Subject.NEWS) == "never"
    assert times.frequency(Subject.URGENT) == "at_once"
    kept.refresh_from_db()
    news.refresh_from_db()
    assert kept.state == State.GATHERED, "wanted at once, and only held back"
    assert (news.state, news.reason) == (State.DROPPED, Reason.NEVER)


def test_a_second_click_changes_nothing(
    here: World, program: Client, path: str
) -> None:
    program.post(path, ONE_CLICK)
    first = Preference.objects.get(user=here.user).unsubscribed_at
    assert program.post(path, ONE_CLICK).status_code == 200
    assert Preference.objects.get(user=here.user).unsubscribed_at == first


def test_the_page_is_neither_kept_nor_found(program: Client, path: str) -> None:
    headers = program.get(path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]


def test_support_finds_a_mail_by_its_reference(
    here: World, capsys: pytest.CaptureFixture[str]
) -> None:
    row = here.owe(Kind.TEST, ended_at=timezone.now(), last_answer="250 2.0.0")
    here.owe(Kind.TEST)
    reference = letter_headers.reference(row.pk)
    assert reference in written(row).text
    call_command("find_mail", reference.lower())
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{row.pk} test waiting")
    assert here.user.email not in line
    for wrong in ("8F3K", "0000-0000"):
        with pytest.raises(CommandError):
            call_command("find_mail", wrong)
