"""What happens when nothing happens: timers T1 to T7 and the rows of a deadline.

One scheduled job. Each step of each timer is taken once for ever by its unique
TimerMark row, in the transaction of its effect, so that two workers at once, or a
worker that dies, neither repeat nor lose it. Messengers listen to `deadline_passed`.
"""

import logging
from collections.abc import Callable, Iterable
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
from hub.calendar import add_working_days, add_working_hours, local_day
from hub.errors import HubError
from hub.models import (
    DifficultyReport,
    Measure,
    Side,
    Thread,
    TimerMark,
)
from hub.models.choices import Urgency
from hub.models.threads import ThreadState
from hub.queries import deadlines as due

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


def _pass(
    step: str,
    object_id: object,
    sides: Iterable[Side],
    thread: Thread | None = None,
    line: str = "",
    occasion: str = "",
) -> bool:
    """Takes the step, writes its line if the thread is open, tells the messengers."""
    if not take(step, object_id, occasion):
        return False
    if line and thread and thread.state == ThreadState.OPEN:
        say(thread, None, line)
    events.deadline_passed.send(
        None,
        step=step,
        object_id=str(object_id),
        thread_id=thread.pk if thread else None,
        sides=list(sides),
        occasion=occasion,
    )
    return True


def unacknowledged(step: str, days: int, sides: tuple[Side, ...], line: str) -> Finder:
    """T1: the reminder, then the court, then the national list."""

    def find(now: datetime) -> Iterable[Due]:
        for one in due.unacknowledged(step, days, now):
            departement = one.centre.departement_id
            assert one.transmitted_at is not None, "the query asks for it"
            sent = local_day(one.transmitted_at, departement)
            if local_day(now, departement) > add_working_days(sent, days, departement):
                yield partial(_pass, step, one.pk, sides, one.thread, line)

    return find


def contact_deadline(now: datetime) -> Iterable[Due]:
    """T2: the centre is asked to report that nobody made contact."""
    step = "T2.contact"
    for one in due.past_contact_deadline(step):
        last = due.contact_deadline(one.measure)
        if last and local_day(now, one.centre.departement_id) > last:
            line = _("The time for the first contact is over.")
            yield partial(_pass, step, one.pk, [Side.CENTRE], one.thread, line)


def waiting_too_long(now: datetime) -> Iterable[Due]:
    """T3: the centre is asked whether its declared waiting time is still right."""
    step = "T3.declared"
    for one in due.waiting_too_long(step, now):
        yield partial(_pass, step, one.pk, [Side.CENTRE])


def ending(step: str, days: int, beyond: int = -1) -> Finder:
    """T4: both sides hear in time that the measure will end."""

    def find(now: datetime) -> Iterable[Due]:
        today = local_day(now, "")
        for measure in due.ending(step, days, today, beyond=beyond + 1):
            yield partial(_tell_ending, step, measure)

    return find


def _tell_ending(step: str, measure: Measure) -> bool:
    assert measure.ends_on is not None, "the query asks for it"
    line = _("The measure will end on %(day)s.") % {
        "day": f"{measure.ends_on:%d/%m/%Y}"
    }
    thread = Thread.objects.filter(
        designation__measure=measure, designation__is_current=True
    ).first()
    occasion = measure.ends_on.isoformat()
    return _pass(step, measure.reference, BOTH, thread, line, occasion)


def stale_declarations(now: datetime) -> Iterable[Due]:
    """T5: once a week, with one click to say "unchanged"."""
    step, week = "T5.stale", f"{local_day(now, ''):%G-W%V}"
    for site in due.stale_sites(step, week, now):
        yield partial(_pass, step, site.pk, [Side.CENTRE], occasion=week)


def unanswered(step: str, urgency: Urgency) -> Finder:
    """T6: working hours for an immediate difficulty, working days for another."""

    def find(now: datetime) -> Iterable[Due]:
        for report in due.unanswered(step, urgency):
            if answer_due(report) < now:
                line = _("The reported difficulty still waits for its answer.")
                thread = report.message.thread
                yield partial(_pass, step, report.pk, [Side.COURT], thread, line)

    return find


def answer_due(report: DifficultyReport) -> datetime:
    """When the court's time to answer is over, in the court's working time."""
    departement, at = report.measure.court.departement_id, report.message.at
    if report.urgency == Urgency.IMMEDIATE:
        return add_working_hours(at, settings.RULES.difficulty_hours, departement)
    return add_working_hours(at, 8 * settings.RULES.difficulty_days, departement)


def protection_ending(now: datetime) -> Iterable[Due]:
    """T7: no line in the thread, where not everybody may know of the order."""
    step = "T7.protection"
    for measure in due.protection_ending(step, local_day(now, "")):
        until = str(measure.safety.protection_order_until)
        yield partial(_pass, step, measure.reference, BOTH, occasion=until)


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
