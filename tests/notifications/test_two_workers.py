"""Two workers at once on one database: each mail leaves once. Real SMTP, real rows."""

import asyncio
import threading
from collections import Counter

import pytest

from hub.demo import Demo
from hub.models import Thread
from notifications import outbox
from notifications.kinds import Kind
from notifications.models import Notification, State
from notifications.transports.pool import Pool
from notifications.transports.smtp import Server
from notifications.worker import Worker
from tests.cast import create_small_demo
from tests.notifications.smtp_server import SmtpServer

MAILS = 150


@pytest.fixture
def committed(transactional_db: None) -> Demo:
    """What other threads have to see."""
    demo = create_small_demo()
    Thread.objects.update(look_at=None)
    Notification.objects.all().delete()
    return demo


def deliver(server: SmtpServer, ready: threading.Barrier) -> None:
    async def work() -> None:
        pool = Pool(Server.from_url(server.url, "localhost"), size=2, in_doubt=1)
        worker = Worker(lambda _transport: pool)
        ready.wait()
        await worker.run(until_empty=True)
        await pool.close()

    asyncio.run(work())


def test_two_workers_at_once_send_each_mail_once(committed: Demo) -> None:
    people = list(committed.people.values())
    outbox.write(
        outbox.Owed(Kind.TEST, f"n{n}", user=people[n % len(people)].pk)
        for n in range(MAILS)
    )
    ready = threading.Barrier(2)
    with SmtpServer() as server:
        workers = [
            threading.Thread(target=deliver, args=(server, ready)) for _ in range(2)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        times = Counter(mail.message_id for mail in server.mails)
    assert len(times) == MAILS
    assert set(times.values()) == {1}
    assert set(Notification.objects.values_list("state", flat=True)) == {State.SENT}
