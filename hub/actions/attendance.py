"""Attendance of a period: counts, and nothing observed (DOMAIN 0, point 12)."""

import uuid
from dataclasses import asdict, dataclass, fields
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from hub import permissions
from hub.actions import transitions
from hub.actions.journal import record
from hub.actions.messages import post_in_transaction
from hub.actions.seating import seat_in
from hub.calendar import local_day
from hub.errors import Illegal, InvalidInput
from hub.models import (
    AttendanceSummary,
    Designation,
    Measure,
    MessageKind,
    Thread,
    User,
)
from hub.models.choices import MeasureState
from hub.posting import Draft, Refused

# A certificate is also asked for once a measure is over, until it is archived.
COUNTED_IN = (MeasureState.ACTIVE, MeasureState.SUSPENDED, MeasureState.ENDED)
MOST_MEETINGS = 400  # (choice) more than one a day for a year is a slip of the hand


@dataclass(frozen=True)
class Counts:
    """Meetings of a period. held + missed + excused = planned."""

    first_day: date
    last_day: date
    planned: int
    held: int
    missed_visiting: int = 0
    missed_hosting: int = 0
    missed_centre: int = 0
    excused: int = 0

    @property
    def accounted(self) -> int:
        missed = self.missed_visiting + self.missed_hosting + self.missed_centre
        return self.held + missed + self.excused


def record_attendance(
    measure: Measure, counts: Counts, *, by: User, send: bool = False
) -> AttendanceSummary:
    """Keeps the counts and says so in the thread; `send`: as a certificate too.

    The same counts twice are kept once; other counts of the same period correct them.
    Raises NotFound, Forbidden, Illegal while no meeting can have been held,
    InvalidInput.
    """
    with transaction.atomic():
        measure = transitions.lock(measure)
        place = permissions.place_in_measure(by, measure, "measure.follow")
        designation = measure.designations.filter(is_current=True).first()
        if designation is None or measure.state not in COUNTED_IN:
            raise Illegal(_("Attendance is counted once the first meeting was held."))
        today = local_day(timezone.now(), measure.court.departement_id)
        _refuse_wrong(counts, designation, today)
        given = asdict(counts)
        earlier = designation.attendance.filter(
            first_day=counts.first_day, last_day=counts.last_day
        ).order_by("pk")
        newest = earlier.last()
        if newest and not send and _counts_of(newest) == counts:
            return newest
        summary = AttendanceSummary.objects.create(
            designation=designation, by=by, **given
        )
        thread = Thread.objects.get(designation=designation)
        seat_in(place, [thread.pk])
        _tell(thread, counts, by, send=send, corrects=newest is not None)
        record(by, "attendance_recorded", "measure", measure.pk)
        return summary


def _counts_of(kept: AttendanceSummary) -> Counts:
    return Counts(**{one.name: getattr(kept, one.name) for one in fields(Counts)})


def _refuse_wrong(counts: Counts, designation: Designation, today: date) -> None:
    wrong = {}
    if counts.last_day < counts.first_day:
        wrong["last_day"] = _("The last day is before the first.")
    elif counts.last_day > today:
        wrong["last_day"] = _("This day is in the future.")
    elif (begun := designation.first_visit_on) and counts.last_day < begun:
        wrong["last_day"] = _("This period ends before the first meeting.")
    if counts.planned > MOST_MEETINGS:
        wrong["planned"] = _("Check the number of meetings.")
    elif counts.accounted != counts.planned:
        sentence = _(
            "Held, missed and excused meetings make %(sum)d, and %(planned)d were "
            "planned: they have to be the same."
        )
        numbers = {"sum": counts.accounted, "planned": counts.planned}
        wrong["planned"] = sentence % numbers
    if not wrong:
        wrong = _overlap(counts, designation)
    if wrong:
        raise InvalidInput(wrong)


def _overlap(counts: Counts, designation: Designation) -> dict[str, str]:
    """A day counted twice makes both counts false; the same period is a correction."""
    other = (
        designation.attendance.filter(
            first_day__lte=counts.last_day, last_day__gte=counts.first_day
        )
        .exclude(first_day=counts.first_day, last_day=counts.last_day)
        .first()
    )
    if other is None:
        return {}
    sentence = _("Already counted: from %(first)s to %(last)s.")
    days = {
        "first": f"{other.first_day:%d/%m/%Y}",
        "last": f"{other.last_day:%d/%m/%Y}",
    }
    return {"first_day": sentence % days}


def _tell(
    thread: Thread, counts: Counts, by: User, *, send: bool, corrects: bool
) -> None:
    with override(transitions.RECORD_LANGUAGE):
        if send:
            kind = str(MessageKind.ATTENDANCE)
            body = certificate(counts)
            draft = Draft(thread.pk, by.pk, uuid.uuid4(), body, kind=kind, door="act")
            [outcome] = post_in_transaction([draft])
            if isinstance(outcome, Refused):
                raise Illegal(outcome.detail)
        sentence = (
            _("Attendance corrected: %(held)d of %(planned)d meetings held.")
            if corrects
            else _("Attendance recorded: %(held)d of %(planned)d meetings held.")
        )
        numbers = {"held": counts.held, "planned": counts.planned}
        transitions.say(thread, by, sentence % numbers)


def certificate(counts: Counts) -> str:
    """The facts as lines of plain text: no name, no appreciation."""
    period = _("From %(first)s to %(last)s.") % {
        "first": f"{counts.first_day:%d/%m/%Y}",
        "last": f"{counts.last_day:%d/%m/%Y}",
    }
    lines = (
        (_("Meetings planned"), counts.planned),
        (_("Meetings held"), counts.held),
        (_("Visiting parent absent"), counts.missed_visiting),
        (_("Host parent absent, or child not brought"), counts.missed_hosting),
        (_("Cancelled by the espace de rencontre"), counts.missed_centre),
        (_("Excused"), counts.excused),
    )
    return "\n".join([period, *(f"{words} : {number}" for words, number in lines)])
