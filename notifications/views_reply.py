"""The limited session of a reply link: unread messages of one thread, and an answer.

No file, no other thread, no setting is reached from here (RELIABILITY 6.5).
"""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from hub import permissions
from hub.errors import NotFound
from hub.models import Acknowledgement, Message, Participant
from hub.models.accounts import Side
from hub.models.centres import VisitKind
from hub.models.choices import DesignationState
from hub.posting import Refused
from hub.queries.history import history
from hub.queries.own_centre import described_sites
from hub.views.requests import refusal_status, whole_number
from hub.wire import shown_files
from notifications import link_acts, links
from notifications.link_requests import guarded, session_secret
from notifications.links import LinkGone
from notifications.models import LinkSession
from notifications.models.links import Purpose
from notifications.views_links import code_page, gone, page, sign_in_address

MOST_OWED = 20  # acknowledgements offered at once; the newest


@guarded
def reply(request: HttpRequest) -> HttpResponse:
    """The messages that wait and a form; before that, in a new browser, the code."""
    if request.method == "POST":
        return _attempt(request, lambda secret: _post(request, secret))
    return _attempt(request, lambda secret: _show(request, secret), is_act=False)


@guarded
def read(request: HttpRequest) -> HttpResponse:
    seen = whole_number(request.POST.get("seq"))
    return _act(request, lambda secret: link_acts.read(secret, seen))


@guarded
def acknowledge(request: HttpRequest, seq: int) -> HttpResponse:
    return _act(request, lambda secret: link_acts.acknowledge(secret, seq))


@guarded
def unchanged(request: HttpRequest) -> HttpResponse:
    """A centre's waiting times stay as they are, if the right number was typed."""

    def confirm(secret: str) -> HttpResponse:
        if link_acts.unchanged(secret, request.POST.get("weeks", "")):
            return _to("notifications:reply-done")
        session = links.session_with(secret)
        return _waiting_page(request, session, is_wrong=True)

    return _attempt(request, confirm)


@guarded
def done(request: HttpRequest) -> HttpResponse:
    """It is in the record."""

    def show(secret: str) -> HttpResponse:
        session = _confirmed(secret)
        link = session.link
        number = whole_number(request.GET.get("n"))
        mine = Message.objects.filter(thread=link.thread_id, author=link.user_id)
        context = {
            "message": mine.filter(seq=number).first(),
            "is_waiting": link.purpose == Purpose.WAITING,
            "still_owed": link.purpose == Purpose.REPLY and _owes(_seat(session)),
            "sign_in": sign_in_address(link),
        }
        return page(request, "notifications/done.html", context, link.user)

    return _attempt(request, show, is_act=False)


def _show(request: HttpRequest, secret: str) -> HttpResponse:
    session = links.session_with(secret)
    if session.confirmed_at is None:
        return code_page(request, session)
    if session.link.purpose == Purpose.WAITING:
        return _waiting_page(request, session)
    return _reply_page(request, session, {"id": uuid4()})


def _post(request: HttpRequest, secret: str) -> HttpResponse:
    typed = request.POST.get("id", "")
    client_id = UUID(typed) if _is_id(typed) else uuid4()
    body = request.POST.get("body", "")
    seen = whole_number(request.POST.get("seq"))
    outcome = link_acts.reply(secret, client_id, body, seen)
    if isinstance(outcome, Refused):
        if outcome.code == "forbidden":
            raise LinkGone
        session = links.session_with(secret)
        composer = {"id": client_id, "body": body, "refused": outcome}
        status = refusal_status(outcome.code)
        return _reply_page(request, session, composer, status=status)
    return _to("notifications:reply-done", f"?n={outcome.message.seq}")


def _reply_page(
    request: HttpRequest,
    session: LinkSession,
    composer: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    link = session.link
    seat = _seat(session)
    part = history(seat.thread_id, seat.thread.last_seq, after=seat.read_seq)
    shown = [m for m in part.messages if m.author_id != link.user_id]
    seen = part.messages[-1].seq if part.messages else seat.read_seq
    owed = _to_acknowledge(seat, seen)
    context = {
        "seat": seat,
        "link": link,
        "messages": shown,
        "files": {m.seq: shown_files(m, link.user_id) for m in shown},
        "to_acknowledge": {m.seq for m in owed},
        "earlier": [m for m in owed if m.seq <= seat.read_seq],
        "is_measure_owed": _is_measure_owed(seat),
        "more": part.more,
        "seen": seen,
        "may_write": seat.membership.role in permissions.roles_with("thread.write"),
        "composer": composer,
        "sign_in": sign_in_address(link),
    }
    return page(request, "notifications/reply.html", context, link.user, status=status)


def _waiting_page(
    request: HttpRequest, session: LinkSession, *, is_wrong: bool = False
) -> HttpResponse:
    link = session.link
    assert link.centre
    sites = {site.pk: site for site in described_sites(link.centre)}
    context = {
        "link": link,
        "declared": link_acts.in_order(link.centre),
        "sites": sites,
        "kinds": dict(VisitKind.choices),
        "is_wrong": is_wrong,
        "sign_in": sign_in_address(link),
    }
    status = 400 if is_wrong else 200
    template = "notifications/waiting.html"
    return page(request, template, context, link.user, status=status)


def _to_acknowledge(seat: Participant, seen: int) -> list[Message]:
    """Messages of the other side, up to `seen`, whose receipt nobody on this side
    acknowledged: reading one, or answering, does not do that."""
    if not _may_acknowledge(seat):
        return []
    given = Acknowledgement.objects.filter(thread=seat.thread_id, seq=OuterRef("seq"))
    asked = Message.objects.filter(
        ~Exists(given), thread=seat.thread_id, needs_ack=True, seq__lte=seen
    )
    theirs = asked.exclude(author_side=seat.membership.side)
    return list(theirs.order_by("-seq")[:MOST_OWED])[::-1]


def _is_measure_owed(seat: Participant) -> bool:
    """Whether the centre has not acknowledged the measure itself: an act of the hub."""
    sent = seat.thread.designation
    is_new = sent.is_current and sent.state == DesignationState.TRANSMITTED
    return is_new and seat.membership.side == Side.CENTRE and _may_acknowledge(seat)


def _owes(seat: Participant) -> bool:
    owed = _to_acknowledge(seat, seat.read_seq)
    return bool(owed) or _is_measure_owed(seat)


def _may_acknowledge(seat: Participant) -> bool:
    return seat.membership.role in permissions.roles_with("thread.acknowledge")


def _seat(session: LinkSession) -> Participant:
    link = session.link
    assert link.thread_id
    try:
        return permissions.seat_in_thread(link.user, link.thread_id, "thread.read")
    except NotFound:
        raise LinkGone from None


def _confirmed(secret: str) -> LinkSession:
    session = links.session_with(secret)
    if session.confirmed_at is None:
        raise LinkGone
    return session


def _act(request: HttpRequest, act: Callable[[str], None]) -> HttpResponse:
    def do(secret: str) -> HttpResponse:
        act(secret)
        return _to("notifications:reply")

    return _attempt(request, do)


def _attempt(
    request: HttpRequest, view: Callable[[str], HttpResponse], *, is_act: bool = True
) -> HttpResponse:
    """Does it with the session's secret; a link that opens nothing looks like none."""
    begun = time.monotonic()
    secret = session_secret(request)
    try:
        return view(secret)
    except LinkGone:
        if is_act:
            links.refused(secret=secret)
        return gone(request, begun)


def _to(name: str, query: str = "") -> HttpResponse:
    return HttpResponseRedirect(reverse(name) + query, status=303)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
