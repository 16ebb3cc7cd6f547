"""Who a session belongs to, and which sessions are still alive."""

from collections.abc import Iterable

from django.utils import timezone

from hub.models import Session, User


def user_of_session(session_key: str) -> User | None:
    """The active person behind a session key, in one query."""
    session = (
        Session.objects.select_related("user")
        .filter(
            session_key=session_key,
            expire_date__gt=timezone.now(),
            user__is_active=True,
        )
        .first()
    )
    return session.user if session else None


def sessions_alive(keys: Iterable[str]) -> set[str]:
    alive = Session.objects.filter(
        session_key__in=list(keys),
        expire_date__gt=timezone.now(),
        user__is_active=True,
    )
    return set(alive.values_list("session_key", flat=True))
