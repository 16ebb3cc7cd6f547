"""Sessions in the database, each known to its owner. Set as SESSION_ENGINE.

A session ends when its person did nothing for SESSION_IDLE_MINUTES, and at the latest
SESSION_HOURS after they signed in (decision 0028). Who puts the end off is
hub.middleware.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.backends import BaseBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from hub.models import Session, User
from hub.prepared import Prepared, Whole

BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")  # in this order: all say more
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")


class Accounts(BaseBackend):
    """Finds the signed-in person again; a closed account is nobody at once."""

    def get_user(self, user_id: Any) -> User | None:
        found = _accounts.rows(user=user_id)
        return _account.made(found[0]) if found else None


_account, _session = Whole(User), Whole(Session)
_accounts = Prepared(
    lambda user: User.objects.filter(pk=user, is_active=True).values_list(
        *_account.columns
    ),
    user=UUID,
)
_sessions = Prepared(
    lambda key, now: Session.objects.filter(
        session_key=key, expire_date__gt=now
    ).values_list(*_session.columns),
    key=str,
    now=datetime,
)


def end_of(since: datetime, now: datetime) -> datetime:
    """When a session that began at `since`, and is used now, ends by itself."""
    latest: datetime = since + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return min(latest, now + settings.SESSION_IDLE)


class SessionStore(DatabaseStore):
    """Django's database sessions plus the columns that a person's list shows."""

    since: datetime | None = None  # when they signed in, and
    ends_at: datetime | None = None  # when it ends, as far as the row was read

    def __init__(self, session_key: str | None = None) -> None:
        """A key that Django never makes is no key: PostgreSQL refuses U+0000."""
        made_here = session_key and session_key.isascii() and session_key.isalnum()
        super().__init__(session_key if made_here else None)

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        found = _sessions.rows(key=self.session_key, now=timezone.now())
        if not found:
            self._session_key = None  # as Django does: another key is made
            return None
        session = _session.made(found[0])
        self.since, self.ends_at = session.created_at, session.expire_date
        return session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = super().create_model_instance(data)
        assert isinstance(session, Session)
        session.user_id = data.get(SESSION_KEY)
        session.browser = data.get("browser", "")
        session.created_at = datetime.fromisoformat(
            data.setdefault("since", timezone.now().isoformat())
        )
        session.expire_date = end_of(session.created_at, timezone.now())
        session.public_id = UUID(data.setdefault("public_id", str(uuid4())))
        return session


def describe_browser(user_agent: str) -> str:
    """Like "Firefox, Windows": enough to recognise one's own, nothing to track with."""
    names = {"Edg": "Edge", "OPR": "Opera"}
    browser = next((b for b in BROWSERS if b in user_agent), "")
    system = next((s for s in SYSTEMS if s in user_agent), "")
    return ", ".join(part for part in (names.get(browser, browser), system) if part)
