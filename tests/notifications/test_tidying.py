"""What the messenger forgets."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from hub import schedule
from hub.demo import Demo
from notifications import outbox
from notifications.kinds import Kind
from notifications.models import Notification, State
from notifications.tidying import forget_ended


def test_what_ended_long_ago_is_forgotten_and_what_is_owed_never(demo: Demo) -> None:
    now = timezone.now()
    for window in ("old", "new", "owed"):
        outbox.owe(Kind.TEST, [demo.people["camille"]], window=window)
    long_ago = now - timedelta(days=settings.MAIL.mail_kept_days, seconds=1)
    rows = Notification.objects.filter(kind=Kind.TEST)
    rows.filter(window="old").update(state=State.SENT, ended_at=long_ago)
    rows.filter(window="new").update(state=State.SENT, ended_at=now)
    rows.filter(window="owed").update(due_at=long_ago, created_at=long_ago)
    assert forget_ended(now) == 1
    assert set(rows.values_list("window", flat=True)) == {"new", "owed"}


def test_forgetting_is_one_of_the_scheduled_jobs() -> None:
    assert "notifications" in [job.name for job in schedule.more_jobs]
