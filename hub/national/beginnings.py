"""How a measure begins: on which day, in whose hands, for which centre.

What follows is told in lives.py.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from hub.actions.drafts import REFERENCE_LETTERS
from hub.calendar import is_working_day
from hub.models import Measure, MeasureTerms, Role
from hub.models.centres import VisitKind
from hub.models.choices import Act
from hub.national.cases import Case
from hub.national.chance import happens, identifier, moment
from hub.national.lives import Wishes
from hub.national.people import CentreTeam, CourtTeam

DAYS = 548  # 18 months, of which the last bring the most: the hub spread slowly
FIRST_RATE, LAST_RATE = 0.3, 1.7  # beside the average, 18 months ago and now
# Courts rest in summer and at Christmas; beside an ordinary month.
SLACK_MONTHS = {7: 0.85, 8: 0.55, 12: 0.8}
KINDS = {VisitKind.VISIT: 55, VisitKind.VISIT_WITH_EXITS: 30, VisitKind.HANDOVER: 15}


def begin(court: CourtTeam, chance: Random, present: datetime) -> Case:
    """An empty draft, prepared by a clerk mostly, for a judge of the same unit."""
    departement = court.court.departement_id
    day = _birthday(chance, present.date(), departement)
    clock = moment(chance, day, departement)
    role = Role.JUDGE if happens(chance, 0.12) else Role.CLERK
    preparer = chance.choice(court.of(role, clock))
    judges = court.of(Role.JUDGE, clock)
    near = [j for j in judges if j.unit is preparer.unit] or judges
    judge = preparer if role == Role.JUDGE else chance.choice(near)
    measure = Measure(
        id=identifier(chance),
        reference=reference(chance),
        court=court.court,
        unit=preparer.unit,
        judge=judge.user,
        prepared_by=preparer.user,
        awaits=preparer.side,
        awaits_act=Act.COMPLETE,
        awaits_since=clock,
        created_at=clock,
        changed_at=clock,
    )
    terms = MeasureTerms(
        measure=measure, version=1, entered_by=preparer.user, created_at=clock
    )
    case = Case(chance, court, measure, terms, [], preparer, judge, clock, present)
    case.rows[MeasureTerms].append(terms)
    return case


def wish(
    near: Sequence[CentreTeam], everywhere: Sequence[CentreTeam], chance: Random
) -> Wishes:
    """A form of reception that a centre near offers, and where else it exists."""
    offered = [k for k in KINDS if any(k in team.weeks for team in near)]
    [kind] = chance.choices(offered, [KINDS[k] for k in offered])
    fit = [team for team in near if kind in team.weeks]
    [team] = chance.choices(fit, [team.weight for team in fit])
    others = [t for t in fit if t is not team]
    chance.shuffle(others)
    far = chance.sample(everywhere, min(8, len(everywhere)))
    others += [t for t in far if kind in t.weeks and t not in near]
    return Wishes(team, kind, others, shown=len(fit))


def _birthday(chance: Random, today: date, departement: str) -> date:
    """A working day before today, drawn again until season and growth allow it."""
    while True:
        age = chance.randint(1, DAYS)
        day = today - timedelta(days=age)
        rate = LAST_RATE - (LAST_RATE - FIRST_RATE) * age / DAYS
        rate *= SLACK_MONTHS.get(day.month, 1)
        if chance.random() * LAST_RATE < rate and is_working_day(day, departement):
            return day


def reference(chance: Random) -> str:
    letters = "".join(chance.choices(REFERENCE_LETTERS, k=8))
    return f"M-{letters[:4]}-{letters[4:]}"
