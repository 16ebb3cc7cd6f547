"""Signing in: mail, code, link, delay, and the same answers for unknown addresses."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from hub import events
from hub.actions import sign_in as actions
from hub.demo import Demo
from hub.models import Session, SignInRequest, User

CAMILLE = "camille.moreau@justice.demo.invalid"
UNKNOWN = "personne@justice.demo.invalid"
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What would be mailed; notifications has its own tests with real SMTP."""
    mails: list[dict[str, Any]] = []

    def hear(**event: Any) -> None:
        mails.append(event)

    monkeypatch.setattr("notifications.outgoing.send_soon", lambda message: None)
    events.sign_in_requested.connect(hear)
    yield mails
    events.sign_in_requested.disconnect(hear)


def signed_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def ask(client: Client, email: str = CAMILLE) -> None:
    assert client.post("/connexion", {"email": email}).status_code == 302


def link(event: dict[str, Any]) -> str:
    return f"/connexion/lien/{event['link_secret']}"


def test_the_code_signs_in_once(demo: Demo, sent: list[dict[str, Any]]) -> None:
    client = Client()
    ask(client)
    code = sent[0]["code"]
    spaced = f"{code[:3]} {code[3:]}"
    assert client.post("/connexion/code", {"code": spaced}).status_code == 303
    assert signed_in(client)
    request = SignInRequest.objects.get()
    with pytest.raises(actions.SignInFailed):
        actions.confirm_code(request.pk, code)


def test_opening_the_link_changes_nothing_and_its_button_works_once(
    demo: Demo, sent: list[dict[str, Any]]
) -> None:
    client = Client()
    ask(client)
    for _ in range(3):
        assert client.get(link(sent[0])).status_code == 200
        assert client.head(link(sent[0])).status_code == 200
    assert not signed_in(client)
    assert client.post(link(sent[0])).status_code == 303
    assert signed_in(client)
    assert Client().post(link(sent[0])).status_code == 400


def test_in_another_browser_the_link_is_not_enough_without_the_code(
    demo: Demo, sent: list[dict[str, Any]]
) -> None:
    ask(Client())
    scanner = Client()
    assert scanner.post(link(sent[0])).status_code == 400
    assert scanner.post(link(sent[0]), {"code": "000000"}).status_code == 400
    assert not signed_in(scanner)
    answer = scanner.post(link(sent[0]), {"code": sent[0]["code"]})
    assert answer.status_code == 303


def test_link_and_code_expire_after_fifteen_minutes(
    demo: Demo, sent: list[dict[str, Any]]
) -> None:
    client = Client()
    ask(client)
    SignInRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.post(link(sent[0])).status_code == 400
    code = {"code": sent[0]["code"]}
    assert client.post("/connexion/code", code).status_code == 400
    assert timedelta(minutes=15) == actions.VALID_FOR


def test_after_five_wrong_codes_one_waits_longer_each_time_but_the_link_works(
    demo: Demo, sent: list[dict[str, Any]]
) -> None:
    client = Client()
    ask(client)
    wrong = {"code": "999999" if sent[0]["code"] != "999999" else "999998"}
    statuses = [client.post("/connexion/code", wrong).status_code for _ in range(6)]
    assert statuses == [400, 400, 400, 400, 429, 429]
    right = {"code": sent[0]["code"]}
    again = client.post("/connexion/code", right)
    assert again.status_code == 429
    assert 0 < int(again.headers["Retry-After"]) <= 30
    delays = [actions._blocked_until(n) for n in (4, 5, 6, 7, 40)]
    assert delays[0] is None
    assert sorted(d for d in delays if d) == delays[1:]
    assert client.post(link(sent[0])).status_code == 303


def test_an_unknown_address_gets_the_same_answers_and_no_mail(
    demo: Demo, sent: list[dict[str, Any]]
) -> None:
    pages = []
    for email in (CAMILLE, UNKNOWN):
        client = Client()
        answers = [client.post("/connexion", {"email": email})]
        answers.append(client.get("/connexion/code"))
        answers += [client.post("/connexion/code", {"code": "12"}) for _ in range(6)]
        pages.append(
            [
                (a.status_code, TOKEN.sub(b"", a.content).replace(email.encode(), b""))
                for a in answers
            ]
        )
    times = re.compile(rb"\d\d:\d\d")
    known, unknown = ([(s, times.sub(b"", b)) for s, b in page] for page in pages)
    assert known == unknown
    assert [event["email"] for event in sent] == [CAMILLE]


def test_a_sixth_mail_within_fifteen_minutes_is_not_sent(
    demo: Demo, sent: list[dict[str, Any]]
) -> None:
    for _ in range(7):
        ask(Client())
    assert len(sent) == 5


def test_nothing_that_opens_a_session_is_stored(
    demo: Demo, sent: list[dict[str, Any]]
) -> None:
    ask(Client())
    row = SignInRequest.objects.values().get()
    text = " ".join(map(str, row.values()))
    assert sent[0]["link_secret"] not in text
    assert CAMILLE not in text
    assert sent[0]["code"] not in [row["code_digest"][:6], row["link_digest"][:6]]


def test_the_operators_link_signs_in_with_one_button(
    demo: Demo, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("login_link", CAMILLE)
    path = capsys.readouterr().out.strip().removeprefix("http://127.0.0.1:8000")
    client = Client()
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 303
    assert signed_in(client)


def test_a_closed_account_cannot_sign_in(
    demo: Demo, sent: list[dict[str, Any]]
) -> None:
    client = Client()
    ask(client)
    User.objects.filter(email=CAMILLE).update(is_active=False)
    assert client.post(link(sent[0])).status_code == 400


def test_sessions_are_listed_and_ended_and_signing_out_ends_one(
    demo: Demo, sign_in: Callable[[User], Client]
) -> None:
    paul = demo.people["paul"]
    first, second = sign_in(paul), sign_in(paul)
    page = first.get("/sessions").content.decode()
    assert page.count("/fin") == 2
    second.post("/deconnexion")
    assert not signed_in(second)
    assert Session.objects.filter(user=paul).count() == 1
    assert signed_in(first)


@pytest.mark.parametrize("where", ["https://ailleurs.fr/", "//ailleurs.fr", "/\\x.fr"])
def test_signing_in_never_leads_to_another_host(
    demo: Demo, sent: list[dict[str, Any]], where: str
) -> None:
    client = Client()
    with transaction.atomic():
        client.post("/connexion", {"email": CAMILLE, "suite": where})
    answer = client.post(link(sent[0]))
    assert answer.headers["Location"] == "/"


def test_signing_in_leads_to_the_page_that_was_asked_for(
    demo: Demo, sent: list[dict[str, Any]]
) -> None:
    client = Client()
    asked = client.get("/espaces?q=44").headers["Location"]
    assert asked == "/connexion?suite=%2Fespaces%3Fq%3D44"
    client.post("/connexion", {"email": CAMILLE, "suite": "/espaces?q=44"})
    assert client.post(link(sent[0])).headers["Location"] == "/espaces?q=44"
