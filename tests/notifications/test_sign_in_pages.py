"""From the page to the mailbox and back: nothing between the two is replaced."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string, policy
from http.cookies import Morsel

import pytest
from django.test import Client

from hub.actions import sign_in as actions
from hub.demo import Demo
from hub.models import Session, SignInRequest
from notifications import catcher, outgoing
from notifications.mail import Recipient, build

CAMILLE = "camille.moreau@justice.demo.invalid"
UNKNOWN = "camille.moreaux@justice.demo.invalid"  # a letter more
CONTEXT = {"name": "Ana", "code": "123456", "link": "https://hub.exemple.fr/x",
           "minutes": 15, "language": "fr"}  # fmt: skip
CODE = re.compile(r"\b\d{6}\b")
SECRETS = re.compile(r'value="[A-Za-z0-9]{64}"|camille\.moreaux?@|\d\d:\d\d')


@pytest.fixture
def mailbox(transactional_db: None, demo: Demo) -> Iterator[catcher.Mailbox]:
    outgoing.flush()
    catcher.mailbox.mails.clear()
    catcher.start()
    yield catcher.mailbox
    catcher.stop()


def ask(client: Client, mailbox: catcher.Mailbox, email: str = CAMILLE) -> None:
    client.post("/connexion", {"email": email})
    outgoing.flush()


def path(mail: catcher.CaughtMail) -> str:
    return mail.links[0].removeprefix("http://127.0.0.1:8000")


def code(mail: catcher.CaughtMail) -> str:
    found = CODE.search(mail.text)
    assert found
    return found.group()


def test_the_code_of_the_mail_signs_in_once(mailbox: catcher.Mailbox) -> None:
    client, other = Client(), Client()
    ask(client, mailbox)
    other.cookies["demande"] = client.cookies["demande"].value
    given = {"code": code(mailbox.mails[0])}
    assert client.post("/connexion/code", given).status_code == 303
    assert client.get("/").status_code == 200
    assert other.post("/connexion/code", given).status_code == 400


def test_the_link_of_the_mail_shows_a_button_that_works_once(
    mailbox: catcher.Mailbox,
) -> None:
    client = Client()
    ask(client, mailbox)
    link = path(mailbox.mails[0])
    for method in (client.get, client.head, client.get):
        assert method(link).status_code == 200
    assert SignInRequest.objects.get().used_at is None
    assert not Session.objects.exists()
    assert client.post(link).status_code == 303
    assert client.post(link).status_code == 400


def test_the_link_in_another_browser_asks_for_the_code_of_the_same_mail(
    mailbox: catcher.Mailbox,
) -> None:
    ask(Client(), mailbox)
    [mail] = mailbox.mails
    phone = Client()
    assert 'name="code"' in phone.get(path(mail)).content.decode()
    assert phone.post(path(mail)).status_code == 400
    assert phone.post(path(mail), {"code": code(mail)}).status_code == 303


def test_after_fifteen_minutes_neither_link_nor_code_opens(
    mailbox: catcher.Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    ask(client, mailbox)
    [mail] = mailbox.mails
    now = actions.timezone.now()
    assert client.get(path(mail)).status_code == 200
    late = now + actions.VALID_FOR
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    assert client.get(path(mail)).status_code == 400
    assert client.post(path(mail)).status_code == 400
    given = {"code": code(mail)}
    assert client.post("/connexion/code", given).status_code in (302, 400)
    assert not Session.objects.exists()


def test_the_wait_after_wrong_codes_ends_and_doubles(
    mailbox: catcher.Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, start = Client(), actions.timezone.now()
    ask(client, mailbox)
    right = code(mailbox.mails[0])
    wrong = {"code": "000000" if right != "000000" else "000001"}
    clock = [start]
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock[0])
    for _ in range(actions.FREE_TRIES):
        client.post("/connexion/code", wrong)
    assert client.post("/connexion/code", {"code": right}).status_code == 429
    clock[0] += actions.FIRST_DELAY
    assert client.post("/connexion/code", wrong).status_code == 429
    clock[0] += actions.FIRST_DELAY
    assert client.post("/connexion/code", {"code": right}).status_code == 429
    clock[0] += actions.FIRST_DELAY
    assert client.post("/connexion/code", {"code": right}).status_code == 303


def test_an_unknown_address_gets_identical_status_body_and_headers_and_no_mail(
    mailbox: catcher.Mailbox,
) -> None:
    seen = []
    for email in (CAMILLE, UNKNOWN):
        client = Client()
        answers = [
            client.get("/connexion"),
            client.post("/connexion", {"email": email}),
        ]
        answers.append(client.get("/connexion/code"))
        wrong = {"code": "12"}
        answers += [client.post("/connexion/code", wrong) for _ in range(6)]
        seen.append([_outside(answer) for answer in answers])
    outgoing.flush()
    assert seen[0] == seen[1]
    assert [CAMILLE in mail.to for mail in mailbox.mails] == [True]


def _outside(answer: object) -> tuple[object, ...]:
    """What somebody outside can see, without tokens, times and the typed address."""
    headers = dict(answer.headers)  # type: ignore[attr-defined]
    assert headers.pop("X-Request-Id")  # made for each request, whoever asks
    headers.pop("Content-Length", None)
    cookies = [_attributes(c) for c in answer.cookies.values()]  # type: ignore[attr-defined]
    body = SECRETS.sub("", answer.content.decode())  # type: ignore[attr-defined]
    return answer.status_code, headers, cookies, body  # type: ignore[attr-defined]


def _attributes(cookie: "Morsel[str]") -> tuple[str, dict[str, str]]:
    return cookie.key, {k: v for k, v in cookie.items() if k != "expires"}


def test_the_sixth_mail_is_not_sent_and_its_code_page_looks_the_same(
    mailbox: catcher.Mailbox,
) -> None:
    places = set()
    for _ in range(6):
        client = Client()
        ask(client, mailbox)
        page = client.get("/connexion/code").content.decode()
        places.add(SECRETS.sub("", page))
    assert len(mailbox.mails) == actions.MAILS_PER_ADDRESS == 5
    assert len(places) == 1


@pytest.mark.parametrize(
    "subject", ["x\r\nBcc: b@exemple.fr", "x\nCc: b@b.fr", "a\u2028b"]
)
def test_a_hostile_subject_stays_one_header(subject: str) -> None:
    mail = build("sign_in", Recipient("Ana", "a@exemple.fr"), subject, CONTEXT)
    parsed = message_from_string(mail.as_string(), policy=policy.default)
    assert sorted(parsed.keys()) == sorted(mail.keys())
    assert not {"Bcc", "Cc"} & set(parsed.keys())
    assert str(parsed["Subject"]).split() == subject.split()


def test_a_session_that_ran_out_is_listed_no_more(mailbox: catcher.Mailbox) -> None:
    old, new = Client(), Client()
    for client in (old, new):
        ask(client, mailbox)
        client.post("/connexion/code", {"code": code(mailbox.mails[0])})
    assert new.get("/sessions").content.decode().count("/fin") == 2
    key, past = old.cookies["session"].value, actions.timezone.now() - timedelta(1)
    Session.objects.filter(session_key=key).update(expire_date=past)
    assert new.get("/sessions").content.decode().count("/fin") == 1
    assert old.get("/sessions").status_code == 302
