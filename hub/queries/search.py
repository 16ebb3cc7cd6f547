"""Messages found by their words, in the threads that the person may read.

The threads are read with their rights when the search begins (search_threads): who lost
a seat finds nothing the next moment. Messages without words yet are read one by one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet

from hub.models import Message, MessageWords, SearchProgress
from hub.models.searching import all_of
from hub.models.threads import searched_text
from hub.prepared import Prepared, Row
from hub.queries.history import PAGE
from hub.queries.search_threads import Seat
from hub.questions import Piece, Question, snippet
from hub.stems import stems_of

PER_PAGE = 10
# Messages without words that one search reads: more than a minute of a large court.
READ_BY_HAND = 300
MANY_THREADS = 1000


class Line(NamedTuple):
    """A message as a row shows it: its row in _LINE."""

    pk: int
    thread: UUID
    seq: int
    at: datetime
    author_name: str
    author_organisation: str
    body: str
    urgent: str


@dataclass(frozen=True)
class Found:
    """A message with the words around what was looked for.

    `before`: what the thread's page has to be asked for to show it; 0: nothing.
    """

    message: Line
    reference: str
    pieces: list[Piece]
    before: int


@dataclass(frozen=True)
class Messages:
    """`is_behind`: messages without words exist that were not read, the older ones."""

    page: "Page[int]"
    rows: list[Found]
    is_behind: bool


def messages_found(seats: Sequence[Seat], question: Question, number: int) -> Messages:
    """One page of them, the newest first. At most six queries."""
    threads = [seat.thread for seat in seats]
    new = _new_keys(threads)
    read = _lines(new[:READ_BY_HAND])
    fitting = [line.pk for line in read if _holds(line, question)]
    # A message may have got its words in between.
    keys = dict.fromkeys([*fitting, *_with_words(threads, question)])
    shown = Paginator(list(keys), PER_PAGE).get_page(number)
    lines = _lines(shown.object_list)
    return Messages(
        shown, list(_found(lines, seats, question)), len(new) > READ_BY_HAND
    )


def _holding(threads: list[UUID], words: str) -> QuerySet[MessageWords, Row]:
    found = MessageWords.objects.filter(thread__among=threads, words__hold=words)
    return found.order_by("-at", "-pk").values_list("pk")


_kept = Prepared(_holding, threads=list, words=str)


def _with_words(threads: list[UUID], question: Question) -> list[int]:
    """Kept SQL has one plan, through the person's own messages; for somebody with very
    many PostgreSQL chooses between that and the index of the words."""
    words = all_of(question.stems)
    if len(threads) > MANY_THREADS:
        return [key for [key] in _holding(threads, words)]
    return [key for [key] in _kept.rows(threads=threads, words=words)]


_LINE = (
    "pk", "thread", "seq", "at", "author_name", "author_organisation", "body", "urgent",
)  # fmt: skip
_progress = Prepared(lambda: SearchProgress.objects.values_list("settled"))
_known = MessageWords.objects.filter(message=OuterRef("pk"))
_without_words = Message.objects.filter(~Exists(_known)).order_by("-pk")
_lines_of = Prepared(
    lambda keys: Message.objects.filter(pk__among=keys).values_list(*_LINE), keys=list
)


def _new_keys(threads: list[UUID]) -> list[int]:
    """The newest first; one more than is read tells that there are more."""
    [settled] = next(iter(_progress.rows()), (0,))
    # No kept statements: by the value PostgreSQL knows how few come after it.
    later = _without_words.filter(pk__gt=settled)
    new = list(later.values_list("pk", "thread")[: READ_BY_HAND + 1])
    if len(new) > READ_BY_HAND:  # in the whole country: the worker is far behind
        later = later.filter(thread__among=threads)
        return list(later.values_list("pk", flat=True)[: READ_BY_HAND + 1])
    own = set(threads)
    return [key for key, thread in new if thread in own]


def _holds(line: Line, question: Question) -> bool:
    text = searched_text(line.body, line.urgent, line.author_name)
    return set(question.stems) <= set(stems_of(text))


def _lines(keys: Iterable[int]) -> list[Line]:
    """In the order of the keys."""
    wanted = list(keys)
    if not wanted:
        return []
    by_key = {row[0]: Line(*row) for row in _lines_of.rows(keys=wanted)}
    return [by_key[key] for key in wanted if key in by_key]


def _found(
    lines: Iterable[Line], seats: Sequence[Seat], question: Question
) -> Iterator[Found]:
    threads = {seat.thread: seat for seat in seats}
    for line in lines:
        seat = threads[line.thread]
        pieces = snippet(line.body or line.urgent, question.stems)
        before = before_of(line.seq, seat.last_seq)
        yield Found(line, seat.measure.reference, pieces, before)


def before_of(seq: int, head: int) -> int:
    """How a thread's page is asked for the part that holds a message.

    0: it stands among the last ones, which the page shows anyway. Else it comes in the
    middle of its part, with what was said around it.
    """
    return 0 if head - seq < PAGE else min(seq + PAGE // 2, head + 1)
