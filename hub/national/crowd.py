"""Threads of a chosen size whose members can sign in at once: for load generators.

Belongs here: invented people, measures and sessions in bulk, by the same tables and
rules as the rest of this package. Rights are the real ones: each member has a place in
the court or the centre, and a seat. What a measurement does with them is not here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from hub.actions.centres import Progress, no_progress, refuse_demo_among_real
from hub.actions.transitions import RECORD_LANGUAGE, hub_itself
from hub.models import (
    Centre,
    Court,
    CourtUnit,
    Measure,
    MeasureTerms,
    Membership,
    Role,
    Session,
    Side,
    User,
)
from hub.models.centres import VisitKind
from hub.models.choices import Act
from hub.national import receiving, sending, storing
from hub.national.beginnings import reference
from hub.national.cases import Case, Rows
from hub.national.chance import identifier
from hub.national.names import GIVEN, USUAL
from hub.national.people import CENTRE_MAIL, COURT_MAIL, CentreTeam, CourtTeam
from hub.sessions import SessionStore

FEWEST_MEMBERS = 2  # one for each side
BEGAN = timedelta(hours=20)  # ago: all is there, and no deadline has passed yet
CHUNK = 500  # threads whose rows are in memory at once
ROWS = 100_000  # of messages and people in memory at once, about
EXTRA_MEMBERS, EXTRA_MESSAGES = 4, 10  # of the threads that only fill the tables
SHARED_BY = 100  # such threads have the same people
BODY = (
    "La première rencontre s’est bien passée. Les deux parents sont venus à l’heure, "
    "séparément, et l’enfant a joué pendant une heure et demie avec son père dans la "
    "grande salle. Nous proposons de garder le même horaire le mois prochain."
)


@dataclass
class Crowd:
    """`threads`: (thread id, session key of each member). `messages`: of all."""

    threads: list[tuple[UUID, list[str]]] = field(default_factory=list)
    messages: int = 0


def create_crowd(
    *,
    threads: int,
    members: int,
    messages: int = 0,
    extra_threads: int = 0,
    progress: Progress = no_progress,
) -> Crowd:
    """Invents `threads` accepted measures with `members` people each, all signed in.

    Nobody sits in two of them. `messages`: of each thread, beside the lines of its
    life-cycle. `extra_threads`: others of four people and ten messages, which nobody
    is signed in for. One transaction. Raises DemoRefused next to real centres; needs
    the courts and a demonstration centre.
    """
    crowd = Crowd()
    with transaction.atomic(), override(RECORD_LANGUAGE), storing.collector_at_rest():
        refuse_demo_among_real()
        hub_itself()
        teams = _Teams(Random(), timezone.now())
        done, total = 0, threads + extra_threads
        at_once = max(1, min(CHUNK, ROWS // (messages + members)))
        for wanted in _chunks(threads, at_once):
            _add(crowd, teams.separate(wanted, members, messages))
            done += wanted
            progress(done, total)
        for wanted in _chunks(extra_threads, CHUNK):
            cases, people = teams.sharing(wanted)
            storing.store(storing.rows_of(cases, people))
            done += wanted
            progress(done, total)
        storing.put_terms_in_force()
    return crowd


def _add(crowd: Crowd, told: tuple[list[Case], Rows]) -> None:
    cases, people = told
    storing.store(storing.rows_of(cases, people))
    sessions: list[Session] = []
    for case in cases:
        mine = [_session(seat.user) for seat in case.now.seats]
        sessions += mine
        thread = case.now.thread
        crowd.threads.append((thread.pk, [one.session_key for one in mine]))
        crowd.messages += thread.last_seq
    Session.objects.bulk_create(sessions, batch_size=storing.AT_ONCE)


def _session(user: User) -> Session:
    """A signed-in browser, as Django's `login` leaves it."""
    data = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }
    session = SessionStore().create_model_instance(data)
    session.expire_date = timezone.now() + timedelta(
        seconds=settings.SESSION_COOKIE_AGE
    )
    return session


def _chunks(total: int, size: int) -> Iterator[int]:
    for start in range(0, total, size):
        yield min(size, total - start)


