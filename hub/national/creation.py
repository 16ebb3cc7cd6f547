"""The one entry: invents the country and stores it, all or nothing.

Belongs here: how many measures, of which court, when, in which centre. The rest is
told by the other modules of this package.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import chain
from random import Random

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from hub.actions.centres import Progress, no_progress, refuse_demo_among_real
from hub.actions.timers import pass_over
from hub.actions.transitions import RECORD_LANGUAGE, hub_itself
from hub.errors import DemoRefused
from hub.models import Centre, Court, CourtUnit, Measure, Membership, TimerMark, User
from hub.national import centres, storing
from hub.national.beginnings import begin, wish
from hub.national.cases import Case, Rows
from hub.national.lives import live
from hub.national.names import Names
from hub.national.people import CentreTeam, CourtTeam, court_team

MEASURES = 17_000  # DOMAIN 1.7: an estimate of what centres receive in a year
SEED = 20260401
CHUNK = 500  # measures whose rows are in memory at once
FEWEST_COURTS = 3  # of a small share, so that there are strangers
SMALL_DEMO = 2  # measures of hub.demo, which may be there already


@dataclass
class Country:
    courts: list[CourtTeam]
    centres: list[CentreTeam]
    near: dict[str, list[CentreTeam]]  # court code -> the centres that serve it


def create_national(
    *, share: float = 1.0, seed: int = SEED, progress: Progress = no_progress
) -> Counter[str]:
    """Invents people and measures for the courts and demonstration centres stored.

    `share`: of courts and of 17 000 measures. The present is the last midnight (UTC),
    so that a seed tells the same story all day; what was due until then is passed over,
    so that nobody is mailed about invented delays. One transaction: when it is
    interrupted nothing was stored. Returns the number of rows by kind. Raises
    DemoRefused next to real centres, or when measures beyond the small demonstration
    are there.
    """
    with transaction.atomic():
        _refuse_where_used()
        present = datetime.combine(timezone.now().date(), time(0), UTC)
        with override(RECORD_LANGUAGE):
            counts = _create(seed, share, present, progress)
    return counts


def _refuse_where_used() -> None:
    refuse_demo_among_real()
    if Measure.objects.count() > SMALL_DEMO:
        raise DemoRefused(
            _("Measures are already there: the national data needs a new database.")
        )


def _create(
    seed: int, share: float, present: datetime, progress: Progress
) -> Counter[str]:
    hub_itself()
    country, rows = _people(seed, share, present)
    counts = Counter(storing.store(rows))
    counts.update(_measures(country, seed, share, present, progress))
    storing.put_terms_in_force()
    counts[TimerMark.__name__] = pass_over(present)
    return counts


def _people(seed: int, share: float, present: datetime) -> tuple[Country, Rows]:
    chance, rows = Random(f"{seed}/people"), Rows(list)
    names = Names(chance)
    served = _served()
    found = list(Court.objects.order_by("code"))
    if share < 1:
        served_first = sorted(found, key=lambda court: court.code not in served)
        found = served_first[: max(round(len(found) * share), FEWEST_COURTS)]
    courts = [court_team(court, chance, names, present) for court in found]
    teams = list(centres.teams(chance, names, present))
    everybody = [court.places for court in courts], [team.places for team in teams]
    for places in chain(*everybody):
        rows[User] += [place.user for place in places]
        rows[Membership] += places
    rows[CourtUnit] += [unit for court in courts for unit in court.units]
    centres.describe(teams, rows, chance, present)
    near = {
        court.court.code: [t for t in teams if t.centre.pk in served[court.court.code]]
        for court in courts
    }
    centres.ask_for_room(courts, near, rows, chance, present)
    return Country(courts, teams, near), rows


def _served() -> dict[str, set[int]]:
    """Court code -> the demonstration centres that serve it."""
    served: dict[str, set[int]] = defaultdict(set)
    pairs = Centre.objects.filter(is_demo=True).values_list("courts_served", "pk")
    for court, centre in pairs:
        served[court].add(centre)
    return served


def _measures(
    country: Country, seed: int, share: float, present: datetime, progress: Progress
) -> Counter[str]:
    """In chunks, so that memory stays the same however many there are."""
    total, counts = round(MEASURES * share), Counter[str]()
    with storing.collector_at_rest() as collect:
        for start in range(0, total, CHUNK):
            numbers = range(start, min(start + CHUNK, total))
            cases = _cases(country, seed, numbers, present)
            counts.update(storing.store(storing.rows_of(cases, Rows(list))))
            collect()
            progress(numbers.stop, total)
    return counts


def _cases(
    country: Country, seed: int, numbers: Sequence[int], present: datetime
) -> Iterator[Case]:
    courts = [c for c in country.courts if country.near[c.court.code]]
    weights = [court.weight for court in courts]
    for number in numbers:
        chance = Random(f"{seed}/{number}")
        [court] = chance.choices(courts, weights)
        case = begin(court, chance, present)
        near = country.near[court.court.code]
        live(case, wish(near, country.centres, chance))
        yield case
