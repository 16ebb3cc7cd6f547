"""Sessions: staying signed in, ending one's own from the list, or all of a person's."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hub import events
from hub.actions.journal import record
from hub.errors import NotFound
from hub.models import Session, User
from hub.sessions import end_of

WORTH = timedelta(minutes=1)  # a smaller gain is not worth a write at each request


def stay(session_key: str, since: datetime, ends_at: datetime) -> datetime:
    """Puts the end of a session off because its person acts; answers with the end.

    Never beyond the longest time since signing in, and only if it is worth a write. A
    session that ended meanwhile stays ended.
    """
    now = timezone.now()
    end = end_of(since, now)
    if end - ends_at < WORTH:
        return ends_at
    alive = Session.objects.filter(session_key=session_key, expire_date__gt=now)
    return end if alive.update(expire_date=end) else ends_at


def end_session(user: User, public_id: UUID) -> None:
    """Signs one of the person's browsers out. Raises NotFound for another's."""
    with transaction.atomic():
        session = Session.objects.filter(user=user, public_id=public_id).first()
        if session is None:
            raise NotFound
        _end(session)
        record(user, "session_ended", "session", public_id)


def end_all_sessions(user: User) -> None:
    """Signs the person out everywhere, and announces it: links end with it."""
    with transaction.atomic():
        for session in Session.objects.filter(user=user):
            _end(session)
        record(user, "all_sessions_ended", "user", user.pk)
        events.all_sessions_ended.send(None, user_id=user.pk)


def _end(session: Session) -> None:
    key = session.session_key
    session.delete()
    events.session_ended.send(None, session_key=key)
