"""Taking mail in over real LMTP and SMTP: our addresses only, each mail once, kept
before it is taken; and the whole command as a process of its own."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from hub.demo import Demo
from hub.models import Message
from notifications import return_path
from notifications.inbound import limits, reader, receiving
from notifications.inbound.reader import Reader, forget_raw
from notifications.inbound.receiving import Door, Server
from notifications.models import InboundKind, InboundMail
from tests.cast import create_small_demo
from tests.notifications.inbound import (
    RETURNS,
    arrive,
    returns_address,
    sent_to,
    written,
)

ROOT = Path(__file__).resolve().parent.parent.parent
Client = Callable[[], smtplib.SMTP]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def world(transactional_db: None) -> Demo:
    return create_small_demo()


@pytest.fixture
def woken() -> list[bool]:
    return []


@pytest.fixture(params=["lmtp", "smtp"])
def client(
    request: pytest.FixtureRequest, world: Demo, woken: list[bool]
) -> Iterator[Client]:
    port = free_port()
    door = Door(arrived=lambda: woken.append(True))
    server = Server(door, f"{request.param}://127.0.0.1:{port}")
    server.start()
    kind = smtplib.LMTP if request.param == "lmtp" else smtplib.SMTP
    with returns_address():
        yield lambda: kind("127.0.0.1", port)
    server.stop()
    door.close()


def send(client: Client, to: str, content: bytes, sender: str = "") -> None:
    with client() as connection:
        connection.sendmail(sender, [to], content)


def test_a_return_path_and_the_bare_address_are_taken_and_others_are_not(
    world: Demo, client: Client, woken: list[bool]
) -> None:
    row = sent_to(world.people["samira"])
    send(client, return_path.make(row.pk), b"Subject: a\r\n\r\na\r\n")
    send(client, RETURNS, b"Subject: b\r\n\r\nb\r\n")
    kept = InboundMail.objects.get(notification=row)
    assert kept.kind == InboundKind.UNREAD
    assert kept.user == world.people["samira"]
    assert kept.sender_digest == ""
    bare = InboundMail.objects.get(notification=None)
    assert (bare.kind, bare.outcome, bare.raw) == (InboundKind.OTHER, "unproven", "")
    assert len(woken) == 2
    ours = return_path.make(row.pk)
    forged = ours.replace("@", "x@"), ours[:30] + "aa" + ours[32:], "qui@exemple.fr"
    for address in (*forged, f"retours+{uuid4().hex}@hub.exemple.fr", "retours@a.fr"):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send(client, address, b"Subject: c\r\n\r\nc\r\n")
        assert refused.value.recipients[address][0] == 550
    assert InboundMail.objects.count() == 2


def test_the_raw_mail_is_unreadable_in_the_database(
    world: Demo, client: Client
) -> None:
    row = sent_to(world.people["samira"])
    send(client, return_path.make(row.pk), b"Subject: s\r\n\r\nenfant\r\n")
    with connection.cursor() as cursor:
        cursor.execute("SELECT raw FROM notifications_inboundmail")
        stored = cursor.fetchone()[0]
    kept = InboundMail.objects.get().raw
    assert b64decode(kept).endswith(b"enfant\r\n")
    assert kept not in stored


def test_the_same_mail_handed_over_twice_is_one_row(
    world: Demo, client: Client
) -> None:
    to = return_path.make(sent_to(world.people["samira"]).pk)
    for _ in range(3):
        send(client, to, b"Subject: a\r\n\r\na\r\n")
    assert InboundMail.objects.count() == 1


def test_a_mail_above_the_limit_is_refused_for_good(
    world: Demo, client: Client
) -> None:
    to = return_path.make(sent_to(world.people["samira"]).pk)
    line = b"x" * 70 + b"\r\n"
    most = line * ((limits.MAX_MAIL_BYTES - 100) // len(line))
    send(client, to, b"Subject: a\r\n\r\n" + most)
    assert InboundMail.objects.count() == 1
    for extended in (True, False):  # announced by SIZE=, or only seen
        with client() as connection:
            connection.ehlo_or_helo_if_needed()
            if not extended:
                connection.esmtp_features.pop("size")
            with pytest.raises(
                (smtplib.SMTPSenderRefused, smtplib.SMTPDataError)
            ) as refused:
                connection.sendmail("a@a.fr", [to], most + most)
        assert refused.value.smtp_code == 552
    assert InboundMail.objects.count() == 1


def test_a_second_recipient_is_put_off(world: Demo, client: Client) -> None:
    rows = [sent_to(world.people["samira"], n=n) for n in (1, 2)]
    one, two = (return_path.make(row.pk) for row in rows)
    with client() as connection:
        refused = connection.sendmail("", [one, two], b"Subject: a\r\n\r\na\r\n")
    assert refused[two][0] == 452
    assert InboundMail.objects.get().notification == rows[0]


def test_a_database_that_is_away_makes_the_other_server_try_again(
    world: Demo, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = return_path.make(sent_to(world.people["samira"]).pk)

    def fail(*_: Any) -> None:
        raise OperationalError("away")

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "store", fail)
        with pytest.raises(smtplib.SMTPDataError) as refused:
            send(client, to, b"Subject: a\r\n\r\na\r\n")
    assert refused.value.smtp_code == 451
    send(client, to, b"Subject: a\r\n\r\na\r\n")
    assert InboundMail.objects.count() == 1


def test_a_robot_that_answers_one_mail_without_end_is_stopped(
    world: Demo, client: Client
) -> None:
    to = return_path.make(sent_to(world.people["samira"]).pk)
    for n in range(limits.MAX_ANSWERS):
        send(client, to, b"Subject: %d\r\n\r\na\r\n" % n)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(client, to, b"Subject: once more\r\n\r\na\r\n")
    assert refused.value.smtp_code == 554
    assert InboundMail.objects.count() == limits.MAX_ANSWERS


@pytest.mark.django_db
def test_nothing_that_comes_in_ever_becomes_a_message(demo: Demo) -> None:
    before = Message.objects.count()
    assert before
    samira = demo.people["samira"]
    with returns_address():
        mail = written(samira.email, body="Je reçois la famille mardi.")
        kept = arrive(mail, sent_to(samira), sender=samira.email)
    assert kept.outcome == "answered"
    assert Message.objects.count() == before


@pytest.mark.django_db
def test_raw_mail_is_forgotten_after_seven_days_and_its_row_after_ninety(
    demo: Demo,
) -> None:
    row, now = sent_to(demo.people["samira"]), timezone.now()
    for days in (6, 8, 91):
        InboundMail.objects.create(
            digest=str(days),
            raw="cmF3",
            envelope_to=RETURNS,
            notification=row,
            received_at=now - timedelta(days=days),
        )
    assert forget_raw(now) == 1
    kept = {one.digest: (one.raw, one.kind) for one in InboundMail.objects.all()}
    assert kept == {"6": ("cmF3", InboundKind.UNREAD), "8": ("", InboundKind.OTHER)}
    assert forget_raw(now) == 0


@pytest.mark.django_db
def test_a_mail_that_cannot_be_handled_does_not_stop_the_next_one(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [sent_to(demo.people["samira"], n=n) for n in (1, 2)]
    with returns_address():
        for n, row in enumerate(rows):
            raw = b"Subject: %d\r\n\r\na\r\n" % n
            receiving.store(raw, "", return_path.make(row.pk), timezone.now())
    settle = reader.settle

    def fail(mail: InboundMail, *rest: Any) -> bool:
        if mail.notification_id == rows[0].pk:
            raise ValueError("a fault of ours")
        return settle(mail, *rest)

    monkeypatch.setattr(reader, "settle", fail)
    worker = Reader()
    while worker.read_one(timezone.now()):
        pass
    outcomes = {m.notification_id: m.outcome for m in InboundMail.objects.all()}
    assert outcomes == {rows[0].pk: "failed", rows[1].pk: "null sender"}
    assert caplog.text.count("could not be handled") == 3


def test_the_command_says_what_is_missing() -> None:
    with pytest.raises(CommandError, match="MAIL_RETURN_ADDRESS"):
        call_command("receive_mail")


def manage(folder: Path, **extra: str) -> dict[str, Any]:
    names = ("PATH", "HOME", "LANG")
    env = {name: os.environ[name] for name in names if name in os.environ}
    env |= {"DATA_FOLDER": str(folder), **extra}
    return {"cwd": ROOT, "env": env, "text": True, "stdout": subprocess.PIPE}


@pytest.mark.embedded
def test_the_command_receives_reads_and_ends_when_told(tmp_path: Path) -> None:
    port = free_port()
    options = manage(
        tmp_path,
        MAIL_RETURN_ADDRESS=RETURNS,
        MAIL_IN_URL=f"lmtp://127.0.0.1:{port}",
    )
    python = [sys.executable, "manage.py"]
    subprocess.run([*python, "migrate", "-v0"], check=True, **options)
    running = subprocess.Popen([*python, "receive_mail"], **options)
    assert running.stdout
    assert "Receiving" in running.stdout.readline()
    with smtplib.LMTP("127.0.0.1", port) as connection:
        assert not connection.sendmail("", [RETURNS], b"Subject: a\r\n\r\na\r\n")
    running.send_signal(signal.SIGTERM)
    assert running.wait(30) == 0
    running.stdout.close()
    count = (
        "from notifications.models import InboundMail as m; print(m.objects.count())"
    )
    shell = [*python, "shell", "-v0", "-c", count]
    assert subprocess.run(shell, check=True, **options).stdout.strip() == "1"
