"""Reply links: issuing, opening, and whether one still opens anything.

A link is for one person, one thread (or centre) and one purpose. It is no right: every
use asks hub.permissions again. What is done through it: notifications.link_acts; how a
browser is confirmed: notifications.link_codes (RELIABILITY section 6).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from hub.models import User
from notifications import tokens
from notifications.kinds import Kind
from notifications.models import LinkEvent, Notification, ReplyLink
from notifications.models.links import LinkStep, Purpose

VALID_FOR = timedelta(days=7)


def issue(rows: Sequence[Notification]) -> dict[UUID, str]:
    """A new address for each row that a person can answer; the others are left out.

    Only the mail holds the address. A row that is written again gets another one, and
    the first goes on working. Three queries whatever the number.
    """
    wanted = [(row, purpose) for row in rows if (purpose := _purpose(row))]
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


def note(links: Iterable[ReplyLink], step: LinkStep, now: datetime) -> None:
    """One line of the trail for each link. One query."""
    LinkEvent.objects.bulk_create(
        LinkEvent(link=link, step=step, at=now) for link in links
    )


def _purpose(row: Notification) -> Purpose | None:
    if row.user_id and row.thread_id:
        return Purpose.REPLY
    if row.user_id and row.kind == Kind.WAITING_STALE and "centre" in row.facts:
        return Purpose.WAITING
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
