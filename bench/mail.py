"""From due rows to delivered mails: our worker against Django's `send_mail` in a loop.

The same people, facts and templates, the same SMTP server on this machine, in turn. The
loop is what many projects have: it renders both templates with Django's engine and sends
with Django's SMTP backend, which makes a connection for each call. It neither looks
again, nor writes down what became of a mail, nor makes a link; ours does all of that.
"one by one" has these duties as well: our own steps for one row at a time, and a
connection for each mail.
"""

import asyncio
import os
import smtplib
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone, translation

from hub.actions.messages import post_messages
from hub.demo import Demo
from hub.models import Message, Thread
from hub.posting import Draft, Posted
from notifications import again, letter_facts, letters, outbox, paper, queue, words
from notifications.kinds import Kind, Subject
from notifications.letter_reading import read
from notifications.models import Notification, State
from notifications.transports.base import Parcel
from notifications.transports.pool import Pool
from notifications.transports.smtp import Server
from notifications.worker import Worker
from tests.cast import create_small_demo
from tests.notifications.certificates import Authority

ROUNDS = 3
OURS, THEIRS, ALONE = 10_000, 500, 100  # mails in a round: a loop costs each alike


@dataclass(frozen=True)
class Cost:
    """Per mail."""

    seconds: float
    cpu_seconds: float  # of the sending process


def run() -> None:
    demo = create_small_demo()
    print("mail, SQLite, SMTP on loopback: min, median, max of", ROUNDS, "rounds")
    with tempfile.TemporaryDirectory() as folder, sink() as place:
        report("plain", in_turn(demo, place))
        authority = Authority(Path(folder))
        authority.server()
        os.environ["SSL_CERT_FILE"] = str(authority.file)  # for Django's own context
        certificate = authority.file.with_name(f"{authority.file.stem}-127.0.0.1.pem")
        with sink("--starttls", str(certificate)) as place:
            report("STARTTLS", in_turn(demo, place, tls=True))


def in_turn(demo: Demo, place: str, *, tls: bool = False) -> dict[str, list[Cost]]:
    """In turn, so that a busy neighbour slows all alike."""
    costs: dict[str, list[Cost]] = {"worker": [], "send_mail": [], "one by one": []}
    for _round in range(ROUNDS):
        costs["send_mail"].append(measured(THEIRS, lambda: loop(demo, place, tls=tls)))
        owe(demo, ALONE)
        costs["one by one"].append(measured(ALONE, lambda: one_by_one(place, tls=tls)))
        owe(demo, OURS)
        costs["worker"].append(measured(OURS, lambda: deliver(place, tls=tls)))
        states = set(Notification.objects.values_list("state", flat=True))
        assert states == {State.SENT}, states
    return costs


def measured(mails: int, work: Callable[[], None]) -> Cost:
    begun, cpu = time.perf_counter(), time.process_time()
    work()
    seconds, spent = time.perf_counter() - begun, time.process_time() - cpu
    return Cost(seconds / mails, spent / mails)


def report(name: str, costs: dict[str, list[Cost]]) -> None:
    """Mails a second and times the worker is faster: min, median, max of the rounds."""
    ours = costs["worker"]
    for who, theirs in costs.items():
        rates = sorted(1 / cost.seconds for cost in theirs)
        cpu = median(cost.cpu_seconds for cost in theirs)
        pairs = zip(ours, theirs, strict=True)
        ratios = sorted(t.seconds / o.seconds for o, t in pairs)
        print(
            f"  {name:8} {who:10} {rates[0]:6.0f} {median(rates):6.0f} {rates[-1]:6.0f}"
            f" mails/s, {cpu * 1000:6.2f} s CPU per 1,000, worker is "
            f"{ratios[0]:.1f} {median(ratios):.1f} {ratios[-1]:.1f} times as fast"
        )


def owe(demo: Demo, mails: int) -> None:
    """Rows that are due now, about one unread message each."""
    Notification.objects.all().delete()
    message = _unread(demo)
    people = [demo.people["samira"], demo.people["luc"]]
    for begin in range(0, mails, 1000):
        outbox.write(
            outbox.Owed(
                Kind.MESSAGES,
                f"bench:{n}",
                user=people[n % 2].pk,
                thread=message.thread_id,
                subject=Subject.MESSAGE,
                first_seq=message.seq,
                last_seq=message.seq,
            )
            for n in range(begin, min(begin + 1000, mails))
        )


def deliver(place: str, *, tls: bool) -> None:
    asyncio.run(_deliver(place, tls=tls))


async def _deliver(place: str, *, tls: bool) -> None:
    url = f"{'submission' if tls else 'smtp'}://{place}"
    server = Server.from_url(url, "localhost")
    pool = Pool(
        server,
        size=settings.MAIL.mail_connections,
        in_doubt=settings.MAIL.mail_in_doubt,
    )
    await Worker(lambda _transport: pool).run(until_empty=True)
    await pool.close()


def one_by_one(place: str, *, tls: bool) -> None:
    host, port = place.split(":")
    while rows := queue.claim(timezone.now(), 1):
        [row] = rows
        assert not again.look_again(rows, timezone.now())
        parcel = letters.write(rows, timezone.now())[row.pk]
        assert isinstance(parcel, Parcel)
        with smtplib.SMTP(host, int(port)) as connection:
            if tls:
                connection.starttls(context=ssl.create_default_context())
            connection.sendmail(parcel.return_path, [parcel.to], parcel.content)
        queue.sent(row, "250", timezone.now())
        queue.note_alerts(rows, timezone.now())


def loop(demo: Demo, place: str, *, tls: bool) -> None:
    host, port = place.split(":")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, int(port)
    settings.EMAIL_USE_TLS = tls
    context, email = _context(demo)
    with translation.override("fr"):
        for _mail in range(THEIRS):
            send_mail(
                "[Hub] 1 élément vous attend",
                render_to_string("emails/unread.txt", context),
                settings.MAIL_FROM,
                [email],
                html_message=render_to_string("emails/unread.html", context),
            )


def _context(demo: Demo) -> tuple[dict[str, object], str]:
    """What the same templates get for the same row."""
    owe(demo, 1)
    row = Notification.objects.select_related("user", "centre")[0]
    now = timezone.now()
    with translation.override("fr"):
        known = letter_facts.known(row, read([row], now), now)
        context = paper.context_of(known, words.said(known), "0000-0000")
    return context, known.email


def _unread(demo: Demo) -> Message:
    Thread.objects.update(look_at=None)
    draft = Draft(demo.threads[0].pk, demo.people["camille"].pk, uuid4(), "Bonjour")
    [outcome] = post_messages([draft])
    assert isinstance(outcome, Posted)
    Thread.objects.update(look_at=None)
    return outcome.message


@contextmanager
def sink(*options: str) -> Iterator[str]:
    """A server in a process of its own; gives "host:port"."""
    process = subprocess.Popen(  # noqa: S603 (our own module, no shell)
        [sys.executable, "-m", "bench.smtp_sink", *options],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parent.parent,
    )
    assert process.stdout
    try:
        yield f"127.0.0.1:{int(process.stdout.readline().split()[-1])}"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
