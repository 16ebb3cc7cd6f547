"""What happens a second before, or after, a mail is due, with every kind of server.

Each cell ends in exactly one expected state. Real SMTP, a clock that the test moves.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from hub.actions.absences import enter_absence
from hub.actions.members import end_membership
from hub.actions.messages import mark_read, post_messages
from hub.calendar import today_in
from hub.demo import Demo
from hub.models import AddressRecord, Message, Participant, Thread
from hub.posting import Draft, Posted
from notifications import again
from notifications.models import Notification, Reason, State
from notifications.transports.pool import Pool
from notifications.transports.smtp import Server
from notifications.worker import Worker
from tests.notifications.here import Here
from tests.notifications.moving import Clock
from tests.notifications.smtp_faults import Fault
from tests.notifications.smtp_server import SmtpServer

SECOND = timedelta(seconds=1)
UP, SLOW, REFUSING, CUT = "up", "slow", "refusing", "cut after DATA"
SERVERS = (UP, SLOW, REFUSING, CUT)


class Race:
    """One message to Samira, a server in some mood, and what befalls meanwhile."""

    def __init__(self, demo: Demo, clock: Clock, server: SmtpServer) -> None:
        self.demo, self.clock, self.server = demo, clock, server
        self.samira = demo.people["samira"]
        self.message = self.post("Bonjour")

    @property
    def due(self) -> datetime:
        return self.message.at + settings.UNREAD_DELAY

    def post(self, body: str, **more: object) -> Message:
        author = self.demo.people["camille"].pk
        draft = Draft(self.demo.threads[1].pk, author, uuid4(), body, **more)  # type: ignore[arg-type]
        [outcome] = post_messages([draft])
        assert isinstance(outcome, Posted)
        return outcome.message

    def deliver(self, meanwhile: Callable[[], None] | None = None) -> None:
        """Until nothing is due. `meanwhile`: while the server holds the whole mail."""
        here = Here()
        here.run(self._deliver(here, meanwhile))

    async def _deliver(self, here: Here, meanwhile: Callable[[], None] | None) -> None:
        pool = Pool(Server.from_url(self.server.url, "localhost"), size=2, in_doubt=1)
        worker = Worker(lambda _transport: pool, database=here)
        work = asyncio.ensure_future(worker.run(until_empty=True))
        if meanwhile:
            await self.server.until(lambda s: s.holding > 0)
            await asyncio.get_running_loop().run_in_executor(here, meanwhile)
            self.server.release()
        await work
        await pool.close()

    def mails(self) -> list[str]:
        """The Message-IDs of what reached Samira's mailbox."""
        return [m.message_id for m in self.server.mails if m.to == self.samira.email]

    def row(self) -> Notification | None:
        rows = Notification.objects.filter(
            user=self.samira, first_seq__lte=self.message.seq
        )
        return rows.filter(last_seq__gte=self.message.seq).first()


# What befalls, by name.


def nothing(race: Race) -> None:
    return


def read(race: Race) -> None:
    mark_read(race.samira, race.message.thread_id, race.message.seq)


def corrected(race: Race) -> None:
    race.post("Bonjour, pardon", corrects=race.message.seq)


def right_lost(race: Race) -> None:
    end_membership(race.samira.places[0])


def absent(race: Race) -> None:
    enter_absence(
        race.samira,
        first_day=today_in(),
        last_day=today_in() + timedelta(days=1),  # it may soon be midnight
        substitute=race.demo.people["luc"].places[0],
        by=race.samira,
    )


def suppressed(race: Race) -> None:
    AddressRecord.objects.create(
        email=race.samira.email, hard_bounces=3, suspended_at=timezone.now()
    )


# (state, reason) of Samira's row when it was void before anything was sent; None: no
# row was ever written.
VOID = {
    read: (State.DROPPED, Reason.READ),
    corrected: (State.DROPPED, Reason.CORRECTED),
    right_lost: (State.DROPPED, Reason.NO_RIGHT),
    absent: (State.DROPPED, Reason.ABSENT),
    suppressed: (State.DROPPED, Reason.SUSPENDED),
}
NEVER_WRITTEN = (read, right_lost)  # what the first look sees is not even noted
SENT = (State.SENT, "")
CELLS = list(product(VOID, SERVERS))


@pytest.fixture
def race(monkeypatch: pytest.MonkeyPatch, demo: Demo) -> Iterator[Race]:
    Thread.objects.update(look_at=None)
    heads = Thread.objects.filter(pk=OuterRef("thread")).values("last_seq")[:1]
    Participant.objects.update(notified_seq=Subquery(heads), read_seq=Subquery(heads))
    clock = Clock(monkeypatch)
    with SmtpServer() as server:
        yield Race(demo, clock, server)


def put_in_mood(server: SmtpServer, mood: str) -> None:
    if mood == SLOW:
        server.hold()
    elif mood == REFUSING:
        server.fail(Fault.DATA_451, times=2)  # Luc's mail is refused as well
    elif mood == CUT:
        server.fail(Fault.DATA_DROP_KEPT, times=2)


def state_of(row: Notification | None) -> tuple[str, str] | None:
    return (row.state, row.reason) if row else None


@pytest.mark.parametrize(("cause", "mood"), CELLS)
def test_a_second_before_it_is_due_nothing_is_sent(
    race: Race, cause: Callable[[Race], None], mood: str
) -> None:
    race.clock.at(race.due - SECOND)
    cause(race)
    race.deliver()  # a substitute hears of it
    assert race.mails() == []
    put_in_mood(race.server, mood)
    race.clock.at(race.due + SECOND)
    race.deliver((lambda: None) if mood == SLOW and cause is not corrected else None)
    assert race.mails() == []
    assert state_of(race.row()) == (None if cause in NEVER_WRITTEN else VOID[cause])


@pytest.mark.parametrize(("cause", "mood"), CELLS)
def test_a_second_after_it_was_due_only_what_left_has_left(
    race: Race, cause: Callable[[Race], None], mood: str
) -> None:
    put_in_mood(race.server, mood)
    race.clock.at(race.due + SECOND)
    race.deliver((lambda: cause(race)) if mood == SLOW else None)
    if mood != SLOW:
        cause(race)
    tried = mood in (REFUSING, CUT)
    race.clock.forward(minutes=1)
    race.deliver()
    assert state_of(race.row()) == (VOID[cause] if tried else SENT)
    assert len(race.mails()) == (0 if mood == REFUSING else 1)


@pytest.mark.parametrize("mood", SERVERS)
def test_when_nothing_befalls_the_mail_arrives(race: Race, mood: str) -> None:
    put_in_mood(race.server, mood)
    race.clock.at(race.due - SECOND)
    race.deliver()
    assert race.server.mails == []
    race.clock.at(race.due + SECOND)
    race.deliver((lambda: None) if mood == SLOW else None)
    race.clock.forward(minutes=1)
    race.deliver()
    assert state_of(race.row()) == SENT
    # Whoever cuts the line after DATA may have kept the mail: it comes again, and says
    # by its Message-ID that it is the same.
    assert len(race.mails()) == (2 if mood == CUT else 1)
    assert len(set(race.mails())) == 1


def test_without_the_second_look_a_read_message_would_be_mailed(
    race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "look_again", lambda _rows, _now: {})
    put_in_mood(race.server, REFUSING)
    race.clock.at(race.due + SECOND)
    race.deliver()
    read(race)
    race.clock.forward(minutes=1)
    race.deliver()
    assert len(race.mails()) == 1, "the matrix above could not have failed"
