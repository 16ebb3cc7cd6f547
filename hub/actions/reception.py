"""What a centre does with a measure it was sent (rows 6 to 9, 11, 13)."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from hub import text
from hub.actions.proposals import answer_proposal
from hub.actions.step import Step
from hub.actions.transitions import RECORD_LANGUAGE, move
from hub.actions.transmission import set_end
from hub.days import in_words
from hub.errors import InvalidInput, InvalidText
from hub.models import DifficultyReport, Measure, MessageKind, Milestone, User
from hub.models.choices import (
    DifficultyCategory,
    MilestoneKind,
    UnableReason,
    Urgency,
)
from hub.states import DEFAULT, Event

CONTACTS = (MilestoneKind.CONTACT_VISITING, MilestoneKind.CONTACT_HOSTING)
INTERVIEWS = (
    MilestoneKind.INTERVIEW_VISITING,
    MilestoneKind.INTERVIEW_HOSTING,
    MilestoneKind.INTERVIEW_CHILD,
)
BEFORE_INTAKE = (*CONTACTS, *INTERVIEWS)
# First meetings have their own act (row 11).
AFTERWARDS = tuple(k for k in MilestoneKind if k != MilestoneKind.FIRST_VISIT)


@dataclass(frozen=True)
class Difficulty:
    """What the managing legal person refers to the judge (CPC 1180-5 al. 3)."""

    category: DifficultyCategory
    urgency: Urgency
    occurred_on: date
    body: str
    families_informed: bool = False
    child_protection_alert_made: bool = False


def acknowledge_measure(measure: Measure, *, by: User) -> Measure:
    """Row 6: the receipt, dated. The measure waits for a date from now on."""
    with move(measure, Event.ACKNOWLEDGE, by) as step:
        step.current.acknowledged_at, step.current.acknowledged_by = step.now, by
        step.says(_("Receipt of the measure acknowledged."))
    return step.measure


def accept(measure: Measure, *, expected_on: date, by: User) -> Measure:
    """Row 7: on the list, with the day on which a first meeting is expected."""
    with move(measure, Event.ACCEPT, by, on=expected_on) as step:
        _expect(step, expected_on)
        step.says(
            _("Measure accepted. First meeting expected on %(day)s."),
            day=_day(expected_on),
        )
    return step.measure


def change_date(measure: Measure, *, expected_on: date, by: User) -> Measure:
    """Row 7b: another day is expected for the first meeting."""
    with move(measure, Event.CHANGE_DATE, by, on=expected_on) as step:
        _expect(step, expected_on)
        step.says(_("First meeting now expected on %(day)s."), day=_day(expected_on))
    return step.measure


def record_milestone(
    measure: Measure, kind: MilestoneKind, *, on: date, by: User
) -> Measure:
    """Rows 8 and 8b: something took place. A first contact or interview opens intake.

    Each kind is recorded once; a second time answers InvalidInput.
    """
    opens = measure.state in ("received", "waiting")
    event = Event.RECORD_CONTACT if opens else Event.RECORD_MILESTONE
    with move(measure, event, by, on=on) as step:
        _refuse_kind(kind, BEFORE_INTAKE if opens else AFTERWARDS)
        _write_milestone(step, kind, on, by)
        step.says(_("Recorded: %(what)s, %(day)s."), what=kind.label, day=_day(on))
    return step.measure


def hold_first_visit(measure: Measure, *, on: date, by: User) -> Measure:
    """Row 11: D4. Waiting ends; the last day is computed if the duration runs now."""
    with move(measure, Event.FIRST_VISIT, by, on=on) as step:
        _write_milestone(step, MilestoneKind.FIRST_VISIT, on, by)
        step.current.first_visit_on = on
        step.current.save()
        set_end(step.measure)
        answer_proposal(step, accepted=False)  # "nobody came" is no longer so
        step.says(_("First meeting held on %(day)s."), day=_day(on))
    return step.measure


def declare_unable(
    measure: Measure, *, reason: UnableReason, body: str, by: User
) -> Measure:
    """Row 9: a difficulty report; the decision stands until the judge changes it."""
    body = clean(body, "body")
    with move(measure, Event.UNABLE, by) as step:
        step.current.unable_reason = reason
        step.current.left_on = step.today
        step.facts["reason"] = reason
        capacity = reason == UnableReason.CAPACITY
        category = DifficultyCategory.CAPACITY if capacity else DifficultyCategory.OTHER
        urgency = Urgency.ANSWER_NEEDED
        _report(step, Difficulty(category, urgency, step.today, body))
        step.says(
            _("The measure cannot be taken up: %(reason)s."),
            reason=UnableReason(reason).label,
        )
    return step.measure


def ask_information(measure: Measure, *, body: str, by: User) -> Measure:
    """Row 9b: a document or an information is missing; the court has to answer."""
    body = clean(body, "body")
    with move(measure, Event.ASK_INFORMATION, by) as step:
        step.post(MessageKind.INFORMATION_REQUEST, body, needs_ack=True)
        step.says(_("The espace de rencontre lacks an information or a document."))
    return step.measure


def report_difficulty(measure: Measure, difficulty: Difficulty, *, by: User) -> Measure:
    """Row 13b: the measure goes on. Unless for information, the court has to answer."""
    with move(measure, Event.REPORT_DIFFICULTY, by, on=difficulty.occurred_on) as step:
        _report(step, difficulty)
        if difficulty.urgency != Urgency.INFO:
            step.turn = DEFAULT
        step.says(
            _("Difficulty reported: %(category)s, facts of %(day)s."),
            category=DifficultyCategory(difficulty.category).label,
            day=_day(difficulty.occurred_on),
        )
    return step.measure


def interrupt(measure: Measure, difficulty: Difficulty, *, by: User) -> Measure:
    """Row 13: for safety, with an immediate report in one act; the judge decides."""
    with move(measure, Event.INTERRUPT, by, on=difficulty.occurred_on) as step:
        _report(step, difficulty, interrupted=True)
        step.says(_("Measure interrupted by the espace de rencontre for safety."))
    return step.measure


def clean(body: str, field: str) -> str:
    """A text for the thread. Raises InvalidInput when empty or not storable."""
    try:
        body = text.normalise(body)
    except InvalidText as error:
        raise InvalidInput({field: error.detail}) from None
    if not body:
        raise InvalidInput({field: gettext("Say it in a few words.")})
    return body


def _report(step: Step, difficulty: Difficulty, *, interrupted: bool = False) -> None:
    body = clean(difficulty.body, "body")
    urgency = Urgency.IMMEDIATE if interrupted else difficulty.urgency
    posted = step.post(
        MessageKind.DIFFICULTY_REPORT,
        body,
        needs_ack=True,
        urgent=_at_once() if urgency == Urgency.IMMEDIATE else "",
    )
    DifficultyReport.objects.create(
        message=posted.message,
        measure=step.measure,
        category=difficulty.category,
        urgency=urgency,
        occurred_on=difficulty.occurred_on,
        measure_interrupted=interrupted,
        families_informed=difficulty.families_informed,
        child_protection_alert_made=difficulty.child_protection_alert_made,
    )
    step.facts |= {"category": difficulty.category, "urgency": urgency}


def _at_once() -> str:
    with override(RECORD_LANGUAGE):
        return gettext("the judge’s answer is expected at once")


def _write_milestone(step: Step, kind: MilestoneKind, on: date, by: User) -> None:
    try:
        with transaction.atomic():
            Milestone.objects.create(designation=step.current, kind=kind, on=on, by=by)
    except IntegrityError:
        sentence = gettext("This is already recorded.")
        raise InvalidInput({"kind": sentence}) from None
    designation = step.current
    if kind in INTERVIEWS:
        known = designation.interviewed_on
        designation.interviewed_on = min(known, on) if known else on
    made = dict(
        designation.milestones.filter(kind__in=CONTACTS).values_list("kind", "on")
    )
    if len(made) == len(CONTACTS):
        designation.contacts_made_on = max(made.values())
    step.facts |= {"kind": kind, "on": on.isoformat()}


def _expect(step: Step, day: date) -> None:
    step.current.expected_first_visit_on = day
    step.facts["expected_on"] = day.isoformat()


def _refuse_kind(kind: MilestoneKind, allowed: tuple[MilestoneKind, ...]) -> None:
    if kind not in allowed:
        raise InvalidInput({"kind": gettext("Choose what took place.")})


def _day(day: date) -> str:
    return in_words(day, locale=RECORD_LANGUAGE)
