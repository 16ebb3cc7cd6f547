"""Scheduled work inside `serve`: which job runs in which slot of time.

A unique row per job and slot decides which process does it, so any number of processes
may run this, and cron may run the same commands besides. What a job does is in
hub.actions.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, IntegrityError, connections, transaction
from django.utils import timezone

from hub import events, request_ids
from hub.actions.figures import take_snapshot
from hub.actions.kept_drafts import tidy_drafts
from hub.actions.search_index import index_new
from hub.actions.tidying import tidy_files
from hub.actions.timers import run_timers
from hub.models import ScheduledRun

LOOK_SECONDS = 30.0  # how often a process looks whether a slot has begun
KEPT = timedelta(days=7)  # old slots are only in the way

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """`every`: the length of a slot."""

    name: str
    every: timedelta
    run: Callable[[], object]


JOBS = [
    Job("timers", timedelta(minutes=10), run_timers),
    Job("figures", timedelta(hours=1), take_snapshot),
    Job("files", timedelta(hours=1), tidy_files),
    Job("search", timedelta(minutes=1), index_new),
    Job("drafts", timedelta(hours=1), tidy_drafts),
]

# What other packages have done on a schedule; filled once, when the process starts.
more_jobs: list[Job] = []

_stop = threading.Event()
_thread: threading.Thread | None = None


def connect() -> None:
    events.server_starts.connect(_on_server_starts)
    events.server_stops.connect(_on_server_stops)


def run_due(now: datetime) -> list[str]:
    """Runs each job whose slot nobody has taken yet; returns their names."""
    return [job.name for job in (*JOBS, *more_jobs) if _take(job, now) and _run(job)]


def slot_of(job: Job, now: datetime) -> str:
    """The beginning of the slot that holds `now`, like "2026-11-25T19:30Z"."""
    length = int(job.every.total_seconds())
    begun = int(now.timestamp()) // length * length
    return datetime.fromtimestamp(begun, UTC).strftime("%Y-%m-%dT%H:%MZ")


def _take(job: Job, now: datetime) -> bool:
    try:
        with transaction.atomic():
            ScheduledRun.objects.create(job=job.name, slot=slot_of(job, now))
            ScheduledRun.objects.filter(job=job.name, at__lt=now - KEPT).delete()
    except IntegrityError:
        return False
    return True


def _run(job: Job) -> bool:
    try:
        with request_ids.under(f"{job.name}-{request_ids.new_id()}"):
            job.run()
    except Exception:  # the top of a loop: one bad job must not end the others
        logger.exception("The job %s failed; its next slot tries again", job.name)
    return True


def _loop() -> None:
    while not _stop.wait(LOOK_SECONDS):
        try:
            run_due(timezone.now())
        except DatabaseError as error:
            logger.warning("Scheduled work waits: %s", type(error).__name__)
        finally:
            connections.close_all()


def _on_server_starts(**_: Any) -> None:
    global _thread
    _stop.clear()
    _thread = threading.Thread(target=_loop, name="schedule", daemon=True)
    _thread.start()


def _on_server_stops(**_: Any) -> None:
    _stop.set()
