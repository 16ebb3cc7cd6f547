"""A measure that runs, from its first meeting to its end.

Belongs here: certificates, difficulties, changes, interruptions and how it ends. What
comes before the first meeting: lives.py.
"""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

from hub.models import MessageKind
from hub.models.choices import (
    ClosureReason,
    Exits,
    ExpectedNote,
    MilestoneKind,
    Urgency,
)
from hub.national import ending, phrases, receiving, sending
from hub.national.cases import Case
from hub.national.chance import happens, skewed_days
from hub.national.days import (
    advance,
    archive_later,
    clerk_or_judge,
    contact,
    coordinator,
    record_milestone,
)
from hub.states import Event

Incident = Callable[[Case], None]
MONTHLY = 0.2  # exchanges a month while nothing happens
CERTIFIED_EVERY = (50, 110)  # days between two attendance certificates
CLOSURES = (
    ClosureReason.TERM_REACHED, ClosureReason.BETTER_AGREEMENT,
    ClosureReason.FAMILY_MOVED, ClosureReason.OTHER,
)  # fmt: skip


def run(case: Case, first_day: date) -> None:
    """Raises NotYet wherever the present stops it."""
    if happens(case.chance, 0.2):
        record_milestone(case, MilestoneKind.CALENDAR_SENT)
    certified = first_day
    for days, incident in _plan(case):
        advance(case, days, MONTHLY)
        if incident is certify:
            receiving.certify_attendance(case, contact(case), certified)
            certified = case.today + timedelta(days=1)
        else:
            incident(case)
    _end(case, first_day)


def certify(case: Case) -> None:
    """Marks the place of a certificate in the plan; `run` knows since when."""


def _plan(case: Case) -> list[tuple[float, Incident]]:
    """What is to come, each with the days since the thing before it."""
    chance = case.chance
    last = case.measure.ends_on or case.today + timedelta(days=180)
    total = max((last - case.today).days, 10)
    if happens(chance, 0.14):  # it will be over long before its term
        total = int(total * chance.uniform(0.2, 0.8))
    moments: list[tuple[float, Incident]] = [
        (chance.uniform(4, total), incident)
        for incident, probability in _INCIDENTS
        if happens(chance, probability)
    ]
    if case.terms.exits == Exits.PROGRESSIVE:
        moments.append((chance.uniform(20, 100), _begin_exits))
    if ExpectedNote.ATTENDANCE in case.terms.expected_notes:
        day = chance.uniform(*CERTIFIED_EVERY)
        while day < total:
            moments.append((day, certify))
            day += chance.uniform(*CERTIFIED_EVERY)
    moments = sorted((m for m in moments if m[0] < total), key=lambda m: m[0])
    days = [0.0, *(day for day, _incident in moments)]
    gaps = [after - before for before, after in pairwise(days)]
    plan = [(gap, m[1]) for gap, m in zip(gaps, moments, strict=True)]
    return [*plan, (total - days[-1], _nothing)]


def _nothing(case: Case) -> None:
    """The term itself."""


def _begin_exits(case: Case) -> None:
    record_milestone(case, MilestoneKind.EXITS_STARTED)


def _difficulty(case: Case) -> None:
    """A report; unless for information, the court answers in writing."""
    chance = case.chance
    category, body = chance.choice(list(phrases.DIFFICULTIES.items()))
    levels = (Urgency.INFO, Urgency.ANSWER_NEEDED, Urgency.IMMEDIATE)
    [urgency] = chance.choices(levels, (35, 58, 7))
    receiving.report_difficulty(case, coordinator(case), category, urgency, body)
    if urgency != Urgency.INFO:
        advance(case, skewed_days(chance, 3), 0)
        case.write(clerk_or_judge(case), chance.choice(phrases.ANSWERS))


def _modification(case: Case) -> None:
    sending.modify(case, clerk_or_judge(case))


def _suspension(case: Case) -> None:
    ending.suspend(case, case.judge)
    advance(case, case.chance.uniform(20, 90), 0.2)
    ending.resume(case, case.judge)


def _interruption(case: Case) -> None:
    """Row 13, then the judge decides that it goes on."""
    receiving.interrupt(case, coordinator(case))
    advance(case, skewed_days(case.chance, 18), 0.8)
    ending.resume(case, case.judge)


_INCIDENTS: tuple[tuple[Incident, float], ...] = (
    (_difficulty, 0.3), (_difficulty, 0.1), (_modification, 0.15),
    (_suspension, 0.11), (_interruption, 0.05),
)  # fmt: skip


def _end(case: Case, first_day: date) -> None:
    """By the judge alone, or proposed by the centre and confirmed, or by silence."""
    chance, early = case.chance, _is_early(case)
    if early and happens(chance, 0.5):
        reasons = (ClosureReason.REVOKED, ClosureReason.REPLACED)
        ending.end(case, Event.CLOSE, case.judge, chance.choice(reasons))
        archive_later(case)
    advance(case, chance.expovariate(1 / 14), MONTHLY)
    _say_the_end(case, first_day)
    [reason] = chance.choices(CLOSURES, (0, 6, 3, 1) if early else (88, 8, 2, 2))
    ending.propose_close(case, coordinator(case), reason)
    if happens(chance, 0.04):
        advance(case, chance.uniform(1, 9), 0)
        ending.decline(case, case.judge)
        advance(case, chance.uniform(20, 60), MONTHLY)
        ending.propose_close(case, coordinator(case), reason)
    if happens(chance, 0.25):
        case.reach(case.clock + timedelta(days=15, minutes=2))  # CLOSURE_SILENCE_DAYS
        ending.end(case, Event.CLOSE_BY_SILENCE, None, reason)
    else:
        advance(case, min(skewed_days(chance, 5), 14), 0)
        ending.end(case, Event.CLOSE, clerk_or_judge(case), reason)
    archive_later(case)


def _is_early(case: Case) -> bool:
    last = case.measure.ends_on
    return last is not None and (last - case.today).days > 20


def _say_the_end(case: Case, first_day: date) -> None:
    if happens(case.chance, 0.4):
        record_milestone(case, MilestoneKind.LAST_VISIT)
    if ExpectedNote.END_NOTE in case.terms.expected_notes:
        days = {"first": f"{first_day:%d/%m/%Y}", "last": f"{case.today:%d/%m/%Y}"}
        body = phrases.END_NOTE % days
        case.post(MessageKind.END_NOTE, coordinator(case), body)
