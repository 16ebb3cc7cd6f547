"""The record of a thread, to be read on paper: complete, in order, and checked.

It is sent piece by piece, so that ten thousand messages are never in memory at once.
Reading it marks nothing as seen: who prints has not been shown each message.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hub import permissions
from hub.calendar import zone
from hub.chain import Walk
from hub.errors import NotFound
from hub.models import Participant, User
from hub.queries import record as queries
from hub.queries.threads import people_in
from hub.views.requests import person, whole_number
from hub.wire import shown_files, wire_file

RIGHT = "thread.read"
# Where the messages go. People's text is escaped: none of it holds this.
MARK = "<!--messages-->"


@dataclass(frozen=True)
class Stretch:
    """From which number to which, of all that there were when it was asked for."""

    first: int
    last: int
    head: int

    @property
    def is_whole(self) -> bool:
        return (self.first, self.last) == (1, self.head)


def record(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """`?de=` and `?a=`: the first and the last number of an extract."""
    user = person(request)
    seat = permissions.seat_in_thread(user, thread_id, RIGHT)
    head = seat.thread.last_seq
    first = whole_number(request.GET.get("de")) or 1
    last = min(whole_number(request.GET.get("a")) or head, head)
    stretch = Stretch(first, last, head)
    # One clock for whoever prints it: that of the court.
    where = zone(seat.thread.designation.measure.court.departement_id)
    context = _opening(seat, stretch, where)
    if first > last:
        error = _("There is no such stretch: the last message is no. %(n)s.")
        context["error"] = error % {"n": head}
        return render(request, "threads/record.html", context, status=400)
    page = render_to_string("threads/record.html", context, request)
    asked = Printing(user, seat, stretch, translation.get_language(), where)
    pieces = _pieces(page, asked)
    # Django reads a plain iterator to its end before it sends, under ASGI.
    given = _in_turn(pieces) if isinstance(request, ASGIRequest) else pieces
    response: HttpResponse = StreamingHttpResponse(given)  # type: ignore[assignment]
    return response


def stamp(at: datetime, where: ZoneInfo) -> str:
    """Like "23/11/2026 14:02:31 UTC+1": to the second, with what the clock showed."""
    local = at.astimezone(where)
    offset = local.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    shown = f"{sign}{hours}" + (f":{rest:02}" if rest else "")
    return f"{local:%d/%m/%Y %H:%M:%S} UTC{shown}"


@dataclass(frozen=True)
class Printing:
    """Who reads what, in which words; the same for every piece."""

    user: User
    seat: Participant
    stretch: Stretch
    language: str | None
    zone: ZoneInfo


def _opening(seat: Participant, stretch: Stretch, where: ZoneInfo) -> dict[str, object]:
    """What stands above the messages, as it is now."""
    measure = seat.thread.designation.measure
    return {
        "seat": seat,
        "thread": seat.thread,
        "measure": measure,
        "centre": seat.thread.designation.centre,
        "people": people_in(seat.thread),
        "stretch": stretch,
        "bounds": queries.bounds(seat.thread_id, stretch.first, stretch.last),
        "printed_at": timezone.now(),
        "zone": where,
        "stamp": stamp,
        "mark": MARK,
    }


def _pieces(page: str, asked: Printing) -> Iterator[str]:
    before, _mark, after = page.partition(MARK)
    yield before
    stretch, thread = asked.stretch, asked.seat.thread_id
    known = queries.whole(thread)
    start = stretch.first - 1
    walk = Walk(start, queries.hash_before(thread, stretch.first))
    is_lost = False
    while not is_lost and start < stretch.last:
        entries = queries.entries(known, start + 1, stretch.last)
        is_lost = not entries or not _may_go_on(asked)
        if not is_lost:
            start = entries[-1].message.seq
            walk.follow(entry.message for entry in entries)
            yield _in_words(asked, "threads/record_entries.html", {"entries": entries})
    context = {
        "walk": walk,
        "is_lost": is_lost,
        "is_chained": _ends_as_kept(asked, walk),
    }
    yield _in_words(asked, "threads/record_end.html", context)
    yield after


def _may_go_on(asked: Printing) -> bool:
    """A right may end while a long record is sent."""
    try:
        permissions.head_for(asked.user, asked.seat.thread_id)
    except NotFound:
        return False
    return True


def _ends_as_kept(asked: Printing, walk: Walk) -> bool:
    """Whether the chain is whole and, at its end, the one that the thread keeps."""
    stretch = asked.stretch
    at_the_end = stretch.last == stretch.head
    kept = asked.seat.thread.head if at_the_end else walk.hash
    return walk.broken_at is None and walk.hash == kept


def _in_words(asked: Printing, template: str, more: dict[str, object]) -> str:
    """In the reader's language: the request's own is over while this is sent."""
    context = {
        "asked": asked,
        "stretch": asked.stretch,
        "zone": asked.zone,
        "stamp": stamp,
        "shown_files": lambda message: shown_files(message, asked.user.pk),
        "wire_file": wire_file,
        **more,
    }
    with translation.override(asked.language):
        return render_to_string(template, context)


async def _in_turn(pieces: Iterator[str]) -> AsyncIterator[str]:
    """Each piece is read in the request's own thread, which has its connection."""
    read = sync_to_async(partial(next, pieces, None))
    while (piece := await read()) is not None:
        yield piece
