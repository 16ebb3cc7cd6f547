"""Messages found by their words, in the threads that the person may read.

The condition of hub.permissions stands inside each query: who lost a seat finds nothing
the next moment. Messages that have no words yet are read one by one.
"""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet

from hub import permissions
from hub.models import (
    Message,
    MessageWords,
    Participant,
    SearchProgress,
    User,
)
from hub.queries.history import PAGE
from hub.questions import Piece, Question, snippet
from hub.stems import stems_of

PER_PAGE = 20
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

    page: "Page[Any]"
    rows: list[Found]
    is_behind: bool


def messages_found(user: User, question: Question, number: int) -> Messages:
    """One page of them, the newest first. Five queries, whatever is found."""
    new = _without_words(user)
    fitting: list[Message] = [m for m in new[:READ_BY_HAND] if _holds(m, question)]
    rows: Any = _Rows(fitting, _with_words(user, question))
    shown = Paginator(rows, PER_PAGE).get_page(number)
    messages = _whole(list(shown.object_list))
    return Messages(
        shown,
        [_found(message, question) for message in messages],
        len(new) > READ_BY_HAND,
    )


class _Rows:
    """New messages, then those of the index: one list for the pages."""

    def __init__(
        self, new: list[Message], indexed: QuerySet[MessageWords, int]
    ) -> None:
        self._new, self._indexed = [m.pk for m in new], indexed
        self._total = len(new) + indexed.count()

    def __len__(self) -> int:
        return self._total

    def __getitem__(self, part: slice) -> list[int]:
        start, stop = part.start or 0, part.stop
        first = self._new[start:stop]
        begin, end = max(0, start - len(self._new)), max(0, stop - len(self._new))
        return [*first, *self._indexed[begin:end]]


def _threads_of(user: User) -> QuerySet[Participant, Any]:
    seats = Participant.objects.filter(permissions.seats_with("thread.read"), user=user)
    return seats.values("thread")


def _with_words(user: User, question: Question) -> QuerySet[MessageWords, int]:
    rows = MessageWords.objects.filter(
        thread__in=_threads_of(user), words__hold=question.stems
    )
    return rows.order_by("-at", "-pk").values_list("pk", flat=True)


def _without_words(user: User) -> list[Message]:
    """The newest first; one more than is read tells that there are more."""
    # By its value: the database then knows how few come after it.
    settled = SearchProgress.objects.values_list("settled", flat=True).first() or 0
    known = MessageWords.objects.filter(message=OuterRef("pk"))
    new = Message.objects.filter(
        ~Exists(known), pk__gt=settled, thread__in=_threads_of(user)
    )
    return list(new.order_by("-pk")[: READ_BY_HAND + 1])


def _holds(message: Message, question: Question) -> bool:
    return set(question.stems) <= set(stems_of(message.searched_text))


def _whole(keys: list[int]) -> list[Message]:
    """With what a row shows of their threads, in the order of the keys."""
    found = Message.objects.filter(pk__in=keys).select_related(
        "thread__designation__measure__court", "thread__designation__centre"
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
