"""Ending sessions: one's own from the list, or all of a person's."""

from uuid import UUID

from django.db import transaction

from hub import events
from hub.actions.journal import record
from hub.errors import NotFound
from hub.models import Session, User


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
