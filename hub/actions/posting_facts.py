"""What hub.posting.plan has to know of a group, read under the threads' locks.

One statement for what every draft needs (hub.sql.posting). What only a rare draft needs
is asked for when there is one: files, what a message corrects, what was sent before.
"""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from hub import permissions
from hub.chain import with_files
from hub.heads import Head
from hub.models import Attachment, Message, Side
from hub.models.accounts import HUB_USER_ID, full_name
from hub.models.choices import Act
from hub.models.threads import ThreadState
from hub.posting import Draft, Facts, Seat
from hub.sql import posting as sql
from hub.sql.posting import Fact

# The hub writes only lines of the life-cycle, and on neither side.
HUB_SEAT = Seat("Hub des mesures", "", "", None, may_write=False, may_mark=False)


def read_facts(drafts: Sequence[Draft]) -> tuple[Facts, set[UUID]]:
    """Locks the threads. Also the threads whose measure waits for the court's answer.

    One statement for the common group and five at most, whatever their number.
    """
    found = sql.read(drafts)
    facts = Facts(heads={}, seats={}, known={}, written={})
    facts.unread_delay = settings.UNREAD_DELAY
    asked: set[UUID] = set()
    known: list[int] = []
    for draft, fact in zip(drafts, found, strict=True):
        if fact.last_seq is not None and draft.thread not in facts.heads:
            facts.heads[draft.thread] = _head(fact.last_seq, fact)
        if fact.awaits_act == Act.ANSWER:
            asked.add(draft.thread)
        if draft.author == HUB_USER_ID:
            facts.seats[draft.thread, draft.author] = HUB_SEAT
        elif fact.role and (draft.thread, draft.author) not in facts.seats:
            facts.seats[draft.thread, draft.author] = _seat(fact.role, fact)
        if fact.known is not None:
            known.append(fact.known)
        if fact.is_signed_out:
            facts.ended.add(draft.session)
    _add_messages(facts, drafts, known)
    if named := {file for draft in drafts for file in draft.attachments}:
        facts.files = Attachment.objects.in_bulk(named)
    return facts, asked


def _head(last_seq: int, fact: Fact) -> Head:
    is_open = fact.state == ThreadState.OPEN
    return Head(
        last_seq, fact.head, is_open, fact.awaits, fact.look_at, fact.last_speaker
    )


def _seat(role: str, fact: Fact) -> Seat:
    return Seat(
        name=full_name(fact.given_name, fact.usual_name),
        role=role,
        organisation=fact.organisation,
        side=Side.COURT if fact.in_court else Side.CENTRE,
        may_write=role in permissions.roles_with("thread.write"),
        may_mark=role in permissions.roles_with("message.mark_for_case_file"),
    )


def _add_messages(facts: Facts, drafts: Sequence[Draft], known: list[int]) -> None:
    """What the authors sent before under these ids, and what is corrected."""
    correcting = [draft for draft in drafts if draft.corrects is not None]
    if not known and not correcting:
        return
    corrected = Q(
        thread__in={draft.thread for draft in correcting},
        seq__in={draft.corrects for draft in correcting},
    )
    for message in with_files(Message.objects.filter(Q(pk__in=known) | corrected)):
        facts.known[message.author_id, message.client_id] = message
        facts.written[message.thread_id, message.seq] = message
