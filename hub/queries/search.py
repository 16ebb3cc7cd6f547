"""Messages found by their words, in the threads that the person may read.

The threads are read with their rights when the search begins (search_threads): who lost
a seat finds nothing the next moment. Messages without words yet are read one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet

from hub.models import Message, MessageWords, SearchProgress
from hub.queries.history import PAGE
from hub.queries.search_threads import Seat
from hub.questions import Piece, Question, snippet
from hub.stems import stems_of

PER_PAGE = 10
# Messages without words that one search reads: more than a minute of a large court.
READ_BY_HAND = 300


@dataclass(frozen=True)
class Found:
    """A message with the words around what was looked for.

    `before`: what the thread's page has to be asked for to show it; 0: nothing.
    """

    message: Message
    pieces: list[Piece]
    before: int


@dataclass(frozen=True)
class Messages:
    """`is_behind`: messages without words exist that were not read, the older ones."""

    page: "Page[int]"
    rows: list[Found]
    is_behind: bool


def messages_found(seats: Sequence[Seat], question: Question, number: int) -> Messages:
    """One page of them, the newest first. At most four queries."""
    threads = [seat.thread for seat in seats]
    new = _without_words(threads)
    fitting = [m.pk for m in new[:READ_BY_HAND] if _holds(m, question)]
    keys = [*fitting, *_with_words(threads, question)]
    shown = Paginator(keys, PER_PAGE).get_page(number)
    messages = _whole(list(shown.object_list))
    return Messages(
        shown,
        [_found(message, question) for message in messages],
        len(new) > READ_BY_HAND,
    )


def _with_words(threads: list[UUID], question: Question) -> QuerySet[MessageWords, int]:
    rows = MessageWords.objects.filter(
        thread__among=threads, words__hold=question.stems
    )
    return rows.order_by("-at", "-pk").values_list("pk", flat=True)


def _without_words(threads: list[UUID]) -> list[Message]:
    """The newest first; one more than is read tells that there are more."""
    # By its value: the database then knows how few come after it.
    settled = SearchProgress.objects.values_list("settled", flat=True).first() or 0
    known = MessageWords.objects.filter(message=OuterRef("pk"))
    new = Message.objects.filter(~Exists(known), pk__gt=settled, thread__among=threads)
    return list(new.order_by("-pk")[: READ_BY_HAND + 1])


def _holds(message: Message, question: Question) -> bool:
    return set(question.stems) <= set(stems_of(message.searched_text))


def _whole(keys: list[int]) -> list[Message]:
    """With what a row shows of their threads, in the order of the keys."""
    found = Message.objects.filter(pk__in=keys).select_related(
        "thread__designation__measure"
    )
    by_key = {message.pk: message for message in found}
    return [by_key[key] for key in keys if key in by_key]


def _found(message: Message, question: Question) -> Found:
    return Found(
        message,
        snippet(message.body or message.urgent, question.stems),
        before_of(message.seq, message.thread.last_seq),
    )


def before_of(seq: int, head: int) -> int:
    """How a thread's page is asked for the part that holds a message.

    0: it stands among the last ones, which the page shows anyway. Else it comes in the
    middle of its part, with what was said around it.
    """
    return 0 if head - seq < PAGE else min(seq + PAGE // 2, head + 1)
