"""Posting's two statements on SQLite, where one transaction writes at a time.

BEGIN IMMEDIATE (settings.py) has locked everything before READ looks. A UUID is stored
as 32 hexadecimal digits, a time as text in UTC.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from hub.heads import Head
from hub.models import Message
from hub.posting import Draft
from hub.sql.rows import encode, message_values

LOOK_AT = 4  # its place in READ

READ = """
select thread.last_seq, thread.head, thread.state, thread.awaits,
       thread.look_at, 1, measure.awaits_act,
       person.given_name, person.usual_name, place.role, place.court_id is not null,
       coalesce(court.name, centre.name), known.id,
       draft.value ->> 3 <> '' and session.session_key is null,
       coalesce(last.author_side, '')
from json_each(%s) draft
left join hub_thread thread on thread.id = draft.value ->> 0
left join hub_designation designation on designation.id = thread.designation_id
left join hub_measure measure on measure.id = designation.measure_id
left join hub_participant seat
    on seat.thread_id = draft.value ->> 0 and seat.user_id = draft.value ->> 1
    and (seat.until is null or seat.until > %s)
left join hub_user person on person.id = seat.user_id and person.is_active
left join hub_membership place on place.id = seat.membership_id
    and person.id is not null and place.role in (select value from json_each(%s))
    and place.since <= %s and (place.until is null or place.until > %s)
left join hub_court court on court.code = place.court_id
left join hub_centre centre on centre.id = place.centre_id
left join hub_message known
    on known.author_id = draft.value ->> 1 and known.client_id = draft.value ->> 2
left join hub_message last on last.thread_id = thread.id
    and last.seq = thread.last_seq and last.kind = 'ordinary'
left join hub_session session
    on session.session_key = draft.value ->> 3 and session.expire_date > %s
order by draft.key
"""

WRITE = """
insert into hub_message (thread_id, seq, client_id, author_id, author_name, author_role,
    author_organisation, author_side, kind, body, needs_ack, urgent, for_case_file,
    corrects, door, at, hash)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
RAISE = """
update hub_thread set last_seq = %s, head = %s, awaits = %s, look_at = %s, last_at = %s
where id = %s
"""
LAST_KEY = "select last_insert_rowid()"


def read(
    drafts: Sequence[Draft], readers: Sequence[str], now: datetime
) -> list[tuple[Any, ...]]:
    asked = encode([(d.thread, d.author, d.id, d.session) for d in drafts])
    at = _plain(now)
    values = (asked, at, encode(readers), at, at, at)
    with connection.cursor() as cursor:
        cursor.execute(READ, values)
        return [_aware(row) for row in cursor.fetchall()]


def write(rows: Sequence[Message], heads: dict[UUID, Head]) -> Iterable[int]:
    """Keys follow each other: nobody else inserts before this transaction ends."""
    new_rows = [tuple(map(_plain, row)) for row in message_values(rows)]
    at = _plain(rows[-1].at)
    new_heads = [
        (h.last_seq, h.hash, h.awaits, h.look_at and _plain(h.look_at), at, thread.hex)
        for thread, h in heads.items()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(WRITE, new_rows)
        cursor.execute(LAST_KEY)
        [last] = cursor.fetchone()
        cursor.executemany(RAISE, new_heads)
    return range(last - len(rows) + 1, last + 1)


def _aware(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Django's driver makes a time of `look_at`, without its zone."""
    look_at = row[LOOK_AT]
    if look_at is None:
        return row
    return (*row[:LOOK_AT], look_at.replace(tzinfo=UTC), *row[LOOK_AT + 1 :])


def _plain(value: Any) -> Any:
    """As Django stores it."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    return value
