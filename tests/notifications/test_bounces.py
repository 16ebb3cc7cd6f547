"""Bounces as servers write them: one makes an address doubtful, three suspend it, and
what says nothing about the address leaves it alone."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from hub.demo import Demo
from hub.models import AddressRecord
from hub.queries.addresses import records_of
from notifications import return_path
from notifications.inbound.child import read
from notifications.models import InboundKind, Notification, State
from tests.notifications.inbound import RETURNS, arrive, returns_address, sent_to

TODAY = date(2026, 11, 28)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _returns() -> Iterator[None]:
    with returns_address():
        yield


def report(
    status: str,
    *,
    action: str = "failed",
    diagnostic: str = "",
    author: str = "Mail Delivery System <MAILER-DAEMON@mx.exemple.fr>",
    subject: str = "Undelivered Mail Returned to Sender",
    words: str = "This is the mail system at host mx.exemple.fr.",
) -> bytes:
    """A report as RFC 3464 wants it; Postfix writes it like this."""
    lines = [
        f"From: {author}", f"To: {RETURNS}", f"Subject: {subject}",
        "Auto-Submitted: auto-replied", "MIME-Version: 1.0",
        "Content-Type: multipart/report; report-type=delivery-status;",
        '\tboundary="B.1/mx"', "", "--B.1/mx", "Content-Type: text/plain", "",
        words, "", "--B.1/mx", "Content-Type: message/delivery-status", "",
        "Reporting-MTA: dns; mx.exemple.fr", "Arrival-Date: Sat, 28 Nov 2026", "",
        "Final-Recipient: rfc822; samira@exemple.fr", f"Action: {action}",
        f"Status: {status}", *([f"Diagnostic-Code: {diagnostic}"] if diagnostic else []),
        "", "--B.1/mx", "Content-Type: text/rfc822-headers", "",
        "Subject: [Hub] 550 5.1.1 said the original", "", "--B.1/mx--", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def plain(author: str, subject: str, body: str, *headers: str) -> bytes:
    """What servers without reports write: a text."""
    lines = [f"From: {author}", f"Subject: {subject}", *headers,
             "Content-Type: text/plain; charset=utf-8", "", body]  # fmt: skip
    return "\r\n".join(lines).encode()


EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  samira@exemple.fr
    host mx.exemple.fr [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<samira@exemple.fr>:
    {answer}

------ This is a copy of the message, including all the headers. ------

550 5.2.2 said the original"""
QMAIL = """Hi. This is the qmail-send program at exemple.fr.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<samira@exemple.fr>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message."""
FRENCH = """La remise de votre message à ce destinataire a échoué.

samira@exemple.fr
L'adresse de courriel que vous avez entrée est introuvable."""
DAEMON = "Mail Delivery System <Mailer-Daemon@mx.exemple.fr>"
GMAIL = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"
EXCHANGE = "Microsoft Outlook <postmaster@exemple.fr>"
GMAIL_CODE = "smtp; 550-5.1.1 The email account that you tried to reach does not exist."
EXCHANGE_CODE = (
    "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP lookup"
)
ONLINE_CODE = "smtp;550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"

BOUNCES = {
    "postfix, unknown": (report("5.1.1"), "5.1.1"),
    "postfix, french": (
        report("5.1.1", subject="Non remis : [Hub]", words="Adresse inconnue"),
        "5.1.1",
    ),
    "gmail": (report("5.1.1", author=GMAIL, diagnostic=GMAIL_CODE), "5.1.1"),
    "exchange": (
        report("5.1.10", author=EXCHANGE, diagnostic=EXCHANGE_CODE,
               subject="Non remis : [Hub] 1 élément vous attend"),
        "5.1.10",
    ),
    "exchange online": (report("5.4.1", diagnostic=ONLINE_CODE), "5.1.1"),
    "disabled": (report("5.2.1"), "5.2.1"),
    "without a code of its own": (
        report("5.0.0", diagnostic="smtp; 550 5.1.1 <samira@exemple.fr>: unknown"),
        "5.1.1",
    ),
    "in words only": (report("5.0.0", diagnostic="smtp; 550 No such user"), "5.1.1"),
    "exim": (
        plain(DAEMON, "Mail delivery failed: returning message to sender",
              EXIM.format(answer="550 5.1.1 User unknown"),
              "X-Failed-Recipients: samira@exemple.fr"),
        "5.1.1",
    ),
    "exim, no code": (
        plain(DAEMON, "Mail delivery failed: returning message to sender",
              EXIM.format(answer="550 Unrouteable address")),
        "5.1.1",
    ),
    "qmail": (plain("MAILER-DAEMON@exemple.fr", "failure notice", QMAIL), "5.1.1"),
    "french words": (
        plain(EXCHANGE, "Échec de la remise : [Hub]", FRENCH), "5.1.1",
    ),
}  # fmt: skip

