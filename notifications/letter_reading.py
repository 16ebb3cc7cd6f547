"""What the database says for a batch of mails: each table once, whatever the number.

Read only, but for reply links, which are issued here. What of it a mail may say is
decided in notifications.letter_facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from hub.models import (
    Absence,
    Centre,
    Closure,
    Membership,
    Message,
    Participant,
    Thread,
    User,
)
from notifications import digest, facts, links, unread_lines
from notifications.contents import Line
from notifications.kinds import Kind
from notifications.models import KnownBrowser, Notification
from notifications.moments import Times, times_of
from notifications.unread_lines import Threads

Days = tuple[date, date]


@dataclass(frozen=True)
class Found:
    """By primary key, or by (thread, user) and (thread, seq)."""

    people: Mapping[UUID, User]
    times: Mapping[UUID, Times]
    centres: Mapping[Any, Centre]
    threads: Mapping[UUID, Thread]
    seats: Mapping[tuple[UUID | None, UUID | None], Participant]
    unread: Threads
    bodies: Mapping[tuple[UUID | None, int], Message]
    digests: Mapping[UUID, Sequence[Line]]
    links: Mapping[UUID, str]
    memberships: Mapping[Any, Membership]
    browsers: Mapping[Any, str]
    closures: Mapping[Any, Days]
    absences: Mapping[Any, Days]


def read(rows: Sequence[Notification], now: datetime) -> Found:
    users = {row.user_id for row in rows if row.user_id}
    threads = _threads(rows)
    seats = facts.seats_in(threads) if threads else []
    told = [row for row in rows if row.kind == Kind.MESSAGES]
    unread = unread_lines.read(told, threads, seats)
    digests = [row for row in rows if row.kind == Kind.DIGEST]
    return Found(
        people=User.objects.in_bulk(users),
        times=times_of(users),
        centres=_centres(rows),
        threads=threads,
        seats={(seat.thread_id, seat.user_id): seat for seat in seats},
        unread=unread,
        bodies=_bodies(told, unread),
        digests=digest.contents(digests, now) if digests else {},
        links=links.issue(rows),
        memberships=Membership.objects.select_related(
            "court", "centre", "invited_by"
        ).in_bulk(_numbers(rows, "place")),
        browsers=dict(
            KnownBrowser.objects.filter(pk__in=_numbers(rows, "browser")).values_list(
                "pk", "name"
            )
        ),
        closures=_days(Closure.objects, _numbers(rows, "closure")),
        absences=_days(Absence.objects, _numbers(rows, "absence")),
    )


def _threads(rows: Sequence[Notification]) -> dict[UUID, Thread]:
    wanted = {row.thread_id for row in rows if row.thread_id}
    with_names = Thread.objects.select_related(
        "designation__measure__court", "designation__centre"
    )
    return with_names.in_bulk(wanted)


def _centres(rows: Sequence[Notification]) -> dict[Any, Centre]:
    own = {row.centre_id for row in rows if row.centre_id}
    return Centre.objects.in_bulk(own | _numbers(rows, "centre"))


def _bodies(
    told: Sequence[Notification], unread: Threads
) -> dict[tuple[UUID | None, int], Message]:
    """What was written, only where some mail may say it."""
    if settings.MAIL.mail_content != "full":
        return {}
    wanted = [
        Q(thread=row.thread_id, seq__in=seqs)
        for row in told
        if (seqs := unread.waiting(row).seqs)
    ]
    if not wanted:
        return {}
    return {
        (m.thread_id, m.seq): m for m in Message.objects.filter(reduce(or_, wanted))
    }


def _numbers(rows: Iterable[Notification], fact: str) -> set[int]:
    """Ids among the facts; anything else there harms no other row."""
    named = (row.facts.get(fact) for row in rows)
    return {one for one in named if isinstance(one, int)}


def _days(kept: Any, ids: set[int]) -> dict[Any, Days]:
    rows = kept.filter(pk__in=ids).values_list("pk", "first_day", "last_day")
    return {pk: (first, last) for pk, first, last in rows}
