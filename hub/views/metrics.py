"""Figures for monitoring, in Prometheus' text format. Counts, never content."""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeHistogramMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from hub import health, instruments
from hub.errors import NotFound
from hub.files.refusals import Reason
from hub.queries import file_figures

LIMITS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0, 86400.0)  # seconds
VERDICTS = ("clean", *Reason)  # there from the start, so that a first one is a rise
PROCESS, RECORD = "process", "record"


def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever shows METRICS_TOKEN; for anybody else there is nothing here.

    `?part=process` is what this process counts about itself, without a query;
    `?part=record` what the database says, the same from every process. Without: both.
    """
    shown = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    right = hmac.compare_digest(shown.encode(), wanted.encode())
    if not settings.METRICS_TOKEN or not right:
        raise NotFound
    part = request.GET.get("part")
    text = b""
    if part != RECORD:
        text += generate_latest(instruments.registry)
    if part != PROCESS:
        text += _record()
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _record() -> bytes:
    """What the database says; when it says nothing, only that."""
    registry = CollectorRegistry()
    for collector in (FromRecord(), *health.collectors):
        registry.register(collector)
    answered = GaugeMetricFamily(
        "hub_record_readable", "1 when the database answered this request, else 0."
    )
    try:
        text = generate_latest(registry)
        answered.add_metric([], 1)
    except (DatabaseError, InterfaceError):
        text = b""
        answered.add_metric([], 0)
    return text + generate_latest(_Ready(answered))


class _Ready(CollectorRegistry):
    """One figure that is known already."""

    def __init__(self, metric: Metric) -> None:
        super().__init__()
        self.metric = metric

    def collect(self) -> Iterator[Metric]:
        yield self.metric


class FromRecord(Collector):
    """Read from the database at each look, so any process answers for all of them."""

    def collect(self) -> Iterator[Metric]:
        queue = file_figures.queue(timezone.now())
        yield GaugeMetricFamily(
            "hub_files_waiting", "Files without a decision.", value=queue.waiting
        )
        yield GaugeMetricFamily(
            "hub_files_oldest_seconds",
            "Age of the oldest file without a decision.",
            value=queue.oldest_seconds,
        )
        decided = CounterMetricFamily(
            "hub_files_decided", "Files by what became of them.", labels=["verdict"]
        )
        counts = dict.fromkeys(VERDICTS, 0) | file_figures.decisions()
        for verdict, count in sorted(counts.items()):
            decided.add_metric([verdict], count)
        yield decided
        yield _durations()


def _durations() -> Metric:
    took = file_figures.durations(LIMITS)
    limits = [str(limit) for limit in LIMITS] + ["+Inf"]
    # Of gauges: a file that is taken back leaves it again.
    return GaugeHistogramMetricFamily(
        "hub_files_seconds",
        "Seconds from receipt to decision, of the files that are here now.",
        buckets=list(zip(limits, [*took.within, took.count], strict=True)),
        gsum_value=took.seconds,
    )
