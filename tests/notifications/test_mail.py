"""E-mail as it is built: exact headers, and caught by the development mailbox."""

from collections.abc import Iterator
from email import message_from_string, policy
from email.message import EmailMessage
from uuid import uuid4

import pytest
from django.test import Client

from hub.actions.members import create_user
from hub.actions.sign_in import request_sign_in
from hub.demo import Demo
from notifications import catcher, outgoing
from notifications.mail import Recipient, build
from tests.hostile import EVERYTHING

CAMILLE = "camille.moreau@justice.demo.invalid"


@pytest.fixture
def mailbox() -> Iterator[catcher.Mailbox]:
    catcher.mailbox.mails.clear()
    catcher.start()
    yield catcher.mailbox
    catcher.stop()


def sign_in_mail(
    name: str = "Camille Moreau", email: str = "a@exemple.fr"
) -> EmailMessage:
    context = {"name": name, "code": "123456", "link": "https://hub.exemple.fr/x",
               "minutes": 15, "language": "fr"}  # fmt: skip
    return build("sign_in", Recipient(name, email), "[Hub] Votre code", context)


def test_asking_to_sign_in_sends_one_mail_with_link_and_code(
    transactional_db: None, mailbox: catcher.Mailbox
) -> None:
    create_user(email=CAMILLE, given_name="Camille", usual_name="Moreau")
    request_sign_in(CAMILLE.upper())
    outgoing.flush()
    [mail] = mailbox.mails
    assert CAMILLE in mail.to
    assert mail.subject == "[Hub] Votre code de connexion"
    [link] = mail.links
    assert link.startswith("http://127.0.0.1:8000/connexion/lien/")
    assert link in mail.html


def test_a_hostile_name_changes_no_header_and_adds_no_recipient() -> None:
    for name in EVERYTHING:
        try:
            name.encode()
        except UnicodeEncodeError:
            continue
        raw = sign_in_mail(name[:200]).as_string()
        parsed = message_from_string(raw, policy=policy.default)
        assert [a.addr_spec for a in parsed["To"].addresses] == ["a@exemple.fr"]
        assert sorted(parsed.keys()) == sorted(sign_in_mail().keys())


def test_machine_made_mail_says_so() -> None:
    mail = sign_in_mail()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert {part.get_content_type() for part in mail.walk()} == {
        "multipart/alternative", "text/plain", "text/html",
    }  # fmt: skip


def test_the_mailbox_page_shows_what_was_caught(
    demo: Demo, mailbox: catcher.Mailbox
) -> None:
    outgoing.send_soon(sign_in_mail)
    outgoing.flush()
    client = Client()
    number = mailbox.mails[0].number
    assert "[Hub] Votre code" in client.get("/dev/mail").content.decode()
    page = client.get(f"/dev/mail/{number}").content.decode()
    assert "https://hub.exemple.fr/x" in page
    assert client.get(f"/dev/mail/{uuid4().int % 10**9 + 10**6}").status_code == 404
