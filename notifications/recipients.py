"""Who is owed word of which messages, and when: the rules, pure.

No query, no clock. Facts are read by notifications.look (when a thread is due) and by
notifications.again (just before sending), so that both judge alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import pairwise
from uuid import UUID

from hub.heads import PRESSES
from hub.models import SYSTEM, Message, MessageKind
from hub.models.accounts import HUB_USER_ID
from notifications.kinds import Subject
from notifications.models import Reason

SEEN_WITHIN = timedelta(seconds=90)  # since the last sign of a page: somebody is there
AT_ONCE = timedelta(seconds=2)  # an act posts its message and its line within
# Notices for which somebody's answer is no answer.
FACTS = (SYSTEM, MessageKind.ATTENDANCE, MessageKind.CLOSURE_NOTICE)
# A colleague is told instead, for as long as they are there (notifications.reopened).
FOR_NOW = (Reason.TAKEN_CHARGE, Reason.ABSENT)


class Rank(IntEnum):
    """How much a message presses; the strongest decides how its mail travels."""

    NEWS, MESSAGE, RECEIPT, URGENT = range(4)

    @property
    def subject(self) -> Subject:
        return Subject[self.name]

    @property
    def presses(self) -> bool:
        return self >= Rank.RECEIPT


@dataclass(frozen=True)
class Delays:
    """Of settings: how long unread, how much longer when present, until a second."""

    unread: timedelta
    presence: timedelta
    again: timedelta


@dataclass(frozen=True)
class Place:
    """One person's seat in one thread, and what bears on it at this moment.

    `told_at`: when they were last mailed about this thread without coming back since.
    `charge`: the colleague who answers for their side. `replaced_by`: their substitute,
    who sits in the thread.
    """

    user: UUID
    side: str
    read_seq: int
    notified_seq: int = 0
    seen_at: datetime | None = None
    told_at: datetime | None = None
    charge: str = ""
    replaced_by: str = ""


@dataclass
class Talk:
    """What was said in a thread from some message on, ascending, without its words.

    `acknowledged`: (side, seq) -> the name of who did.
    """

    messages: Sequence[Message]
    acknowledged: dict[tuple[str, int], str] = field(default_factory=dict)
    companions: set[int] = field(init=False)  # lines that repeat the message before
    acts: dict[str, Message] = field(init=False)  # side -> the last it said or did
    corrected: set[int | None] = field(init=False)
    answers: dict[str, Message] = field(init=False)  # side -> its last answer

    def __post_init__(self) -> None:
        self.companions = {b.seq for a, b in pairwise(self.messages) if _repeats(a, b)}
        self.acts = {m.author_side: m for m in self.messages}
        self.corrected = {m.corrects for m in self.messages}
        self.answers = {m.author_side: m for m in self.messages if m.kind not in FACTS}


@dataclass(frozen=True)
class Void:
    """Why a message is not owed, and the colleague's name if one is the reason."""

    reason: Reason
    by: str = ""


@dataclass(frozen=True)
class Stretch:
    """Messages to tell one person of now, or (with `void`) to leave untold.

    It goes on to the end of what was judged: a line that came with the last message
    would else stand alone at the next look, and be told as news of its own.
    """

    first_seq: int
    last_seq: int
    rank: Rank
    void: Void | None = None


@dataclass(frozen=True)
class Judgement:
    """`look_at`: when something of this person's is due that is not yet."""

    tell: Stretch | None = None
    leave: Stretch | None = None
    look_at: datetime | None = None


def judge(place: Place, talk: Talk, delays: Delays, now: datetime) -> Judgement:
    """What to do for one person about one thread at this moment.

    Once something is due, everything unread travels along: one mail per window.
    """
    above = max(place.read_seq, place.notified_seq)
    theirs = [m for m in talk.messages if m.seq > above and concerns(place, m, talk)]
    voided = {m.seq: void for m in theirs if (void := void_of(place, m, talk))}
    owed = [m for m in theirs if m.seq not in voided]
    dues = {m.seq: due_at(place, m, delays, now) for m in owed}
    leave = _left(theirs, voided, dues, talk)
    if not any(due <= now for due in dues.values()):
        return Judgement(leave=leave, look_at=min(dues.values(), default=None))
    rank = max(rank_of(m) for m in owed)
    return Judgement(Stretch(owed[0].seq, talk.messages[-1].seq, rank), leave)


def concerns(place: Place, message: Message, talk: Talk) -> bool:
    """The other side's words and acts, each once.

    Lines of the hub itself and closures are told otherwise, once for all threads.
    """
    if message.author_id in (place.user, HUB_USER_ID):
        return False
    if message.kind == MessageKind.CLOSURE_NOTICE or message.seq in talk.companions:
        return False
    return message.author_side not in ("", place.side)


def rank_of(message: Message) -> Rank:
    if message.urgent:
        return Rank.URGENT
    if message.needs_ack or message.kind in PRESSES:
        return Rank.RECEIPT
    return Rank.NEWS if message.kind == SYSTEM else Rank.MESSAGE


def void_of(place: Place, message: Message, talk: Talk) -> Void | None:
    """Why this person need not be told of this message any more, if so."""
    if place.replaced_by:
        return Void(Reason.ABSENT, place.replaced_by)
    if message.seq in talk.corrected:
        return Void(Reason.CORRECTED)
    if message.needs_ack:
        name = talk.acknowledged.get((place.side, message.seq))
        return Void(Reason.ANSWERED, name) if name is not None else None
    said = talk.acts if message.kind in PRESSES else talk.answers
    answer = said.get(place.side)
    if answer and answer.seq > message.seq:
        by = "" if answer.author_id == place.user else answer.author_name
        return Void(Reason.ANSWERED if by else Reason.READ, by)
    if place.charge and not rank_of(message).presses:
        return Void(Reason.TAKEN_CHARGE, place.charge)
    return None


def foremost(voids: Iterable[Void]) -> Void:
    """Which reason is kept of several: the one that may fall away again."""
    known = list(voids)
    return next((v for v in known if v.reason in FOR_NOW), known[-1])


def due_at(place: Place, message: Message, delays: Delays, now: datetime) -> datetime:
    """When this person is to be told of it, if they have not read it by then.

    Presence puts it off, a minute at a time and not for ever. Urgent never waits.
    """
    if rank_of(message).presses:
        return message.at
    due = message.at + delays.unread
    if place.told_at:
        due = max(due, place.told_at + delays.again)
    if place.seen_at and now - place.seen_at < SEEN_WITHIN and due <= now:
        return min(place.seen_at + SEEN_WITHIN, due + delays.presence)
    return due


def _repeats(typed: Message, line: Message) -> bool:
    """Whether the line of the life-cycle came with the typed message before it."""
    together = line.at - typed.at < AT_ONCE and line.author_id == typed.author_id
    return line.kind == SYSTEM and typed.kind != SYSTEM and together


def _left(
    theirs: Sequence[Message],
    voided: dict[int, Void],
    dues: dict[int, datetime],
    talk: Talk,
) -> Stretch | None:
    """What needs no telling and stands before everything that still may."""
    first_owed = min(dues, default=None)
    before = [m for m in theirs if first_owed is None or m.seq < first_owed]
    if not before:
        return None
    void = foremost(voided[m.seq] for m in before)
    rank = max(rank_of(m) for m in before)
    last = talk.messages[-1].seq if first_owed is None else first_owed - 1
    return Stretch(before[0].seq, last, rank, void)