class _Teams:
    """Makes people and measures, all at one demonstration centre and one court."""

    def __init__(self, chance: Random, now: datetime) -> None:
        self.chance, self.began = chance, now - BEGAN
        self.centre = Centre.objects.filter(is_demo=True).order_by("code")[0]
        self.court = Court.objects.filter(centres=self.centre).order_by("code")[0]

    def separate(
        self, count: int, members: int, messages: int
    ) -> tuple[list[Case], Rows]:
        """Threads of people who sit in no other; the people's rows beside them."""
        people, cases = Rows(list), []
        for _n in range(count):
            court, centre = self._both_sides(members, people)
            cases.append(self._case(court, centre, messages))
        return cases, people

    def sharing(self, count: int) -> tuple[list[Case], Rows]:
        """Threads that only fill the tables; a hundred of them have the same people."""
        people, cases = Rows(list), []
        for wanted in _chunks(count, SHARED_BY):
            court, centre = self._both_sides(EXTRA_MEMBERS, people)
            for _n in range(wanted):
                cases.append(self._case(court, centre, EXTRA_MESSAGES))
        return cases, people

    def _both_sides(self, members: int, rows: Rows) -> tuple[CourtTeam, CentreTeam]:
        court = self._court_team(members // 2)
        centre = self._centre_team(members - members // 2)
        places = [*court.places, *centre.places]
        rows[CourtUnit] += court.units
        rows[Membership] += places
        rows[User] += [place.user for place in places]
        return court, centre

    def _case(self, court: CourtTeam, centre: CentreTeam, messages: int) -> Case:
        """A measure from its draft to its acceptance, and what was said since."""
        judge, preparer = court.places[0], court.places[-1]
        measure = Measure(
            id=identifier(self.chance),
            reference=reference(self.chance),
            court=court.court,
            unit=preparer.unit,
            judge=judge.user,
            prepared_by=preparer.user,
            awaits=preparer.side,
            awaits_act=Act.COMPLETE,
            awaits_since=self.began,
            created_at=self.began,
            changed_at=self.began,
        )
        terms = MeasureTerms(
            measure=measure,
            version=1,
            entered_by=preparer.user,
            created_at=self.began,
        )
        now = self.began + BEGAN
        case = Case(
            self.chance, court, measure, terms, [], preparer, judge, self.began, now
        )
        case.rows[MeasureTerms].append(terms)
        _accept(case, centre)
        _talk(case, messages)
        return case

    def _court_team(self, size: int) -> CourtTeam:
        """A judge and clerks of one unit: all of them sit in the unit's measures."""
        label = f"Cabinet fictif {identifier(self.chance)}"
        unit = CourtUnit(court=self.court, label=label)
        team = CourtTeam(self.court, 1.0, [unit])
        for number in range(size):
            role = Role.CLERK if number else Role.JUDGE
            place = self._place(role, COURT_MAIL)
            place.court, place.unit = self.court, unit
            team.places.append(place)
        return team

    def _centre_team(self, size: int) -> CentreTeam:
        team = CentreTeam(self.centre, {}, 1.0, 1.0)
        for number in range(size):
            role = Role.STAFF if number else Role.COORDINATOR
            place = self._place(role, CENTRE_MAIL)
            place.centre = self.centre
            team.places.append(place)
        return team

    def _place(self, role: Role, domain: str) -> Membership:
        """Somebody new, whose address no other crowd in this database has."""
        name = identifier(self.chance)
        user = User(
            id=name,
            email=f"{name.hex}@{domain}",
            given_name=self.chance.choice(GIVEN),
            usual_name=self.chance.choice(USUAL),
        )
        return Membership(user=user, role=role, since=self.began - timedelta(days=1))


def _accept(case: Case, team: CentreTeam) -> None:
    sending.create(case)
    sending.fill(case, VisitKind.VISIT)
    sending.choose(case, team, shown=1)
    sending.transmit(case, team, case.preparer)
    case.measure.notified_on = case.today  # the first deadline is weeks away
    [coordinator, *_staff] = case.seated(Side.CENTRE)
    receiving.acknowledge(case, coordinator)
    receiving.accept(case, coordinator, case.today + timedelta(days=30))


def _talk(case: Case, messages: int) -> None:
    """Everybody in turn, evenly spread until now; all of it is read."""
    seats = case.now.seats
    pause = (case.present - case.clock) / (messages + 1)
    for number in range(messages):
        case.clock += pause
        case.write(seats[number % len(seats)].membership, BODY)
    for seat in seats:
        seat.read_seq = case.now.thread.last_seq
