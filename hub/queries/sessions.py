"""Who a session belongs to, where they work, and which sessions are still alive."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from hub.models import Membership, Session, User
from hub.prepared import Prepared, Whole

_person = Whole(User)
_user = Prepared(
    lambda key, now: User.objects.filter(
        session__session_key=key, session__expire_date__gt=now, is_active=True
    ).values_list(*_person.columns),
    key=str,
    now=datetime,
)


def user_of_session(session_key: str) -> User | None:
    """The active person behind a session key, in one query."""
    found = _user.rows(key=session_key, now=timezone.now())
    return _person.made(found[0]) if found else None


_organisations = Prepared(
    lambda user, now: (
        Membership.objects.current(now)
        .filter(user=user)
        .order_by("since")
        .values_list(Coalesce("court__name", "centre__name", Value("")))
    ),
    user=UUID,
    now=datetime,
)


def organisation_of(user: User) -> str:
    """Where the person works now, as their places say it: the oldest of them first."""
    found = _organisations.rows(user=user.pk, now=timezone.now())
    return str(found[0][0]) if found else ""


def sessions_alive(keys: Iterable[str]) -> set[str]:
    alive = Session.objects.filter(
        session_key__in=list(keys),
        expire_date__gt=timezone.now(),
        user__is_active=True,
    )
    return set(alive.values_list("session_key", flat=True))
