"""What the messenger forgets, and when: its part of the scheduled work.

Periods are DOMAIN section 10's; a row that has not ended is never removed.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from hub import schedule
from notifications.inbound.reader import forget_raw
from notifications.link_ends import tidy_links
from notifications.models import Notification
from notifications.models.outbox import OPEN

AT_ONCE = 5_000  # rows in one statement, whose locks others wait for


def connect() -> None:
    schedule.more_jobs.append(
        schedule.Job("notifications", timedelta(hours=1), tidy_notifications)
    )


def tidy_notifications() -> None:
    now = timezone.now()
    forget_ended(now)
    tidy_links(now)
    forget_raw(now)


def forget_ended(now: datetime) -> int:
    """Removes rows that ended long ago; returns how many."""
    before = now - timedelta(days=settings.MAIL.mail_kept_days)
    ended = Notification.objects.filter(ended_at__lt=before).exclude(state__in=OPEN)
    gone = 0
    while ids := list(ended.values_list("pk", flat=True)[:AT_ONCE]):
        gone += Notification.objects.filter(pk__in=ids).delete()[0]
    return gone
