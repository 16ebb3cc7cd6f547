"""The life of one measure, told in order from its creation to the present.

Belongs here: what happens next, with which probability and after how long. How an act
changes the case: sending.py, receiving.py, ending.py. The story breaks off (NotYet)
when it has come to the present, wherever that is.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from hub.models import Role
from hub.models.choices import (
    ClosureReason,
    LapseRule,
    MilestoneKind,
    UnableReason,
    Urgency,
)
from hub.models.choices import DifficultyCategory as Category
from hub.national import ending, phrases, receiving, sending
from hub.national.cases import Case, NotYet
from hub.national.chance import happens, meeting_day, skewed_days
from hub.national.conversations import settle
from hub.national.course import run
from hub.national.days import (
    advance,
    archive_later,
    clerk_or_judge,
    contact,
    coordinator,
    record_milestone,
)
from hub.national.people import CentreTeam
from hub.states import Event

DISCARDED, RECALLED = 0.02, 0.01
UNABLE, NOBODY_CAME, SUSPENDED_WAITING = 0.1, 0.05, 0.012
INTAKE_SHARE = (0.5, 0.75)  # of the wait is over when the first interview is near


@dataclass
class Wishes:
    """Which centre, for which reception; `others`: where it may go instead."""

    team: CentreTeam
    visit_kind: str
    others: list[CentreTeam] = field(default_factory=list)
    shown: int = 1


def live(case: Case, wishes: Wishes) -> None:
    """Tells everything up to the present, then who has seen what."""
    try:
        _prepare(case, wishes)
        first_day = _be_taken_up(case, wishes)
        run(case, first_day)
    except NotYet:
        pass
    settle(case)


def _prepare(case: Case, wishes: Wishes) -> None:
    sending.create(case)
    chance = case.chance
    days = min(skewed_days(chance, 9, 1.1), 80)
    if happens(chance, DISCARDED):
        sending.fill(case, wishes.visit_kind, chance.randint(1, 3))
        case.reach(case.later(days + 10))
        sending.discard(case)
        raise NotYet
    at = case.later(days)
    steps = sending.STEPS if at < case.present else chance.randint(0, sending.STEPS)
    sending.fill(case, wishes.visit_kind, steps)
    if steps == sending.STEPS and (at < case.present or happens(chance, 0.7)):
        sending.choose(case, wishes.team, wishes.shown)
    case.measure.changed_at = case.clock
    case.reach(at)
    by = case.preparer if _still_here(case) else case.judge
    sending.transmit(case, wishes.team, by)
    if happens(chance, RECALLED):
        case.reach(case.clock + timedelta(hours=chance.uniform(0.2, 4)))
        sending.recall(case, by)
        case.reach(case.later(chance.uniform(1, 8)))
        sending.transmit(case, wishes.team, by)


def _still_here(case: Case) -> bool:
    return case.preparer in case.court.of(Role(case.preparer.role), case.clock)


def _be_taken_up(case: Case, wishes: Wishes) -> date:
    """From the transmission to the first meeting, over other centres if need be."""
    _receive(case)
    others = iter(wishes.others)
    while happens(case.chance, UNABLE):
        _cannot(case, next(others, None))
        _receive(case)
    _accept(case)
    if happens(case.chance, NOBODY_CAME):
        _nobody_comes(case)
    if happens(case.chance, SUSPENDED_WAITING):
        _wait_suspended(case)
    opened = _open_intake(case)
    return _meet_first(case, opened)


def _receive(case: Case) -> None:
    chance = case.chance
    slow = happens(chance, 0.16)
    days = chance.uniform(8, 80) if slow else skewed_days(chance, 1.8)
    case.reach(case.later(days))
    receiving.acknowledge(case, contact(case))
    if happens(chance, 0.08):
        case.reach(case.later(chance.uniform(1, 4)))
        receiving.ask_information(case, contact(case))
        case.reach(case.later(skewed_days(chance, 3)))
        case.write(clerk_or_judge(case), chance.choice(phrases.ANSWERS))


def _cannot(case: Case, other: CentreTeam | None) -> None:
    """Row 9, then another centre (row 10), the judge's end of it, or long silence."""
    chance = case.chance
    case.reach(case.later(skewed_days(chance, 6)))
    [reason] = chance.choices(list(UnableReason), (70, 18, 7, 5))
    receiving.declare_unable(case, coordinator(case), reason)
    if other is None or happens(chance, 0.12):
        case.reach(case.later(chance.uniform(30, 150)))
        ending.end(case, Event.CLOSE, case.judge, ClosureReason.UNABLE)
        archive_later(case)
    case.reach(case.later(skewed_days(chance, 40)))
    assert other is not None
    sending.redesignate(case, other, clerk_or_judge(case))


