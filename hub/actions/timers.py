"""What happens when nothing happens: timers T1 to T7 and the rows of a deadline.

One scheduled job. Each step of each timer is taken once for ever by its unique
TimerMark row, in the transaction of its effect, so that two workers at once, or a
worker that dies, neither repeat nor lose it. Messengers listen to `deadline_passed`.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from hub import events
from hub.actions import course, purging
from hub.actions.transitions import RECORD_LANGUAGE, say
from hub.calendar import local_day
from hub.days import in_words
from hub.errors import HubError
from hub.models import (
    Side,
    Thread,
    TimerMark,
)
from hub.models.choices import Urgency
from hub.models.threads import ThreadState
from hub.queries import deadlines as due
from hub.queries.working_days import working_days_of

MARKS = 2_000  # rows of one statement
BOTH = (Side.COURT, Side.CENTRE)
Due = Callable[[], object]  # does one thing that is due; falsy if another worker did
Finder = Callable[[datetime], Iterable[Due]]

logger = logging.getLogger(__name__)


def run_timers(now: datetime | None = None) -> dict[str, int]:
    """Does everything that is due, each in its own transaction; counts by step.

    What fails is logged and tried again at the next run; the rest goes on.
    """
    now = now or timezone.now()
    with override(RECORD_LANGUAGE):
        return {
            name: sum(_safely(name, act) for act in find(now))
            for name, find in _steps().items()
        }


def _safely(name: str, act: Due) -> bool:
    try:
        with transaction.atomic():
            return bool(act())
    except (HubError, DatabaseError):
        logger.exception("%s failed for one row and will be tried again", name)
        return False


def take(step: str, object_id: object, occasion: str = "") -> bool:
    """Whether this caller is the one who does it; the unique row decides."""
    _mark, new = TimerMark.objects.get_or_create(
        timer=step, object_id=str(object_id), occasion=occasion
    )
    return new


@dataclass(frozen=True)
class Passing:
    """One step that is due for one object. Called, it is taken: its line is written if
    the thread is open, and the messengers are told."""

    step: str
    object_id: object
    sides: Iterable[Side]
    thread: Thread | None = None
    line: str = ""
    occasion: str = ""

    def __call__(self) -> bool:
        if not take(self.step, self.object_id, self.occasion):
            return False
        if self.line and self.thread and self.thread.state == ThreadState.OPEN:
            say(self.thread, None, self.line)
        events.deadline_passed.send(
            None,
            step=self.step,
            object_id=str(self.object_id),
            thread_id=self.thread.pk if self.thread else None,
            sides=list(self.sides),
            occasion=self.occasion,
        )
        return True


def pass_over(now: datetime) -> int:
    """Takes every step that is due without its effect: nobody is told of the past.

    For invented data, whose deadlines passed before it was there. Returns how many.
    """
    marks = [
        TimerMark(
            timer=act.step, object_id=str(act.object_id), occasion=act.occasion, at=now
        )
        for find in _steps().values()
        for act in find(now)
        if isinstance(act, Passing)
    ]
    TimerMark.objects.bulk_create(marks, ignore_conflicts=True, batch_size=MARKS)
    return len(marks)


def unacknowledged(step: str, days: int, sides: tuple[Side, ...], line: str) -> Finder:
    """T1, in the centre's own working days: reminder, manager, court, national list."""

    def find(now: datetime) -> Iterable[Due]:
        found = list(due.unacknowledged(step, days, now))
        working = working_days_of(one.centre for one in found)
        for one in found:
            if local_day(now, one.centre.departement_id) > due.receipt_due(
                one, working[one.centre_id], days
            ):
                yield Passing(step, one.pk, sides, one.thread, line)

    return find


def contact_deadline(now: datetime) -> Iterable[Due]:
    """T2: the centre is asked to report that nobody made contact."""
    step = "T2.contact"
    for one in due.past_contact_deadline(step):
        last = due.contact_deadline(one.measure)
        if last and local_day(now, one.centre.departement_id) > last:
            line = _("The time for the first contact is over.")
            yield Passing(step, one.pk, [Side.CENTRE], one.thread, line)


