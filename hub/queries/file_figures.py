"""How files fare: the queue, what was decided, how long it took. Counts only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, DurationField, ExpressionWrapper, F, Min, Q, Sum

from hub.models import Attachment, JournalEntry
from hub.models.attachments import PENDING

PUBLISHED, REFUSED = "file_published", "file_refused_"  # actions of the journal


@dataclass(frozen=True)
class Queue:
    """`oldest_seconds`: since the oldest of them was received; 0 when there is none."""

    waiting: int
    oldest_seconds: float


@dataclass(frozen=True)
class Durations:
    """From receipt to decision. `within`: how many took at most each of the limits."""

    count: int
    seconds: float  # of all together
    within: list[int]


def queue(now: datetime) -> Queue:
    """One query."""
    rows = Attachment.objects.filter(state__in=PENDING, look_at__isnull=False)
    found = rows.aggregate(count=Count("pk"), oldest=Min("received_at"))
    oldest = found["oldest"]
    age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    return Queue(found["count"], age)


def decisions() -> dict[str, int]:
    """ "clean", or the reason of a refusal -> how many files ever. One query.

    Counted in the journal, which never shrinks: a row goes when its sender takes the
    file back.
    """
    ended = Q(action=PUBLISHED) | Q(action__startswith=REFUSED)
    rows = JournalEntry.objects.filter(ended, object_kind="attachment")
    counted = rows.values("action").annotate(n=Count("pk")).order_by()
    return {_verdict(row["action"]): row["n"] for row in counted}


def _verdict(action: str) -> str:
    return "clean" if action == PUBLISHED else action.removeprefix(REFUSED)


def durations(limits: Sequence[float]) -> Durations:
    """Of the files that are there now. One query for all limits (seconds)."""
    took = ExpressionWrapper(
        F("decided_at") - F("received_at"), output_field=DurationField()
    )
    rows = Attachment.objects.exclude(decided_at=None).annotate(took=took)
    within = {
        f"within_{i}": Count("pk", filter=Q(took__lte=timedelta(seconds=limit)))
        for i, limit in enumerate(limits)
    }
    found = rows.aggregate(count=Count("pk"), sum=Sum("took"), **within)
    total = found["sum"].total_seconds() if found["sum"] else 0.0
    return Durations(
        found["count"], total, [found[f"within_{i}"] for i in range(len(limits))]
    )