def _accept(case: Case) -> None:
    chance = case.chance
    case.reach(case.later(min(skewed_days(chance, 9, 0.9), 60)))
    weeks = case.now.team.weeks.get(case.now.designation.visit_kind, 10)
    expected = case.today + timedelta(days=max(weeks * 7 - 10, 14))
    receiving.accept(case, coordinator(case), meeting_day(chance, expected))


def _nobody_comes(case: Case) -> None:
    """A report, a proposal, then the judge ends it; now and then not yet."""
    chance, deadline = case.chance, case.terms.contact_deadline_days or 45
    advance(case, deadline + chance.uniform(5, 40), 0.4)
    by, body = coordinator(case), phrases.NO_CONTACT
    urgency = Urgency.ANSWER_NEEDED
    receiving.report_difficulty(case, by, Category.NO_CONTACT, urgency, body)
    case.reach(case.later(skewed_days(chance, 12)))
    ending.propose_not_started(case, by)
    case.reach(case.later(skewed_days(chance, 12)))
    stated = case.terms.lapse_rule != LapseRule.NONE
    reason = ClosureReason.LAPSED if stated else ClosureReason.NEVER_STARTED
    ending.end(case, Event.NOT_STARTED, case.judge, reason)
    archive_later(case)


def _wait_suspended(case: Case) -> None:
    advance(case, case.chance.uniform(5, 40), 0.3)
    ending.suspend(case, case.judge)
    advance(case, case.chance.uniform(25, 90), 0.3)
    ending.resume(case, case.judge)


def _open_intake(case: Case) -> date:
    """Row 8. Returns the day of the first meeting if all goes well."""
    chance, designation = case.chance, case.now.designation
    assert designation.transmitted_at is not None
    weeks = case.now.team.weeks.get(designation.visit_kind, 10)
    wait = weeks * 7 * case.now.team.slowness * skewed_days(chance, 1, 0.3) + 21
    parents = [skewed_days(chance, 13, 0.9) for _side in range(2)]
    ready = max(wait * chance.uniform(*INTAKE_SHARE), min(max(parents), 150))
    sent = designation.transmitted_at
    left = (sent + timedelta(days=ready) - case.clock) / timedelta(days=1)
    if wait > 110 and happens(chance, 0.5):
        advance(case, left / 2, 0.25)
        receiving.change_date(
            case, coordinator(case), case.today + _weeks(chance, 4, 14)
        )
        left /= 2
    advance(case, max(left, 1), 0.25)
    by = contact(case)
    for kind, days in zip(receiving.CONTACTS, parents, strict=True):
        on = min((sent + timedelta(days=days)).date(), case.today)
        opens = kind == receiving.CONTACTS[0]
        event = Event.RECORD_CONTACT if opens else Event.RECORD_MILESTONE
        receiving.reach_milestone(case, by, kind, on, event)
        case.reach(case.clock + timedelta(minutes=4))
    return max((sent + timedelta(days=wait)).date(), case.today + _weeks(chance, 2, 5))


def _meet_first(case: Case, planned: date) -> date:
    """Interviews, the agreement, and row 11 some days after the meeting."""
    chance = case.chance
    left = max((planned - case.today).days, 6)
    for kind in (*receiving.INTERVIEWS, MilestoneKind.AGREEMENT_SIGNED):
        if kind == MilestoneKind.INTERVIEW_VISITING or happens(chance, 0.2):
            advance(case, left / 5, 0.3)
            record_milestone(case, kind)
    held = meeting_day(chance, max(planned, case.today))
    advance(case, (held - case.today).days + chance.uniform(1, 4), 0.3)
    receiving.hold_first_visit(case, contact(case), held)
    return held


def _weeks(chance: Random, least: int, most: int) -> timedelta:
    return timedelta(weeks=chance.uniform(least, most))