NOT_OF_THE_ADDRESS = {
    "full": (report("5.2.2"), "5.2.2"),
    "too big": (report("5.3.4"), "5.3.4"),
    "no route": (report("5.4.4"), "5.4.4"),
    "policy": (report("5.7.1", diagnostic="smtp; 550 5.7.1 rejected as spam"), "5.7.1"),
    "no reason": (report("5.0.0", diagnostic="smtp; 554 go away"), "5.0.0"),
    "our own sender": (report("5.1.8"), "5.1.8"),
    "not yet": (report("4.4.1", action="delayed"), "delayed"),
    "full for now": (report("4.2.2"), "4.2.2"),
    "delivered": (report("2.0.0", action="delivered"), "delayed"),
    "exim, full": (
        plain(DAEMON, "Mail delivery failed: returning message to sender",
              EXIM.format(answer="552 5.2.2 Mailbox full")),
        "5.2.2",
    ),
}  # fmt: skip


def known(email: str) -> AddressRecord | None:
    return records_of([email]).get(email)


@pytest.mark.parametrize("name", BOUNCES)
def test_a_bounce_makes_the_address_doubtful(demo: Demo, name: str) -> None:
    raw, status = BOUNCES[name]
    samira = demo.people["samira"]
    row = sent_to(samira)
    mail = arrive(raw, row)
    assert (mail.kind, mail.outcome) == (InboundKind.BOUNCE, status)
    row.refresh_from_db()
    assert (row.last_answer, row.state) == (f"bounced {status}", State.SENT)
    record = known(samira.email)
    assert record
    assert (record.hard_bounces, record.suspended_at) == (1, None)


@pytest.mark.parametrize("name", NOT_OF_THE_ADDRESS)
def test_what_says_nothing_about_the_address_leaves_it_alone(
    demo: Demo, name: str
) -> None:
    raw, outcome = NOT_OF_THE_ADDRESS[name]
    row = sent_to(demo.people["samira"])
    mail = arrive(raw, row)
    assert (mail.kind, mail.outcome) == (InboundKind.BOUNCE, outcome)
    row.refresh_from_db()
    assert row.last_answer == ""
    assert known(demo.people["samira"].email) is None


def test_three_mails_that_come_back_suspend_an_address_and_one_thrice_does_not(
    demo: Demo,
) -> None:
    samira = demo.people["samira"]
    row = sent_to(samira)
    for n in range(3):
        arrive(report("5.1.1", words=f"once more {n}"), row)
    record = known(samira.email)
    assert record
    assert (record.hard_bounces, record.suspended_at) == (1, None)
    for n in (2, 3):
        arrive(report("5.1.1", words=f"another mail {n}"), sent_to(samira, n=n))
    record = known(samira.email)
    assert record
    assert record.suspended_at


def test_a_functional_mailbox_is_doubted_like_a_person(demo: Demo) -> None:
    centre = demo.threads[0].designation.centre
    arrive(report("5.1.1"), sent_to(centre=centre))
    assert known(centre.email.lower())


def test_only_our_own_mail_of_the_last_days_says_something_about_an_address(
    demo: Demo,
) -> None:
    samira, now = demo.people["samira"], timezone.now()
    old = sent_to(samira, ended_at=now - timedelta(days=8))
    assert arrive(report("5.1.1"), old).outcome == "late"
    forged = return_path.make(old.pk).replace(".", ".q", 1)
    assert arrive(report("5.1.1", words="b"), forged).outcome == "unproven"
    assert arrive(report("5.1.1", words="c"), RETURNS).outcome == "unproven"
    assert known(samira.email) is None
    recent = sent_to(samira, n=2, ended_at=now - timedelta(days=6))
    arrive(report("5.1.1", words="d"), recent)
    assert known(samira.email)


def test_a_bounce_that_somebody_forwards_is_no_bounce(demo: Demo) -> None:
    samira = demo.people["samira"]
    row = sent_to(samira)
    mail = arrive(report("5.1.1"), row, sender=samira.email)
    assert mail.outcome == "not a bounce"
    assert known(samira.email) is None
    wrapped = (
        b"From: s@exemple.fr\r\nSubject: TR: Undelivered\r\nContent-Type: "
        b"multipart/mixed; boundary=zz\r\n\r\n--zz\r\n\r\nvoir ci-dessous\r\n--zz\r\n"
        b"Content-Type: message/rfc822\r\n\r\n" + report("5.1.1") + b"\r\n--zz--\r\n"
    )
    assert read(wrapped, TODAY)["kind"] == "reply"


def test_a_receipt_that_says_a_mail_was_read_is_no_bounce_and_gets_no_answer(
    demo: Demo,
) -> None:
    samira = demo.people["samira"]
    raw = report("5.1.1").replace(b"delivery-status", b"disposition-notification")
    raw = raw.replace(b"Auto-Submitted: auto-replied\r\n", b"")
    mail = arrive(raw.replace(b"MAILER-DAEMON@mx", samira.email.encode() + b"."),
                  sent_to(samira), sender=samira.email)  # fmt: skip
    assert (mail.kind, mail.outcome) == (InboundKind.OTHER, "automatic")
    assert known(samira.email) is None
    assert Notification.objects.count() == 1


@pytest.mark.parametrize("name", [*BOUNCES, *NOT_OF_THE_ADDRESS])
def test_no_word_of_a_mail_leaves_the_child(name: str) -> None:
    raw, _ = (BOUNCES | NOT_OF_THE_ADDRESS)[name]
    answer: dict[str, Any] = dict(read(raw, TODAY))
    answer.pop("sender")
    assert set(answer) == {"kind", "outcome"}
    assert all(len(value) <= 8 for value in answer.values())
