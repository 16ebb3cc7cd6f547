"""What centres say of themselves over 18 months: waiting, closures, answers.

Belongs here: their teams, the history of declared waits, days closed, and requests for
room by courts. Whom they receive comes from hub/data/demo_centres.json.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from django.db.models import Prefetch

from hub.models import (
    Absence,
    AvailabilityAnswer,
    AvailabilityRequest,
    Centre,
    Closure,
    Role,
    Site,
    WaitingDeclaration,
)
from hub.models.centres import VisitKind
from hub.national.cases import Rows
from hub.national.chance import happens, identifier
from hub.national.names import Names
from hub.national.people import CentreTeam, CourtTeam, centre_team

HISTORY_DAYS = 540  # declarations go as far back as measures do
RENEWED = 0.42  # of the data's stale centres: 18 % of all stay stale instead of 31 %
STALE_DAYS = 30
CLOSED_WEEKS = 12  # closures lie at most this far behind or ahead
ANSWERED_DAYS = 14
REASONS = ("Congés annuels", "Travaux dans les locaux", "Formation de l’équipe")


def teams(chance: Random, names: Names, present: datetime) -> Iterator[CentreTeam]:
    """Every demonstration centre stored, with people who do not exist."""
    newest_last = WaitingDeclaration.objects.order_by("declared_at", "pk")
    sites = Site.objects.prefetch_related(Prefetch("declarations", newest_last))
    stored = Centre.objects.filter(is_demo=True).order_by("code")
    for centre in stored.prefetch_related(Prefetch("sites", sites)):
        site = centre.sites.all()[0]
        weeks = {d.visit_kind: d.weeks for d in site.declarations.all()}
        yield centre_team(centre, weeks, chance, names, present)


def describe(
    teams: Sequence[CentreTeam], rows: Rows, chance: Random, present: datetime
) -> None:
    """Past declarations and closures of each centre, and days off of its people."""
    for team in teams:
        rows[WaitingDeclaration] += _declarations(team, chance, present)
        if happens(chance, 0.45):
            rows[Closure].append(_closure(team, chance, present))
        if happens(chance, 0.15):
            rows[Absence].append(_absence(team, chance, present))


def ask_for_room(
    courts: Sequence[CourtTeam],
    near: Mapping[str, Sequence[CentreTeam]],
    rows: Rows,
    chance: Random,
    present: datetime,
) -> None:
    """Requests before a decision, of the last months; half a dozen a court."""
    for court in courts:
        asked = near[court.court.code]
        for _n in range(chance.randint(2, 9) if asked else 0):
            at = present - timedelta(days=chance.uniform(0.3, 90))
            by = chance.choice(court.of(Role.CLERK, at) + court.of(Role.JUDGE, at))
            request = AvailabilityRequest(
                id=identifier(chance),
                court=court.court,
                by=by.user,
                visit_kind=chance.choice(VisitKind.values),
                children_count=chance.choice((1, 1, 2, 2, 3)),
                visits_per_month=chance.choice((1, 2, 2, 4)),
                asked_at=at,
                expires_at=at + timedelta(days=ANSWERED_DAYS),
            )
            rows[AvailabilityRequest].append(request)
            rows[AvailabilityAnswer] += [
                _answer(request, team, chance, present) for team in asked[:5]
            ]


def _declarations(
    team: CentreTeam, chance: Random, present: datetime
) -> Iterator[WaitingDeclaration]:
    """Every month or so, walking towards what the centre declares today."""
    [site] = team.centre.sites.all()
    known = {d.visit_kind: d for d in site.declarations.all()}
    newest = max(d.declared_at for d in known.values())
    stale = (present - newest).days >= STALE_DAYS
    moments = []
    if stale and happens(chance, RENEWED):
        moments.append(present - timedelta(days=chance.uniform(0.5, 25)))
    at = min(newest, present) - timedelta(days=chance.uniform(15, 40))
    while at > present - timedelta(days=HISTORY_DAYS):
        moments.append(at)
        at -= timedelta(days=chance.uniform(20, 70))
    for kind, weeks in team.weeks.items():
        for at in moments:
            by = chance.choice(team.of((Role.COORDINATOR, Role.STAFF), at)).user
            yield WaitingDeclaration(
                site=site,
                visit_kind=kind,
                weeks=weeks,
                declared_at=at,
                declared_by=by,
            )
            weeks = max(1, weeks + round(chance.gauss(-0.3, 1.6)))


def _closure(team: CentreTeam, chance: Random, present: datetime) -> Closure:
    far = timedelta(days=chance.randint(-7 * CLOSED_WEEKS, 7 * CLOSED_WEEKS))
    first = (present + far).date()
    announced = min(present, present + far) - timedelta(days=chance.uniform(2, 40))
    return Closure(
        centre=team.centre,
        first_day=first,
        last_day=first + timedelta(days=chance.randint(0, 14)),
        reason=chance.choice(REASONS),
        announced_at=announced,
        announced_by=team.of((Role.COORDINATOR,), announced)[0].user,
    )


def _absence(team: CentreTeam, chance: Random, present: datetime) -> Absence:
    first = present.date() + timedelta(days=chance.randint(-8, 20))
    away, instead = team.places[:2]
    return Absence(
        user=away.user,
        substitute=instead.user,
        first_day=first,
        last_day=first + timedelta(days=chance.randint(1, 14)),
        created_at=present - timedelta(days=chance.uniform(9, 30)),
    )


def _answer(
    request: AvailabilityRequest, team: CentreTeam, chance: Random, present: datetime
) -> AvailabilityAnswer:
    answer = AvailabilityAnswer(request=request, centre=team.centre)
    at = request.asked_at + timedelta(days=chance.uniform(0.2, 9))
    if at < present and happens(chance, 0.8):
        answer.answered_at = at
        place = chance.choice(team.of((Role.COORDINATOR, Role.STAFF), at))
        answer.answered_by = place.user
        weeks = team.weeks.get(request.visit_kind)
        answer.weeks = weeks and max(weeks + chance.randint(-2, 4), 0)
    return answer
