"""The outbox in figures, for /readyz and /metrics: how much waits, and how long."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hub import health
from notifications.models import Notification, State
from notifications.transports.guard import is_paused

WAITED_TOO_LONG = 600.0  # seconds beyond its due time; a worker takes a few


def connect() -> None:
    health.parts["mail"] = words
    health.collectors.append(FromOutbox())


def words() -> str:
    """How mail is, for /readyz."""
    if is_paused():
        return "paused"
    late = oldest_seconds(timezone.now())
    return "ok" if late <= WAITED_TOO_LONG else f"waiting for {int(late)} s"


def oldest_seconds(now: datetime) -> float:
    """How long the oldest due mail has waited for a worker; 0 when none does."""
    due = Notification.objects.filter(
        state__in=(State.WAITING, State.SENDING), due_at__lte=now
    ).aggregate(first=Min("due_at"))["first"]
    return (now - due).total_seconds() if due else 0.0


class FromOutbox(Collector):
    """Read from the database at each look, so any process answers for all of them."""

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "hub_outbox_oldest_seconds",
            "How long the oldest due notification has waited.",
            value=oldest_seconds(timezone.now()),
        )
        rows = GaugeMetricFamily(
            "hub_outbox_rows", "Notifications by state.", labels=["state"]
        )
        counted = Notification.objects.values_list("state").annotate(n=Count("pk"))
        counts = dict.fromkeys(State.values, 0) | dict(counted)
        for state, count in sorted(counts.items()):
            rows.add_metric([state], count)
        yield rows
