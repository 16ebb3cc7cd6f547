"""What may leave: trial deployments, the demonstration, the kill switch, its limits."""

import asyncio
import logging
from collections.abc import Iterator
from email.message import EmailMessage
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hub.models import JournalEntry
from notifications import catcher, outgoing
from notifications.models import Pause
from notifications.transports import guard
from notifications.transports.base import Busy, Parcel, TransportError
from notifications.transports.email import carrier
from tests.notifications.mail_world import Book, parcel
from tests.notifications.smtp_faults import Fault
from tests.notifications.smtp_server import SmtpServer


@pytest.fixture
def mailbox() -> Iterator[catcher.Mailbox]:
    catcher.mailbox.mails.clear()
    catcher.start()
    yield catcher.mailbox
    catcher.stop()


@pytest.fixture
def server(settings: Any) -> Iterator[SmtpServer]:
    """The hub's mail server, as the settings have it."""
    with SmtpServer() as server:
        settings.SMTP_URL = server.url
        yield server


def allow(monkeypatch: pytest.MonkeyPatch, settings: Any, domains: str) -> None:
    monkeypatch.setattr(settings.MAIL, "mail_allowed_domains", domains)


async def sent_to(*addresses: str) -> list[str]:
    """Those to whom the carrier gave nothing, with the reason."""
    post, refused = carrier(), []
    for address in addresses:
        try:
            await post.send(Parcel(address, parcel().content, ""), Book().accepted)
        except TransportError as error:
            assert error.permanent
            refused.append(f"{address}: {error.reason}")
    await post.close()
    return refused


async def test_a_trial_deployment_writes_to_its_own_domains_only(
    server: SmtpServer,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await sent_to("a@essai.example", "a@justice.example") == []
    allow(monkeypatch, settings, "essai.example, Autre.example")
    outside = ["a@justice.example", "a@sub.essai.example", "a@xessai.example"]
    assert await sent_to("b@Essai.Example", *outside, "b@autre.example") == [
        f"{address}: not allowed" for address in outside
    ]
    assert [m.to for m in server.mails[2:]] == ["b@Essai.Example", "b@autre.example"]


@pytest.mark.parametrize(
    "email", ["a@demo.invalid", "A@DEMO.INVALID", "a@demo.Invalid.", "a@invalid"]
)
async def test_a_demonstration_address_stays_here_however_it_is_written(
    server: SmtpServer,
    settings: Any,
    email: str,
) -> None:
    assert await sent_to(email) == [f"{email}: not allowed"]
    assert not server.mails
    settings.MAIL_ALLOW_INVALID = True
    assert await sent_to(email) == []
    assert len(server.mails) == 1


async def test_the_catcher_takes_demonstration_addresses(
    mailbox: catcher.Mailbox,
) -> None:
    assert await sent_to("camille@justice.demo.invalid") == []
    assert len(mailbox.mails) == 1


async def test_a_catcher_that_moves_is_followed(mailbox: catcher.Mailbox) -> None:
    post = carrier()
    await post.send(parcel(1), Book().accepted)
    catcher.stop()
    with pytest.raises(TransportError, match="no SMTP_URL") as failed:
        await post.send(parcel(2), Book().accepted)
    assert not failed.value.permanent
    catcher.start()
    await post.send(parcel(3), Book().accepted)
    assert len(mailbox.mails) == 2
    await post.close()


async def test_a_domain_over_its_limit_waits_and_tries_nothing(
    server: SmtpServer,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings.MAIL, "mail_per_domain_per_minute", 1)
    post = carrier()
    await post.send(parcel(1), Book().accepted)
    with pytest.raises(Busy):
        await post.send(parcel(2), Book().accepted)
    assert len(server.mails) == 1
    await post.send(parcel(3, to="a@other.example"), Book().accepted)
    await post.close()


def code_mail() -> EmailMessage:
    message = EmailMessage()
    message["To"] = "Ana <ana@centre.example>"
    message["From"] = "Hub <hub@hub.example>"
    message["Subject"] = "Code d’accès"
    message.set_content("Voilà : 123456\n")
    return message


def test_sign_in_codes_use_one_connection_and_pass_a_pause(
    db: None, server: SmtpServer
) -> None:
    guard.pause("trial")
    for _ in range(3):
        outgoing.send_soon(code_mail)
        outgoing.flush()
    assert [m.to for m in server.mails] == ["ana@centre.example"] * 3
    assert server.connections == 1
    assert server.mails[0].sender == "hub@hub.example"
    assert server.mails[0].content.isascii()


def test_sign_in_codes_do_not_leave_while_sending_is_off(
    server: SmtpServer,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    outgoing.send_soon(code_mail)
    outgoing.flush()
    assert len(server.mails) == 1
    monkeypatch.setattr(settings.MAIL, "mail_sending", "off")
    outgoing.send_soon(code_mail)
    outgoing.flush()
    assert len(server.mails) == 1
    assert "MAIL_SENDING is off" in caplog.text
    assert "ana" not in caplog.text


def test_a_code_outlives_a_short_absence_of_the_server(
    server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "TRY_AGAIN_SECONDS", 0.0)
    outgoing.send_soon(code_mail)
    outgoing.flush()
    server.drop_connections()
    server.fail(Fault.MAIL_421)
    outgoing.send_soon(code_mail)
    outgoing.flush()
    assert server.left(Fault.MAIL_421) == 0
    assert len(server.mails) == 2


def test_a_refused_code_is_not_tried_again(
    server: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.fail(Fault.RCPT_550, times=9)
    outgoing.send_soon(code_mail)
    outgoing.flush()
    assert server.left(Fault.RCPT_550) == 8
    assert "smtp 550 5.1.1" in caplog.text
    assert "ana" not in caplog.text


def test_one_mail_that_cannot_be_written_does_not_stop_the_next(
    server: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> EmailMessage:
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR):
        outgoing.send_soon(broken)
        outgoing.send_soon(code_mail)
        outgoing.flush()
    assert len(server.mails) == 1
    assert "ZeroDivisionError" in caplog.text


def paused(*arguments: str) -> str:
    out = StringIO()
    call_command("mail_pause", *arguments, stdout=out)
    return out.getvalue()


def test_the_switch_holds_mail_back_says_why_and_is_journalled(db: None) -> None:
    assert not guard.is_paused()
    assert "not paused" in paused("status")
    assert "Paused since" in paused("on", "--reason", "wrong addresses")
    assert guard.is_paused()
    assert "wrong addresses" in paused("status")
    assert "wrong addresses" in paused(
        "on", "--reason", "again"
    )  # the first one stands
    assert Pause.objects.count() == 1
    assert "goes again" in paused("off")
    assert not guard.is_paused()
    assert "not paused" in paused("off")
    actions = JournalEntry.objects.order_by("at").values_list("action", flat=True)
    assert list(actions) == ["mail_paused", "mail_resumed"]
    assert not JournalEntry.objects.filter(counts__icontains="wrong").exists()


def test_the_switch_wants_a_reason(db: None) -> None:
    with pytest.raises(CommandError, match="--reason"):
        paused("on")
    assert not guard.is_paused()


def test_the_setting_holds_mail_back_without_a_pause(
    db: None,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not guard.is_paused()
    monkeypatch.setattr(settings.MAIL, "mail_sending", "off")
    assert guard.is_paused()
    assert "MAIL_SENDING=off" in paused("status")
    assert asyncio.run(sent_to()) == []
