"""The centre's acts in a life, as hub.actions.reception does them."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from hub.models import (
    AttendanceSummary,
    DifficultyReport,
    Membership,
    MessageKind,
    Milestone,
)
from hub.models.choices import (
    DifficultyCategory,
    MilestoneKind,
    UnableReason,
    Urgency,
)
from hub.national import phrases
from hub.national.cases import Case
from hub.national.sending import set_end
from hub.states import COURT_ANSWERS, Event, Turn

CONTACTS = (MilestoneKind.CONTACT_VISITING, MilestoneKind.CONTACT_HOSTING)
INTERVIEWS = (
    MilestoneKind.INTERVIEW_VISITING,
    MilestoneKind.INTERVIEW_HOSTING,
    MilestoneKind.INTERVIEW_CHILD,
)


def acknowledge(case: Case, by: Membership) -> None:
    designation = case.now.designation
    designation.acknowledged_at, designation.acknowledged_by = case.clock, by.user
    case.act(Event.ACKNOWLEDGE, by, _("Receipt of the measure acknowledged."))


def accept(case: Case, by: Membership, expected_on: date) -> None:
    case.now.designation.expected_first_visit_on = expected_on
    sentence = _("Measure accepted. First meeting expected on %(day)s.")
    _dated(case, Event.ACCEPT, by, sentence, expected_on)


def change_date(case: Case, by: Membership, expected_on: date) -> None:
    case.now.designation.expected_first_visit_on = expected_on
    sentence = _("First meeting now expected on %(day)s.")
    _dated(case, Event.CHANGE_DATE, by, sentence, expected_on)


def reach_milestone(
    case: Case, by: Membership, kind: MilestoneKind, on: date, event: Event
) -> None:
    """Row 8 for what opens intake, 8b for what follows."""
    _write_milestone(case, by, kind, on)
    label = str(kind.label)
    sentence = f"{label[:1].upper()}{label[1:]} ({_day(on)})."
    case.act(event, by, sentence, facts={"kind": kind, "on": on.isoformat()})


def hold_first_visit(case: Case, by: Membership, on: date) -> None:
    kind = MilestoneKind.FIRST_VISIT
    _write_milestone(case, by, kind, on)
    case.now.designation.first_visit_on = on
    set_end(case)
    sentence = _("First meeting held on %(day)s.") % {"day": _day(on)}
    facts = {"kind": kind, "on": on.isoformat()}
    case.act(Event.FIRST_VISIT, by, sentence, facts=facts)


def declare_unable(case: Case, by: Membership, reason: UnableReason) -> None:
    designation = case.now.designation
    designation.unable_reason, designation.left_on = reason, case.today
    capacity = reason == UnableReason.CAPACITY
    category = DifficultyCategory.CAPACITY if capacity else DifficultyCategory.OTHER
    urgency = Urgency.ANSWER_NEEDED
    _report(case, by, category, urgency, case.today, phrases.UNABLE[reason])
    sentence = _("The measure cannot be taken up: %(reason)s.") % {
        "reason": UnableReason(reason).label
    }
    facts = {"reason": reason, "category": category, "urgency": urgency}
    case.act(Event.UNABLE, by, sentence, facts=facts)


def ask_information(case: Case, by: Membership) -> None:
    body = case.chance.choice(phrases.MISSING)
    case.post(MessageKind.INFORMATION_REQUEST, by, body, needs_ack=True)
    sentence = _("The espace de rencontre lacks an information or a document.")
    case.act(Event.ASK_INFORMATION, by, sentence)


def report_difficulty(
    case: Case,
    by: Membership,
    category: DifficultyCategory,
    urgency: Urgency,
    body: str,
) -> None:
    on = case.today - timedelta(days=case.chance.randint(0, 2))
    _report(case, by, category, urgency, on, body)
    turn: Turn | None = None if urgency == Urgency.INFO else COURT_ANSWERS
    sentence = _("Difficulty reported: %(category)s.") % {"category": category.label}
    facts = {"category": category, "urgency": urgency}
    case.act(Event.REPORT_DIFFICULTY, by, sentence, turn=turn, facts=facts)


def interrupt(case: Case, by: Membership) -> None:
    category, urgency = DifficultyCategory.VIOLENCE, Urgency.IMMEDIATE
    body = phrases.INTERRUPTION
    _report(case, by, category, urgency, case.today, body, interrupted=True)
    sentence = _("Measure interrupted by the espace de rencontre for safety.")
    facts = {"category": category, "urgency": urgency}
    case.act(Event.INTERRUPT, by, sentence, facts=facts)


def certify_attendance(case: Case, by: Membership, first: date) -> None:
    """Counts of a period that ends today, and the certificate that says them."""
    last, chance = case.today, case.chance
    often = (case.terms.periodicity_count or 2) * ((last - first).days / 30.5)
    planned = max(round(often), 1)
    missed = min(chance.choice((0, 0, 0, 1, 1, 2, 3)), planned)
    causes = [0, 0, 0, 0]  # visiting, hosting, centre, excused
    for _n in range(missed):
        causes[chance.choice((0, 0, 1, 1, 2, 3, 3))] += 1
    case.rows[AttendanceSummary].append(
        AttendanceSummary(
            designation=case.now.designation,
            first_day=first,
            last_day=last,
            planned=planned,
            held=planned - missed,
            missed_visiting=causes[0],
            missed_hosting=causes[1],
            missed_centre=causes[2],
            excused=causes[3],
            by=by.user,
            at=case.clock,
        )
    )
    held = {"planned": planned, "held": planned - missed}
    days = {"first": _day(first), "last": _day(last)}
    case.post(MessageKind.ATTENDANCE, by, phrases.ATTENDANCE % {**days, **held})


def _report(
    case: Case,
    by: Membership,
    category: DifficultyCategory,
    urgency: Urgency,
    on: date,
    body: str,
    *,
    interrupted: bool = False,
) -> None:
    assert case.measure.decided_on is not None
    report = DifficultyReport(
        message=case.post(MessageKind.DIFFICULTY_REPORT, by, body, needs_ack=True),
        measure=case.measure,
        category=category,
        urgency=urgency,
        occurred_on=max(on, case.measure.decided_on),
        measure_interrupted=interrupted,
        families_informed=case.chance.random() < 0.7,
        child_protection_alert_made=interrupted and case.chance.random() < 0.3,
    )
    case.difficulties.append(report)
    case.rows[DifficultyReport].append(report)


def _write_milestone(case: Case, by: Membership, kind: MilestoneKind, on: date) -> None:
    designation = case.now.designation
    case.rows[Milestone].append(
        Milestone(
            designation=designation,
            kind=kind,
            on=on,
            by=by.user,
            recorded_at=case.clock,
        )
    )
    if kind in INTERVIEWS:
        designation.interviewed_on = min(designation.interviewed_on or on, on)
    if kind in CONTACTS:
        case.contacts[kind] = on
        if len(case.contacts) == len(CONTACTS):
            designation.contacts_made_on = max(case.contacts.values())


def _dated(case: Case, event: Event, by: Membership, sentence: str, day: date) -> None:
    facts = {"expected_on": day.isoformat()}
    case.act(event, by, sentence % {"day": _day(day)}, facts=facts)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
