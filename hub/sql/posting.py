"""The two statements of posting, for whichever database is there. No rule is here.

`read` gathers what hub.posting.plan decides by, one row per draft; `write` stores what
it decided. The common group of messages costs these two and the commit; what only rare
drafts need is read by hub.actions.posting_facts.
"""

from collections.abc import Sequence
from datetime import datetime
from types import ModuleType
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from hub import permissions
from hub.heads import Head
from hub.models import Message
from hub.posting import Draft
from hub.sql import posting_postgresql, posting_sqlite

_STATEMENTS: dict[str, ModuleType] = {
    "postgresql": posting_postgresql,
    "sqlite": posting_sqlite,
}


class Fact(NamedTuple):
    """What the record says about one draft. The columns of both READ statements.

    `last_seq` is none when there is no such thread, `role` when its author has no seat
    in it, `known` (a key) when the author never sent this id.
    """

    last_seq: int | None
    head: str
    state: str
    awaits: str
    look_at: datetime | None
    is_settled: bool  # nobody changed the thread between our look and our lock
    awaits_act: str  # what the measure waits for
    given_name: str
    usual_name: str
    role: str | None
    in_court: bool
    organisation: str
    known: int | None
    is_signed_out: bool  # the draft came from a session that has ended
    last_speaker: str  # the side of the thread's last message, if it is an ordinary one


def read(drafts: Sequence[Draft]) -> list[Fact]:
    """Locks the threads in id order and says what is true under the locks.

    PostgreSQL looks before it waits for a lock: when a thread changed meanwhile, what
    was seen beside it may be old, and it is read again. Every change of rights changes
    the threads in question (hub.actions.seating.hold_threads_of).
    """
    statement = _STATEMENTS[connection.vendor].read
    readers = permissions.roles_with("thread.read")
    while True:
        facts = [Fact(*row) for row in statement(drafts, readers, timezone.now())]
        if all(fact.is_settled for fact in facts):
            return facts


def write(rows: Sequence[Message], heads: dict[UUID, Head]) -> None:
    """Stores new messages, which get their keys, and their threads' new heads.

    Raises IntegrityError when one of them was stored meanwhile.
    """
    keys = _STATEMENTS[connection.vendor].write(rows, heads)
    for row, key in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding = False  # noqa: SLF001 (as bulk_create does)
