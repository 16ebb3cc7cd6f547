"""The rules of posting, pure: drafts and facts in, outcomes and rows out.

No query, no clock, no event: those are in hub.actions.messages. Every rule is here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub import request_ids, text
from hub.chain import content, message_hash
from hub.errors import InvalidText
from hub.files.limits import MAX_FILES_PER_MESSAGE
from hub.heads import Head, next_head
from hub.models import (
    ORDINARY,
    SYSTEM,
    Attachment,
    AttachmentPurpose,
    AttachmentState,
    Message,
    Side,
)


@dataclass(frozen=True)
class Draft:
    """What somebody wants to say. `id` is the client's, `request` of request_ids."""

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
    attachments: tuple[UUID, ...] = ()  # in the order in which they are shown
    request: str = field(default_factory=request_ids.current, compare=False)
    session: str = field(default="", repr=False)  # must be alive, if there is one


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
    files: dict[UUID, Attachment] = field(default_factory=dict)  # that drafts name
    unread_delay: timedelta = timedelta(0)  # how long a message may stay unread
    ended: set[str] = field(default_factory=set)  # sessions


@dataclass(frozen=True)
class Posted:
    """The draft is message `message.seq`. `again`: it already was."""

    message: Message
    again: bool = False


@dataclass(frozen=True)
class Refused:
    """`code` of PROTOCOL section 1; the sentence is for a person.

    A group mixes authors of several languages: each door asks for `detail` in its own.
    """

    id: UUID
    code: str
    sentence: str | Promise

    @property
    def detail(self) -> str:
        return str(self.sentence)


Outcome = Posted | Refused


@dataclass
class Plan:
    outcomes: list[Outcome] = field(default_factory=list)
    rows: list[Message] = field(default_factory=list)
    heads: dict[UUID, Head] = field(default_factory=dict)  # only the changed ones
    claims: list[Attachment] = field(default_factory=list)  # with message, position


def plan(drafts: Sequence[Draft], facts: Facts, now: datetime) -> Plan:
    """Decides every draft in order; a refused one never harms its neighbours."""
    result = Plan()
    for draft in drafts:
        try:
            outcome = _decide(draft, facts, result, now)
        except _Refusal as refusal:
            outcome = Refused(draft.id, refusal.code, refusal.sentence)
        result.outcomes.append(outcome)
    return result


class _Refusal(Exception):
    def __init__(self, code: str, sentence: str | Promise) -> None:
        self.code, self.sentence = code, sentence


def _decide(draft: Draft, facts: Facts, result: Plan, now: datetime) -> Outcome:
    head, seat = _admit(draft, facts)
    body, urgent = _clean(draft)
    if known := facts.known.get((draft.author, draft.id)):
        return _answer_again(draft, body, urgent, known)
    head = result.heads.get(draft.thread, head)
    _check(draft, body, head, seat, facts)
    files = _files(draft, facts, result)
    message = _row(draft, body, urgent, head, seat, now, files)
    facts.known[draft.author, draft.id] = message
    facts.written[draft.thread, message.seq] = message
    result.heads[draft.thread] = next_head(head, message, now, facts.unread_delay)
    result.rows.append(message)
    result.claims += files
    return Posted(message)


def _admit(draft: Draft, facts: Facts) -> tuple[Head, Seat]:
    head = facts.heads.get(draft.thread)
    seat = facts.seats.get((draft.thread, draft.author))
    seat = None if draft.session in facts.ended else seat
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
        raise _Refusal(error.code, error.sentence) from None


def _answer_again(draft: Draft, body: str, urgent: str, known: Message) -> Posted:
    same = (
        known.thread_id == draft.thread
        and known.body == body
        and known.needs_ack == draft.needs_ack
        and known.urgent == urgent
        and known.for_case_file == draft.for_case_file
        and known.corrects == draft.corrects
        and [file.pk for file in known.files] == list(draft.attachments)
    )
    if not same:
        raise _Refusal(
            "conflict", _("This message was already sent with another content.")
        )
    return Posted(known, again=True)


def _check(draft: Draft, body: str, head: Head, seat: Seat, facts: Facts) -> None:
    if not head.is_open:
        raise _Refusal("closed", _("This thread is closed: it can only be read."))
    if not body and not draft.attachments:
        raise _Refusal("invalid", _("Write a message before sending."))
    if draft.urgent and not text.is_visible(draft.urgent):
        raise _Refusal("invalid", _("Say in a few words why it is urgent."))
    if draft.corrects is not None:
        original = facts.written.get((draft.thread, draft.corrects))
        own = (draft.author, ORDINARY)
        if original is None or (original.author_id, original.kind) != own:
            raise _Refusal(
                "invalid", _("Only one of your own messages can be corrected.")
            )


def _files(draft: Draft, facts: Facts, result: Plan) -> list[Attachment]:
    """The draft's files, which nothing else may have claimed. Pending ones may go."""
    if len(draft.attachments) > MAX_FILES_PER_MESSAGE:
        raise _Refusal("invalid", _("A message carries at most 10 files."))
    files = [_own(facts.files.get(file), draft) for file in draft.attachments]
    if len(set(draft.attachments)) < len(files):
        raise _Refusal("invalid", _("The same file is there twice."))
    if any(file.message_id or file in result.claims for file in files):
        raise _Refusal("conflict", _("A file was already sent with another message."))
    return files


def _own(file: Attachment | None, draft: Draft) -> Attachment:
    mine = file and (file.sent_by_id, file.thread_id) == (draft.author, draft.thread)
    if file is None or not mine or file.purpose != AttachmentPurpose.MESSAGE:
        raise _Refusal(
            "attachment_not_ready",
            _("A file is not there any more. Choose it again, then send."),
        )
    if file.state == AttachmentState.REFUSED:
        raise _Refusal(
            "attachment_not_ready",
            _("A file was refused. Take it away from the message, then send."),
        )
    return file


def _row(
    draft: Draft,
    body: str,
    urgent: str,
    head: Head,
    seat: Seat,
    now: datetime,
    files: list[Attachment],
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
    for position, file in enumerate(files):
        file.message, file.position = message, position
    message.files = files
    message.hash = message_hash(head.hash, content(message))
    return message
