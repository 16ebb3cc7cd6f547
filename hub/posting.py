"""The rules of posting, pure: drafts and facts in, outcomes and rows out.

No query, no clock, no event: those are in hub.actions.messages. Every rule that
decides what becomes of a draft is here and can be tested without a database.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from hub import text
from hub.chain import content, message_hash
from hub.errors import InvalidText
from hub.models import ORDINARY, SYSTEM, Message, MessageKind, Side

# Facts and notices that expect no answer: whose turn it is stays as it was.
ASKS_NOTHING = (SYSTEM, MessageKind.ATTENDANCE, MessageKind.CLOSURE_NOTICE)


@dataclass(frozen=True)
class Draft:
    """What somebody wants to say. `id` is made by the author's client."""

    thread: UUID
    author: UUID
    id: UUID
    body: str
    needs_ack: bool = False
    urgent: str = ""  # the reason; empty = not urgent
    for_case_file: bool = False
    corrects: int | None = None
    kind: str = ORDINARY
    door: str = "page"


@dataclass(frozen=True)
class Head:
    """How far a thread has come. `awaits` is the side whose turn it is."""

    last_seq: int
    hash: str
    is_open: bool
    awaits: str


@dataclass(frozen=True)
class Seat:
    """An author's place in a thread at this moment."""

    name: str
    role: str
    organisation: str
    side: Side | None  # None: the hub itself
    may_write: bool
    may_mark: bool


@dataclass
class Facts:
    """What the database says, read under the threads' locks."""

    heads: dict[UUID, Head]
    seats: dict[tuple[UUID, UUID], Seat]  # (thread, author)
    known: dict[tuple[UUID, UUID], Message]  # (author, client id)
    written: dict[tuple[UUID, int], Message]  # (thread, seq) that drafts correct


@dataclass(frozen=True)
class Posted:
    """The draft is message `message.seq`. `again`: it already was."""

    message: Message
    again: bool = False


@dataclass(frozen=True)
class Refused:
    """`code` of PROTOCOL section 1; `detail` is for a person."""

    id: UUID
    code: str
    detail: str


Outcome = Posted | Refused


@dataclass
class Plan:
    outcomes: list[Outcome] = field(default_factory=list)
    rows: list[Message] = field(default_factory=list)
    heads: dict[UUID, Head] = field(default_factory=dict)  # only the changed ones


def plan(drafts: Sequence[Draft], facts: Facts, now: datetime) -> Plan:
    """Decides every draft in order; a refused one never harms its neighbours."""
    result = Plan()
    for draft in drafts:
        try:
            outcome = _decide(draft, facts, result, now)
        except _Refusal as refusal:
            outcome = Refused(draft.id, refusal.code, refusal.detail)
        result.outcomes.append(outcome)
    return result


class _Refusal(Exception):
    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail


def _decide(draft: Draft, facts: Facts, result: Plan, now: datetime) -> Outcome:
    head, seat = _admit(draft, facts)
    body, urgent = _clean(draft)
    if known := facts.known.get((draft.author, draft.id)):
        return _answer_again(draft, body, urgent, known)
    head = result.heads.get(draft.thread, head)
    _check(draft, body, head, seat, facts)
    message = _row(draft, body, urgent, head, seat, now)
    facts.known[draft.author, draft.id] = message
    facts.written[draft.thread, message.seq] = message
    awaits = head.awaits
    if seat.side and draft.kind not in ASKS_NOTHING:
        awaits = seat.side.other
    result.heads[draft.thread] = Head(message.seq, message.hash, True, awaits)
    result.rows.append(message)
    return Posted(message)


def _admit(draft: Draft, facts: Facts) -> tuple[Head, Seat]:
    head = facts.heads.get(draft.thread)
    seat = facts.seats.get((draft.thread, draft.author))
    if head is None or seat is None or not (seat.may_write or draft.kind == SYSTEM):
        raise _Refusal("forbidden", _("You may not write in this thread."))
    if draft.for_case_file and not seat.may_mark:
        raise _Refusal(
            "forbidden", _("Your role may not mark a message for the case file.")
        )
    return head, seat


def _clean(draft: Draft) -> tuple[str, str]:
    try:
        urgent = text.normalise(draft.urgent, text.MAX_URGENT)
        return text.normalise(draft.body), " ".join(urgent.split())
    except InvalidText as error:
        raise _Refusal(error.code, error.detail) from None


def _answer_again(draft: Draft, body: str, urgent: str, known: Message) -> Posted:
    same = (
        known.thread_id == draft.thread
        and known.body == body
        and known.needs_ack == draft.needs_ack
        and known.urgent == urgent
        and known.for_case_file == draft.for_case_file
        and known.corrects == draft.corrects
    )
    if not same:
        raise _Refusal(
            "conflict", _("This message was already sent with another content.")
        )
    return Posted(known, again=True)


def _check(draft: Draft, body: str, head: Head, seat: Seat, facts: Facts) -> None:
    if not head.is_open:
        raise _Refusal("closed", _("This thread is closed: it can only be read."))
    if not body:
        raise _Refusal("invalid", _("Write a message before sending."))
    if draft.urgent and not text.is_visible(draft.urgent):
        raise _Refusal("invalid", _("Say in a few words why it is urgent."))
    if draft.corrects is not None:
        original = facts.written.get((draft.thread, draft.corrects))
        if original is None or (original.author_id, original.kind) != (
            draft.author,
            ORDINARY,
        ):
            raise _Refusal(
                "invalid", _("Only one of your own messages can be corrected.")
            )


def _row(
    draft: Draft, body: str, urgent: str, head: Head, seat: Seat, now: datetime
) -> Message:
    message = Message(
        thread_id=draft.thread,
        seq=head.last_seq + 1,
        client_id=draft.id,
        author_id=draft.author,
        author_name=seat.name,
        author_role=seat.role,
        author_organisation=seat.organisation,
        author_side=seat.side or "",
        kind=draft.kind,
        body=body,
        needs_ack=draft.needs_ack,
        urgent=urgent,
        for_case_file=draft.for_case_file,
        corrects=draft.corrects,
        door=draft.door,
        at=now,
    )
    message.hash = message_hash(head.hash, content(message))
    return message
