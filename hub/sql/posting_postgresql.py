"""Posting's two statements on PostgreSQL: prepared, with one plan for every group.

Values travel as one JSON text: cheaper to make and to read than an array per column
(measured). The plan is made once because settings.py asks for generic plans.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from hub.heads import Head
from hub.models import Message
from hub.posting import Draft
from hub.sql.rows import encode, head_rows, message_rows

# NO KEY, so that foreign-key checks of other inserts need not wait. The subquery on
# the thread sees it as the statement's snapshot does: another version (ctid) than the
# locked one means that somebody changed it while we waited. Subqueries and the lateral
# join look each draft up by an index; plain joins were planned as scans while tables
# were small, and PostgreSQL keeps such a plan until it analyses them again.
READ = """
with held as materialized (
    select id, last_seq, head, state, awaits, look_at, designation_id, ctid as version
    from hub_thread where id = any(%s::uuid[]) order by id for no key update
)
select held.last_seq, held.head, held.state, held.awaits, held.look_at,
    held.version is not distinct from
        (select ctid from hub_thread where id = draft.thread),
    (select measure.awaits_act from hub_designation designation
        join hub_measure measure on measure.id = designation.measure_id
        where designation.id = held.designation_id),
    seat.given_name, seat.usual_name, seat.role, seat.in_court, seat.organisation,
    (select id from hub_message
        where author_id = draft.author and client_id = draft.client),
    draft.session <> '' and not exists (select from hub_session
        where session_key = draft.session and expire_date > %s),
    coalesce((select author_side from hub_message where thread_id = held.id
        and seq = held.last_seq and kind = 'ordinary'), '')
from json_to_recordset(%s::json)
    as draft(n int, thread uuid, author uuid, client uuid, session text)
left join held on held.id = draft.thread
left join lateral (
    select person.given_name, person.usual_name, place.role,
        place.court_id is not null as in_court,
        coalesce(court.name, centre.name) as organisation
    from hub_participant seat
    join hub_user person on person.id = seat.user_id and person.is_active
    join hub_membership place on place.id = seat.membership_id
    left join hub_court court on court.code = place.court_id
    left join hub_centre centre on centre.id = place.centre_id
    where seat.thread_id = draft.thread and seat.user_id = draft.author
        and (seat.until is null or seat.until > %s) and place.role = any(%s::text[])
        and place.since <= %s and (place.until is null or place.until > %s)
    limit 1
) seat on true
order by draft.n
"""

WRITE = """
with raised as (
    update hub_thread set last_seq = new.last_seq, head = new.head,
        awaits = new.awaits, look_at = new.look_at, last_at = %s
    from json_to_recordset(%s::json) as new(
        id uuid, last_seq int, head text, awaits text, look_at timestamptz)
    where hub_thread.id = new.id
)
insert into hub_message (thread_id, seq, client_id, author_id, author_name, author_role,
    author_organisation, author_side, kind, body, needs_ack, urgent, for_case_file,
    corrects, door, at, hash)
select * from json_to_recordset(%s::json) as new(
    thread_id uuid, seq int, client_id uuid, author_id uuid, author_name text,
    author_role text, author_organisation text, author_side text, kind text, body text,
    needs_ack boolean, urgent text, for_case_file boolean, corrects int, door text,
    at timestamptz, hash text)
returning id
"""


def read(
    drafts: Sequence[Draft], readers: Sequence[str], now: datetime
) -> list[tuple[Any, ...]]:
    threads = _array({draft.thread.hex for draft in drafts})
    asked = encode([_asked(number, draft) for number, draft in enumerate(drafts)])
    return _run(READ, (threads, now, asked, now, _array(readers), now, now))


def write(rows: Sequence[Message], heads: dict[UUID, Head]) -> Iterable[int]:
    new_heads, new_rows = encode(head_rows(heads)), encode(message_rows(rows))
    return [key for (key,) in _run(WRITE, (rows[-1].at, new_heads, new_rows))]


def _asked(number: int, draft: Draft) -> dict[str, Any]:
    return {
        "n": number,
        "thread": draft.thread,
        "author": draft.author,
        "client": draft.id,
        "session": draft.session,
    }


def _run(statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """On Django's connection, but bound by the server: Django's own cursor cannot."""
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(connection.connection)
        return cursor.execute(statement, values, prepare=True).fetchall()


def _array(words: Iterable[str]) -> str:
    """As PostgreSQL writes an array; of words without commas or quotes."""
    return f"{{{','.join(words)}}}"