def waiting_too_long(now: datetime) -> Iterable[Due]:
    """T3: the centre is asked whether its declared waiting time is still right."""
    step = "T3.declared"
    for one in due.waiting_too_long(step, now):
        yield Passing(step, one.pk, [Side.CENTRE])


def ending(step: str, days: int, beyond: int = -1) -> Finder:
    """T4: both sides hear in time that the measure will end."""

    def find(now: datetime) -> Iterable[Due]:
        today = local_day(now, "")
        found = list(due.ending(step, days, today, beyond=beyond + 1))
        threads = due.current_threads(found)
        for measure in found:
            day = measure.ends_on
            assert day is not None, "the query asks for it"
            line = _("The measure will end on %(day)s.") % {
                "day": in_words(day, locale=RECORD_LANGUAGE)
            }
            thread = threads.get(measure.pk)
            yield Passing(step, measure.reference, BOTH, thread, line, day.isoformat())

    return find


def stale_declarations(now: datetime) -> Iterable[Due]:
    """T5: once a week, with one click to say "unchanged"."""
    step, week = "T5.stale", f"{local_day(now, ''):%G-W%V}"
    for site in due.stale_sites(step, week, now):
        yield Passing(step, site.pk, [Side.CENTRE], occasion=week)


def unanswered(step: str, urgency: Urgency) -> Finder:
    """T6: working hours for an immediate difficulty, working days for another."""

    def find(now: datetime) -> Iterable[Due]:
        for report in due.unanswered(step, urgency):
            if due.answer_due(report) < now:
                line = _("The reported difficulty still waits for its answer.")
                thread = report.message.thread
                yield Passing(step, report.pk, [Side.COURT], thread, line)

    return find


def protection_ending(now: datetime) -> Iterable[Due]:
    """T7: no line in the thread, where not everybody may know of the order."""
    step = "T7.protection"
    for measure in due.protection_ending(step, local_day(now, "")):
        until = str(measure.safety.protection_order_until)
        yield Passing(step, measure.reference, BOTH, occasion=until)


def silence(now: datetime) -> Iterable[Due]:
    for measure in due.silent_proposals(now):
        yield partial(course.close_by_silence, measure)


def archiving(now: datetime) -> Iterable[Due]:
    for measure in due.to_archive(now):
        yield partial(course.archive, measure)


def purging_due(now: datetime) -> Iterable[Due]:
    for measure in due.to_purge(now):
        yield partial(purging.purge, measure)


def forgetting(now: datetime) -> Iterable[Due]:
    """Anonymous questions and their answers; the journal keeps the counts."""
    for request in due.forgotten_requests(now):
        yield request.delete


def _steps() -> dict[str, Finder]:
    """Every step of every timer, in the order of the specification."""
    rules = settings.RULES
    reminder = _("The acknowledgement of receipt is still expected.")
    court_told = _("Still no acknowledgement of receipt: the court is told.")
    return {
        "T1.reminder": unacknowledged(
            "T1.reminder", rules.ack_reminder_days, (Side.CENTRE,), reminder
        ),
        "T1.manager": unacknowledged(
            "T1.manager", rules.ack_manager_days, (Side.CENTRE,), ""
        ),
        "T1.court": unacknowledged("T1.court", rules.ack_court_days, BOTH, court_told),
        "T1.national": unacknowledged("T1.national", rules.ack_national_days, (), ""),
        "T2.contact": contact_deadline,
        "T3.declared": waiting_too_long,
        "T4.first": ending(
            "T4.first", rules.ending_first_days, rules.ending_second_days
        ),
        "T4.second": ending("T4.second", rules.ending_second_days),
        "T5.stale": stale_declarations,
        "T6.hours": unanswered("T6.hours", Urgency.IMMEDIATE),
        "T6.days": unanswered("T6.days", Urgency.ANSWER_NEEDED),
        "T7.protection": protection_ending,
        "closed": silence,
        "archived": archiving,
        "purged": purging_due,
        "forgotten": forgetting,
    }
