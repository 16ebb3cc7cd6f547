"""How a stretch of a thread is laid out: day lines, unread line, groups, receipts.

Pure: no query. What scripts add to a page follows the same rules (layout.js and
receipts.js of realtime).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from django.utils.translation import gettext as _

from hub import permissions
from hub.jinja import clock, day_key, local_date
from hub.jinja import day as day_in_words
from hub.models import SYSTEM, Message, MessageKind, Participant
from hub.queries.history import History, Receipt


@dataclass(frozen=True)
class Note:
    """The strongest fact about one reader of a message, in words.

    `again`: the next message of the group says the same, so it need not be seen twice.
    """

    user: UUID
    words: str
    strength: str  # "acknowledged", "seen" or "alerted"
    again: bool = False


# What a script fills.
BLANK_NOTE = Note(UUID(int=0), "", "acknowledged")


@dataclass(frozen=True)
class Line:
    """A message and what stands around it. `follows`: it needs no header of its own."""

    message: Message
    day: str  # in words, before the first message of a day
    unread: bool  # the line "new since your last visit" stands before it
    follows: bool
    notes: list[Note]
    acknowledged: bool  # by whose receipt is the one that counts
    corrected_by: list[int]


def lines(part: History, seat: Participant) -> list[Line]:
    """The stretch as this reader sees it, in order."""
    laid: list[Line] = []
    before: Message | None = None
    unread = False
    for message in part.messages:
        new_day = before is None or day_key(before.at) != day_key(message.at)
        first_unread = not unread and _is_news(message, seat)
        unread = unread or first_unread
        receipts = part.receipts.get(message.seq, [])
        line = Line(
            message,
            day_in_words(message.at) if new_day else "",
            first_unread,
            not first_unread and _follows(message, before),
            notes(message, receipts, seat.user_id),
            _is_settled(message, receipts, seat),
            part.corrections.get(message.seq, []),
        )
        laid.append(line)
        before = message
    return _said_once(laid)


def blank_line(message: Message) -> Line:
    """What a script fills: the same partial, with nothing around it."""
    return Line(message, "", False, False, [], False, [])


def notes(message: Message, receipts: Iterable[Receipt], reader: UUID) -> list[Note]:
    """One's own acknowledgement first; that one has seen a message needs no words."""
    shown = [r for r in receipts if r.acknowledged or r.user_id != reader]
    shown.sort(key=lambda r: (r.user_id != reader, not r.acknowledged, r.alerted))
    return [
        Note(r.user_id, _in_words(r, message.at, reader), _strength(r)) for r in shown
    ]


def receipt_words() -> str:
    """The same sentences for scripts, with {name}, {day} and {time}, as JSON."""
    blank = {name: f"{{{name}}}" for name in ("name", "day", "time")}
    return json.dumps({name: words % blank for name, words in _sentences().items()})


def _sentences() -> dict[str, str]:
    return {
        "seen": _("Seen by %(name)s at %(time)s"),
        "seen_later": _("Seen by %(name)s on %(day)s at %(time)s"),
        "alerted": _("Alerted by e-mail at %(time)s: %(name)s"),
        "alerted_later": _("Alerted by e-mail on %(day)s at %(time)s: %(name)s"),
        "acknowledged": _("Receipt acknowledged by %(name)s on %(day)s at %(time)s"),
        "acknowledged_mine": _("You acknowledged receipt on %(day)s at %(time)s"),
    }


def _strength(receipt: Receipt) -> str:
    if receipt.acknowledged:
        return "acknowledged"
    return "alerted" if receipt.alerted else "seen"


def _in_words(receipt: Receipt, written: datetime, reader: UUID) -> str:
    """Never "today": a page stays open over midnight, and a receipt is dated for good.

    The day is named where it is not the message's own, and for every acknowledgement.
    """
    name = _strength(receipt)
    if receipt.acknowledged:
        name += "_mine" if receipt.user_id == reader else ""
    elif day_key(receipt.at) != day_key(written):
        name += "_later"
    parts = {"day": local_date(receipt.at), "time": clock(receipt.at)}
    return _sentences()[name] % {"name": receipt.name, **parts}


def _is_settled(
    message: Message, receipts: Iterable[Receipt], seat: Participant
) -> bool:
    """A judge gives her own receipt of a difficulty, whoever else has given one."""
    own = message.kind == MessageKind.DIFFICULTY_REPORT
    if own:
        judges = permissions.roles_with("difficulty.answer")
        own = seat.membership.role in judges
    return any(r.acknowledged for r in receipts if not own or r.user_id == seat.user_id)


def _is_news(message: Message, seat: Participant) -> bool:
    return message.seq > seat.read_seq and message.author_id != seat.user_id


def _follows(message: Message, before: Message | None) -> bool:
    """Same author, same minute, same way in: the header above stands for both."""
    return (
        before is not None
        and SYSTEM not in (message.kind, before.kind)
        and before.author_id == message.author_id
        and before.door == message.door
        and _minute(before.at) == _minute(message.at)
    )


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _said_once(laid: list[Line]) -> list[Line]:
    """Marks what the next message of a group says in the same words."""
    for line, after in pairwise(laid):
        if after.follows:
            said = {(note.user, note.words) for note in after.notes}
            line.notes[:] = [
                Note(n.user, n.words, n.strength, (n.user, n.words) in said)
                for n in line.notes
            ]
    return laid
