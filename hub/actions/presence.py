"""Who was here last, to the minute: one conditional UPDATE for any number of people.

What follows from presence (it may delay a mail, never cancel it) is not decided here.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from hub.models import User

PRECISION = timedelta(minutes=1)  # a finer trace of people's work serves nobody


def note_seen(users: Iterable[UUID], now: datetime) -> None:
    """Each of them shows a page now. Rows younger than a minute are left alone."""
    before = Q(seen_at=None) | Q(seen_at__lte=now - PRECISION)
    User.objects.filter(before, pk__in=list(users)).update(seen_at=now)


def is_due(seen_at: datetime | None, now: datetime) -> bool:
    """Whether `note_seen` would write, for who has the row at hand already."""
    return seen_at is None or seen_at <= now - PRECISION
