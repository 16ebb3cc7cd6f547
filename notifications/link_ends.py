"""How links end: revoked by their person, or because all their sessions were ended;
and how what is left of them is removed.

Losing a role, a changed address, a closed account and a closed thread need no write:
notifications.links asks for them at every use.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from hub import events
from hub.actions.journal import record
from hub.models import User
from notifications.models import KnownBrowser, LinkSession, ReplyLink

KEPT_FOR = timedelta(days=30)  # after their end, for whoever asks what happened


def connect() -> None:
    events.all_sessions_ended.connect(on_all_sessions_ended)


def on_all_sessions_ended(user_id: UUID, **_: Any) -> None:
    _revoke(
        ReplyLink.objects.filter(user=user_id),
        KnownBrowser.objects.filter(user=user_id),
    )


def revoke_all(user: User) -> None:
    """Every link and known browser of the person opens nothing from now on."""
    with transaction.atomic():
        on_all_sessions_ended(user.pk)
        record(user, "links_revoked", "user", user.pk)


def revoke_link(user: User, link: int) -> None:
    with transaction.atomic():
        mine = ReplyLink.objects.filter(user=user, pk=link)
        if _revoke(mine, KnownBrowser.objects.none()):
            record(user, "link_revoked", "link", link)


def forget_browser(user: User, browser: int) -> None:
    """The browser has to give a code again; what is open in it ends."""
    with transaction.atomic():
        mine = KnownBrowser.objects.filter(user=user, pk=browser)
        if _revoke(ReplyLink.objects.none(), mine):
            record(user, "browser_forgotten", "browser", browser)


def open_links(user: User) -> "QuerySet[ReplyLink]":
    """Newest first, for the person's own page."""
    mine = ReplyLink.objects.filter(user=user, revoked_at=None, email=user.email)
    mine = mine.filter(expires_at__gt=timezone.now())
    return mine.select_related("thread__designation__measure", "centre").order_by(
        "-created_at"
    )


def known_browsers(user: User) -> "QuerySet[KnownBrowser]":
    mine = KnownBrowser.objects.filter(user=user, revoked_at=None, email=user.email)
    return mine.filter(expires_at__gt=timezone.now()).order_by("-created_at")


def tidy_links(now: datetime) -> None:
    """Removes what ended 30 days ago; the trail of a link goes with it."""
    before = now - KEPT_FOR
    ReplyLink.objects.filter(expires_at__lt=before).delete()
    LinkSession.objects.filter(expires_at__lt=before).delete()
    over = Q(expires_at__lt=before) | Q(revoked_at__lt=before)
    KnownBrowser.objects.filter(over).delete()


def _revoke(links: "QuerySet[ReplyLink]", browsers: "QuerySet[KnownBrowser]") -> int:
    """Returns how many links and browsers ended."""
    now = timezone.now()
    sessions = LinkSession.objects.filter(ended_at=None)
    sessions.filter(Q(link__in=links) | Q(browser__in=browsers)).update(ended_at=now)
    ended = links.filter(revoked_at=None).update(revoked_at=now)
    return ended + browsers.filter(revoked_at=None).update(revoked_at=now)
