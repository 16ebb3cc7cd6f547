"""Reply links: issuing, opening, and whether one still opens anything.

A link is for one person, one thread (or centre) and one purpose. It is no right: every
use asks hub.permissions again. What is done through it: notifications.link_acts; how a
browser is confirmed: notifications.link_codes; how links end: notifications.link_ends
(RELIABILITY section 6).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from hub import permissions
from hub.errors import Forbidden, NotFound
from hub.models import Centre, User
from hub.models.threads import ThreadState
from notifications import tokens
from notifications.kinds import Kind
from notifications.models import (
    KnownBrowser,
    LinkEvent,
    LinkSession,
    Notification,
    ReplyLink,
)
from notifications.models.links import LinkStep, Purpose

VALID_FOR = timedelta(days=7)
SESSION_LASTS = timedelta(minutes=60)
# Machines open and press again and again. More than these say nothing new, and a link
# must not be a way to fill the database.
MOST_EVENTS = 200  # of one step of one link
MOST_UNCONFIRMED = 20  # sessions of one link; the oldest goes first


class LinkGone(Exception):
    """Unknown, expired, revoked, or without the right by now: never say which."""


def issue(rows: Sequence[Notification]) -> dict[UUID, str]:
    """A new address for each row that a person can answer; the others are left out.

    Only the mail holds the address. A row that is written again gets another one, and
    the first goes on working. Four queries whatever the number.
    """
    centres = _centres(rows)
    wanted = [(row, purpose) for row in rows if (purpose := _purpose(row, centres))]
    people = User.objects.in_bulk({row.user_id for row, _ in wanted if row.user_id})
    made: dict[UUID, str] = {}
    links = []
    now = timezone.now()
    for row, purpose in wanted:
        user = people.get(row.user_id) if row.user_id else None
        if user is None:
            continue
        token = tokens.new_token()
        made[row.pk] = settings.BASE_URL + reverse("notifications:link", args=[token])
        links.append(_link(row, purpose, user, token, now))
    ReplyLink.objects.bulk_create(links)
    note(links, LinkStep.ISSUED, now)
    return made


def find(token: str) -> ReplyLink:
    """The link behind an address, while it opens something. Changes nothing.

    Raises LinkGone, and for what was altered without a query.
    """
    if not tokens.is_well_formed(token):
        raise LinkGone
    rows = ReplyLink.objects.select_related("user", "thread", "centre")
    link = rows.filter(token_digest=tokens.digest(token)).first()
    if link is None:
        raise LinkGone
    check(link, timezone.now())
    return link


def check(link: ReplyLink, now: datetime) -> None:
    """Whether it opens anything to its person at this moment. Raises LinkGone."""
    user, thread = link.user, link.thread
    if link.revoked_at or link.expires_at <= now:
        raise LinkGone
    if not user.is_active or user.email != link.email:
        raise LinkGone
    try:
        if thread and thread.state == ThreadState.OPEN:
            permissions.seat_in_thread(user, thread.pk, "thread.read")
        elif link.centre:
            right = "centre.declare_waiting"
            permissions.place_over(user, right, organisation=link.centre.code)
        else:
            raise LinkGone
    except (NotFound, Forbidden):
        raise LinkGone from None


def opened(link: ReplyLink) -> None:
    """Something fetched the page, a machine or a person: nobody knows."""
    now = timezone.now()
    with transaction.atomic():
        unopened = ReplyLink.objects.filter(pk=link.pk, first_opened_at=None)
        unopened.update(first_opened_at=now)
        note_some(link, LinkStep.OPENED, now)


def exchange(token: str, browsers: Sequence[str]) -> tuple[str, LinkSession]:
    """The button was pressed: a session for this browser, and the secret of its cookie.

    `browsers`: what the browser's own cookie holds. Unless one of them has proved this
    person's mailbox, the session shows nothing until a code confirms it. Raises
    LinkGone.
    """
    link = find(token)
    now = timezone.now()
    secret = tokens.new_secret()
    with transaction.atomic():
        browser = _known_browser(link, browsers, now)
        session = LinkSession.objects.create(
            digest=tokens.digest(secret),
            link=link,
            browser=browser,
            confirmed_at=now if browser else None,
            created_at=now,
            expires_at=now + SESSION_LASTS,
        )
        _forget_oldest(link)
        note_some(link, LinkStep.EXCHANGED, now)
        if browser:
            note_some(link, LinkStep.CONFIRMED, now)
    return secret, session


def session_with(secret: str, *, locked: bool = False) -> LinkSession:
    """The session of a cookie, while it and its link open something.

    `locked`: holds both rows until the end of the caller's transaction. Raises
    LinkGone.
    """
    now = timezone.now()
    rows = LinkSession.objects.select_related("link__user", "link__thread")
    rows = rows.select_related("link__centre")
    if locked:
        rows = rows.select_for_update(of=("self", "link"))
    session = rows.filter(
        digest=tokens.digest(secret), ended_at=None, expires_at__gt=now
    ).first()
    if session is None:
        raise LinkGone
    check(session.link, now)
    return session


def refused(*, token: str = "", secret: str = "") -> None:
    """Keeps that a link was used in vain, if it is, or was, one of ours."""
    if token and not tokens.is_well_formed(token):
        return
    rows = ReplyLink.objects.filter(token_digest=tokens.digest(token))
    if secret:
        rows = ReplyLink.objects.filter(linksession__digest=tokens.digest(secret))
    if link := rows.first():
        note_some(link, LinkStep.REFUSED, timezone.now())


def note_some(link: ReplyLink, step: LinkStep, now: datetime) -> None:
    """The same for one link, up to MOST_EVENTS of one step."""
    if LinkEvent.objects.filter(link=link, step=step).count() < MOST_EVENTS:
        note([link], step, now)


def note(links: Iterable[ReplyLink], step: LinkStep, now: datetime) -> None:
    """One line of the trail for each link. One query."""
    LinkEvent.objects.bulk_create(
        LinkEvent(link=link, step=step, at=now) for link in links
    )


def _centres(rows: Sequence[Notification]) -> set[int]:
    """Of those that rows name, the ones that are there: one bad row ends no batch."""
    named = [row.facts.get("centre") for row in rows if row.kind == Kind.WAITING_STALE]
    numbers = [pk for pk in named if isinstance(pk, int)]
    return set(Centre.objects.filter(pk__in=numbers).values_list("pk", flat=True))


def _purpose(row: Notification, centres: set[int]) -> Purpose | None:
    if row.user_id and row.thread_id:
        return Purpose.REPLY
    if row.user_id and row.kind == Kind.WAITING_STALE:
        return Purpose.WAITING if row.facts.get("centre") in centres else None
    return None


def _link(
    row: Notification, purpose: Purpose, user: User, token: str, now: datetime
) -> ReplyLink:
    is_reply = purpose == Purpose.REPLY
    return ReplyLink(
        token_digest=tokens.digest(token),
        purpose=purpose,
        user=user,
        thread_id=row.thread_id if is_reply else None,
        centre_id=None if is_reply else row.facts["centre"],
        email=user.email,
        notification=row,
        seq=row.first_seq,
        created_at=now,
        expires_at=now + VALID_FOR,
    )


def _known_browser(
    link: ReplyLink, browsers: Sequence[str], now: datetime
) -> KnownBrowser | None:
    """One of these that proved the mailbox of the link's person, and still counts."""
    digests = [tokens.digest(secret) for secret in browsers]
    return KnownBrowser.objects.filter(
        digest__in=digests,
        user=link.user_id,
        email=link.email,
        revoked_at=None,
        expires_at__gt=now,
    ).first()


def _forget_oldest(link: ReplyLink) -> None:
    unconfirmed = LinkSession.objects.filter(link=link, confirmed_at=None)
    kept = unconfirmed.order_by("-created_at", "-pk")[:MOST_UNCONFIRMED]
    # Not the one that holds the code which may be on its way.
    old = unconfirmed.filter(code_digest="").exclude(pk__in=[one.pk for one in kept])
    old.delete()
