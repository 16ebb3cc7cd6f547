"""Promise P17: many mails, many kills of the worker, a server that goes wrong.

Every mail arrives; it is repeated at most once per kill (and per cut after DATA, which
nobody can tell from a crash), always under the same Message-ID.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients.server import ROOT, ServedHub, prepared
from tests.notifications.smtp_faults import Fault
from tests.notifications.smtp_server import SmtpServer

KILLS = int(os.environ.get("MAIL_KILLS", "8"))  # `make crash-mail`: 200
MAILS = KILLS * 10
# Each hits some mails or connections, again and again while the test lasts.
FAULTS = (
    Fault.CONNECT_421, Fault.CONNECT_DROP, Fault.EHLO_421, Fault.MAIL_421,
    Fault.MAIL_451, Fault.RCPT_421, Fault.RCPT_450, Fault.RCPT_DROP, Fault.DATA_421,
    Fault.DATA_451, Fault.DATA_DROP_LOST, Fault.DATA_DROP_KEPT, Fault.DROP_AFTER_250,
    Fault.NONSENSE,
)  # fmt: skip

pytestmark = pytest.mark.embedded

OWE = """
from django.utils import timezone
from hub.models import User
from notifications import outbox
from notifications.kinds import Kind
from hub.models import Thread
Thread.objects.update(look_at=None)  # what the demonstration said itself
people = list(User.objects.filter(is_active=True))
outbox.write(
    outbox.Owed(Kind.TEST, f"crash:{{n}}", user=people[n % len(people)].pk)
    for n in range({mails})
)
"""
# As if hours had passed, for who waits between two tries, or for a worker that is dead.
LATER = (
    (
        "UPDATE notifications_notification SET due_at = '2026-01-01 00:00:00'"
        " WHERE state = 'waiting'"
    ),
    (
        "UPDATE notifications_notification SET lease_until = '2026-01-01 00:00:00'"
        " WHERE state = 'sending'"
    ),
)
ON_THE_WAY = """
SELECT count(*) FROM notifications_notification WHERE state IN ('waiting', 'sending')
"""
ENDS = "SELECT state, count(*) FROM notifications_notification GROUP BY state"


def test_kills_and_faults_lose_no_mail_and_repeat_at_most_one_each(
    tmp_path: Path,
) -> None:
    with SmtpServer() as server:
        hub = served(tmp_path, server)
        hub.manage("shell", "-c", OWE.format(mails=MAILS))
        for number, fault in enumerate(FAULTS):
            server.fail(fault, times=MAILS, every=40 + number)
        for kill in range(1, KILLS + 1):
            deliver_until(hub, server, min(kill * MAILS // (KILLS + 1), MAILS - 5))
            let_time_pass(hub)
        cuts = MAILS - server.left(Fault.DATA_DROP_KEPT)
        for fault in FAULTS:
            server.fail(fault, times=0)
        while let_time_pass(hub):
            hub.manage("deliver", "--once")
        verdict = judge(server, KILLS, cuts)
        print(f"{MAILS} mails, {KILLS} kills, {len(FAULTS)} faults: {verdict}")
        assert asked(hub, ENDS) == [("sent", MAILS)]
        assert verdict.arrived == MAILS
        assert verdict.repeats <= KILLS + cuts
        assert cuts > 0, "the faults did strike"


def served(folder: Path, server: SmtpServer) -> ServedHub:
    shutil.copytree(prepared(), folder, dirs_exist_ok=True)
    return ServedHub(
        folder,
        SMTP_URL=server.url,
        MAIL_ALLOW_INVALID="true",
        MAIL_PER_DOMAIN_PER_MINUTE="100000",
    )


def deliver_until(hub: ServedHub, server: SmtpServer, mails: int) -> None:
    """Starts a worker and kills it when the server has taken so many mails in all."""
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "deliver"],
        cwd=ROOT,
        env=hub.environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        server.wait_until(lambda s: len(s.mails) >= mails)
    finally:
        worker.kill()
        worker.wait()


def let_time_pass(hub: ServedHub) -> int:
    """How many mails are still on their way."""
    for statement in LATER:
        asked(hub, statement)
    return int(asked(hub, ON_THE_WAY)[0][0])


def asked(hub: ServedHub, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(hub.folder / "hub.sqlite3", timeout=20)) as database:
        rows = database.execute(statement).fetchall()
        database.commit()
    return rows


@dataclass(frozen=True)
class Verdict:
    arrived: int
    repeats: int
    kills: int
    cuts: int


def judge(server: SmtpServer, kills: int, cuts: int) -> Verdict:
    times = Counter(mail.message_id for mail in server.mails)
    repeats = sum(times.values()) - len(times)
    return Verdict(len(times), repeats, kills, cuts)
