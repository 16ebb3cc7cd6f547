"""Posting's own SQL against the ORM: the same facts, the same rows, fewer statements."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions.messages import post_in_transaction, post_messages
from hub.actions.posting_facts import read_facts
from hub.actions.transitions import hub_itself
from hub.chain import first_break
from hub.demo import Demo
from hub.heads import Head
from hub.models import (
    SYSTEM,
    Attachment,
    Measure,
    Membership,
    Message,
    Participant,
    Role,
    Thread,
    User,
)
from hub.models.accounts import HUB_USER_ID
from hub.models.choices import Act
from hub.posting import Draft, Facts, Outcome, Posted, plan
from hub.sql import posting as sql
from hub.sql import posting_postgresql
from hub.sql.rows import COLUMNS
from tests.hub import posting_oracle

GROUPS, MOST = 250, 12
BODIES = (
    "Bonjour",
    "",
    "Élise\n\n«\u00a0oui\u00a0»",
    '"{a,b}\\',
    "a\0",
    "%s %(n)d",
    "🙂",
)


class World:
    """Groups of drafts of every kind, in a world that changes between them."""

    def __init__(self, demo: Demo, seed: int) -> None:
        self.random = Random(seed)
        hub_itself()  # what tests with transactions of their own leave is empty
        self.people = [person.pk for person in demo.people.values()]
        self.threads = [thread.pk for thread in demo.threads]
        self.sent: list[Draft] = []
        self.files = [self._file(thread) for thread in demo.threads for _n in range(12)]

    def group(self) -> list[Draft]:
        drafts = [self._draft() for _n in range(self.random.randint(1, MOST))]
        self.sent += drafts
        return drafts

    def turn(self) -> None:
        """One change of what posting depends on, mostly back to normal."""
        now, some = timezone.now(), self.random.choice
        seat = Participant.objects.filter(thread=some(self.threads)).order_by("?")[:1]
        place = Membership.objects.filter(pk__in=seat.values("membership"))
        later, before = now + timedelta(days=1), now - timedelta(days=1)
        some(
            (
                lambda: Thread.objects.filter(pk=some(self.threads)).update(
                    state=some(("open", "open", "sealed")), look_at=some((None, later))
                ),
                lambda: Participant.objects.filter(pk__in=seat.values("pk")).update(
                    until=some((None, later, before))
                ),
                lambda: place.update(until=some((None, None, later, before))),
                lambda: place.update(since=some((before, before, later))),
                lambda: User.objects.filter(pk=some(self.people)).update(
                    is_active=some((True, True, False))
                ),
                lambda: Membership.objects.filter(role=Role.CLERK).update(
                    role=Role.CHIEF_CLERK
                ),
                lambda: Membership.objects.filter(role=Role.CHIEF_CLERK).update(
                    role=Role.CLERK
                ),
                lambda: Measure.objects.update(
                    awaits="court", awaits_act=some(("", Act.ANSWER))
                ),
            )
        )()

    def _draft(self) -> Draft:
        chance, some = self.random.random, self.random.choice
        if self.sent and chance() < 0.15:  # again, or with another content
            known = some(self.sent)
            return known if chance() < 0.5 else replace(known, body="Autre")
        by_hub = chance() < 0.05
        return Draft(
            thread=some(self.threads) if chance() < 0.95 else uuid4(),
            author=HUB_USER_ID if by_hub else some([*self.people, uuid4()]),
            id=uuid4(),
            body=some(BODIES),
            needs_ack=chance() < 0.2,
            urgent="Demain" if chance() < 0.2 else "",
            for_case_file=chance() < 0.1,
            corrects=self.random.randint(1, 40) if chance() < 0.2 else None,
            kind=SYSTEM if by_hub else "ordinary",
            attachments=(some(self.files),) if chance() < 0.1 else (),
        )

    def _file(self, thread: Thread) -> UUID:
        return Attachment.objects.create(
            measure=thread.designation.measure,
            thread=thread,
            sent_by_id=self.random.choice(self.people),
            side="court",
            name="a.pdf",
            size=1,
            sha256=f"{self.random.getrandbits(256):064x}",
            state=self.random.choice(("waiting", "clean", "refused")),
        ).pk


def seen(facts: Facts, drafts: Sequence[Draft]) -> list[Any]:
    """What a plan can see of these facts, draft by draft."""
    return [
        (
            facts.heads.get(d.thread),
            facts.heads.get(d.thread) and facts.seats.get((d.thread, d.author)),
            facts.known.get((d.author, d.id)),
            d.corrects and facts.written.get((d.thread, d.corrects)),
            [facts.files.get(file) for file in d.attachments],
        )
        for d in drafts
    ]


def said(outcome: Outcome) -> object:
    if isinstance(outcome, Posted):
        return outcome.message.seq, outcome.message.hash, outcome.again
    return outcome.code, outcome.detail


def test_hundreds_of_groups_read_and_write_what_the_orm_would(demo: Demo) -> None:
    """Facts, outcomes, rows, heads: compared one by one, in a world that changes."""
    world, codes = World(demo, 6), set()
    for _group in range(GROUPS):
        world.turn()
        drafts, now = world.group(), timezone.now()
        (theirs, asked), (ours, we_ask) = (
            posting_oracle.read_facts(drafts),
            read_facts(drafts),
        )
        assert we_ask == asked
        assert seen(ours, drafts) == seen(theirs, drafts)
        expected, decided = plan(drafts, theirs, now), plan(drafts, ours, now)
        assert list(map(said, decided.outcomes)) == list(map(said, expected.outcomes))
        assert decided.heads == expected.heads
        codes |= {said(outcome)[0] for outcome in decided.outcomes}
        if decided.rows:
            sql.write(decided.rows, decided.heads)
            assert_stored(decided.rows, decided.heads)
            assert [c.pk for c in decided.claims] == [c.pk for c in expected.claims]
            Attachment.objects.bulk_update(decided.claims, ["message", "position"])
    kinds = {"forbidden", "closed", "conflict", "invalid", "attachment_not_ready"}
    assert kinds <= codes  # else the groups were too tame to show anything
    for thread in demo.threads:
        assert (
            first_break(Message.objects.filter(thread=thread).order_by("seq")) is None
        )


def assert_stored(rows: list[Message], heads: dict[UUID, Head]) -> None:
    stored = Message.objects.in_bulk([row.pk for row in rows])
    for row in rows:
        for name in COLUMNS:
            assert getattr(stored[row.pk], name) == getattr(row, name), name
    for thread in Thread.objects.filter(pk__in=heads):
        head = heads[thread.pk]
        kept = (thread.last_seq, thread.head, thread.awaits, thread.look_at)
        assert kept == (head.last_seq, head.hash, head.awaits, head.look_at)
        assert thread.last_at == rows[-1].at


def test_every_column_of_a_message_is_written() -> None:
    fields = Message._meta.concrete_fields
    assert {f.attname for f in fields} == {"id", *COLUMNS}


@pytest.mark.parametrize("size", [1, 200])
def test_the_common_group_costs_the_same_statements_whatever_its_size(
    demo: Demo, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[str] = []
    run = posting_postgresql._run

    def counted(statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        prepared.append(statement)
        return run(statement, values)

    monkeypatch.setattr(posting_postgresql, "_run", counted)
    keys = [("camille", 0), ("samira", 1), ("paul", 1), ("luc", 0)]
    drafts = [
        Draft(demo.threads[at].pk, demo.people[key].pk, uuid4(), "Bonjour")
        for key, at in (keys[n % 4] for n in range(size))
    ]
    with CaptureQueriesContext(connection) as captured:
        assert all(isinstance(o, Posted) for o in post_in_transaction(drafts))
    statements = [*prepared, *(query["sql"] for query in captured)]
    # SQLite: look, insert, the last key, raise the heads.
    assert len(statements) == (2 if connection.vendor == "postgresql" else 4)


@pytest.mark.machine
@pytest.mark.django_db(transaction=True)
def test_postgresql_keeps_one_prepared_plan_for_every_size_of_group(demo: Demo) -> None:
    author, thread = demo.people["camille"].pk, demo.threads[0].pk
    for size in (1, 7, 30):
        post_messages([Draft(thread, author, uuid4(), "Bonjour") for _ in range(size)])
    with connection.cursor() as cursor:
        cursor.execute(
            "select generic_plans >= 3, custom_plans from pg_prepared_statements "
            "where statement like '%json_to_recordset%'"
        )
        assert cursor.fetchall() == [(True, 0)] * 2
