"""The messages of one thread, in order, and who has read them.

Which threads a person has is in threads.py. A thread has no holes (promise P3), so a
stretch is asked for by its first and last number: what is not there was not written.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, Max, OuterRef

from hub.chain import with_files
from hub.models import (
    ORDINARY,
    Acknowledgement,
    AlertMark,
    Attachment,
    Message,
    Participant,
    ReadMark,
)
from hub.prepared import Prepared, Whole

PAGE = 50  # messages on a thread's page; older ones are asked for
MOST = 200  # messages in one answer of history; PROTOCOL section 1


@dataclass(frozen=True)
class Receipt:
    """The strongest fact about one reader of one message: acknowledged, else seen,
    else `alerted` (an e-mail told them that it waits)."""

    user_id: UUID
    name: str
    at: datetime
    acknowledged: bool
    alerted: bool = False


@dataclass
class History:
    """A stretch of a thread in order. `more`: the asked direction goes on."""

    messages: list[Message]
    more: bool
    head: int
    receipts: dict[int, list[Receipt]] = field(default_factory=dict)
    corrections: dict[int, list[int]] = field(default_factory=dict)  # seq -> by which


def history(
    thread: UUID,
    head: int,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> History:
    """Up to `limit` messages just before, or just after, a seq; by default the last.

    `head` is the last seq as it was when the caller checked the right. Always in
    ascending order.
    """
    limit = max(1, min(limit, MOST))
    if after is not None:
        messages = _stretch(thread, after + 1, after + limit)
        head = max(head, _last_seq(messages))
        return History(messages, _last_seq(messages) < head and bool(messages), head)
    end = head if before is None else min(head, before - 1)
    messages = _stretch(thread, end - limit + 1, end)
    return History(messages, bool(messages) and messages[0].seq > 1, head)


def opening(thread: UUID, head: int, read: int) -> History:
    """What a thread's page begins with: the last PAGE, or all that is unread.

    With more than MOST unread it is the last PAGE again; the rest stays unread until it
    is asked for.
    """
    unread = head - read
    return history(thread, head, limit=unread if PAGE < unread <= MOST else PAGE)


def messages_after(thread: UUID, seq: int) -> list[Message]:
    """Up to MOST messages above a seq, for whoever was already allowed to read."""
    return _stretch(thread, seq + 1, seq + MOST)


def around(thread: UUID, head: int, seq: int) -> History:
    """PAGE messages with this one in the middle; what is not there is the last PAGE."""
    end = min(head, max(seq, 1) + PAGE // 2)
    return history(thread, head, before=end + 1)


def own_message(seat: Participant, seq: int) -> Message | None:
    """What this person wrote there, if they did and it can be corrected."""
    return Message.objects.filter(
        thread=seat.thread_id, seq=seq, author=seat.user_id, kind=ORDINARY
    ).first()


def with_receipts(part: History, people: list[Participant]) -> History:
    """Adds who was told of, has read, has acknowledged what, and what was corrected.

    Four queries, however many messages there are.
    """
    if part.messages:
        names = {p.pk: (p.user_id, p.user.name) for p in people}
        part.receipts = _receipts(part.messages, names)
        part.corrections = _corrections(part.messages)
    return part


def newest_receipts(thread: UUID) -> list[tuple[int, Receipt]]:
    """(seq, receipt): how far each reader came, then up to MOST acknowledgements.

    Two queries. Names are left out: who asks has them.
    """
    steps = ReadMark.objects.filter(participant__thread=thread)
    readers = steps.values_list("participant__user").annotate(Max("seq"), Max("at"))
    newest = Acknowledgement.objects.filter(thread=thread).order_by("-seq")[:MOST]
    return [
        *((seq, Receipt(user, "", at, False)) for user, seq, at in readers),
        *((done.seq, Receipt(done.user_id, "", done.at, True)) for done in newest),
    ]


_message = Whole(Message)
_messages = Prepared(
    lambda thread, first, last: (
        Message.objects.filter(thread=thread, seq__gte=first, seq__lte=last)
        .order_by("seq")
        .values_list(
            *_message.columns, Exists(Attachment.objects.filter(message=OuterRef("pk")))
        )
    ),
    thread=UUID,
    first=int,
    last=int,
)


def _stretch(thread: UUID, first: int, last: int) -> list[Message]:
    """Those that there are, with their files: one query, or two if any has files."""
    messages, found = [], _messages.rows(thread=thread, first=first, last=last)
    for row in found:
        message = _message.made(row)
        if not row[-1]:  # no files
            message.files = []
        messages.append(message)
    return with_files(messages)


def _last_seq(messages: list[Message]) -> int:
    return messages[-1].seq if messages else 0


def _corrections(messages: list[Message]) -> dict[int, list[int]]:
    """Which later message corrects which of these. A correction is always later."""
    first, last, thread = messages[0].seq, messages[-1].seq, messages[0].thread_id
    later = Message.objects.filter(
        thread=thread, seq__gt=first, corrects__range=(first, last)
    )
    corrections: dict[int, list[int]] = defaultdict(list)
    for original, seq in later.order_by("seq").values_list("corrects", "seq"):
        corrections[original or 0].append(seq)
    return corrections


def _receipts(
    messages: list[Message], names: dict[int, tuple[UUID, str]]
) -> dict[int, list[Receipt]]:
    first, last, thread = messages[0].seq, messages[-1].seq, messages[0].thread_id
    receipts: dict[int, list[Receipt]] = defaultdict(list)
    known = set()
    for done in Acknowledgement.objects.filter(
        thread=thread, seq__range=(first, last)
    ).order_by("at"):
        receipts[done.seq].append(
            Receipt(done.user_id, done.user_name, done.at, acknowledged=True)
        )
        known.add((done.seq, done.user_id))
    for marks, alerted in ((ReadMark.objects, False), (AlertMark.objects, True)):
        covering = marks.filter(participant__in=names, seq__gte=first).order_by("seq")
        for seq, mark in _first_covering(messages, names, covering):
            user_id, name = names[mark.participant_id]
            if (seq, user_id) not in known:
                receipts[seq].append(Receipt(user_id, name, mark.at, False, alerted))
                known.add((seq, user_id))
    return receipts


def _first_covering(
    messages: list[Message],
    names: dict[int, tuple[UUID, str]],
    covering: Iterable[ReadMark | AlertMark],
) -> Iterable[tuple[int, ReadMark | AlertMark]]:
    """For each message and reader the first mark that covers it, not the author's."""
    marks: dict[int, list[ReadMark | AlertMark]] = defaultdict(list)
    for mark in covering:
        marks[mark.participant_id].append(mark)
    for message in messages:
        for participant, steps in marks.items():
            first = next((m for m in steps if m.seq >= message.seq), None)
            if first and names[participant][0] != message.author_id:
                yield message.seq, first
