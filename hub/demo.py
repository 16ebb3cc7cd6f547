"""The invented people and measures that tests and demonstrations share.

Their addresses end in .invalid, their centres say "fictif"; nobody here exists.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from django.db import transaction

from hub import days, text
from hub.actions import drafts, members
from hub.actions.messages import post_messages
from hub.actions.transmission import transmit
from hub.calendar import SATURDAY, is_working_day, today_in
from hub.demo_answers import demo_answers
from hub.demo_files import demo_decision
from hub.models import Centre, Court, Measure, Role, Thread, User
from hub.models.centres import VisitKind
from hub.models.choices import (
    ContactInitiative,
    DecisionKind,
    DurationStart,
    Exits,
    Nature,
    PartyRole,
    PeriodUnit,
    Relation,
)
from hub.posting import Draft, Posted

TERMS: dict[str, object] = {
    "periodicity_count": 2,
    "periodicity_unit": PeriodUnit.MONTH,
    "duration_months": 6,
    "duration_starts": DurationStart.FIRST_VISIT,
    "contact_initiative": ContactInitiative.BOTH,
}
KINDS: dict[VisitKind, dict[str, object]] = {
    VisitKind.VISIT: {
        "nature": Nature.VISIT,
        "exits": Exits.NONE,
        "visit_minutes": 120,
    },
    VisitKind.VISIT_WITH_EXITS: {
        "nature": Nature.VISIT,
        "exits": Exits.ALLOWED,
        "visit_minutes": 120,
    },
    VisitKind.HANDOVER: {"nature": Nature.HANDOVER},
}
COURT = "TJ44109"  # Nantes
CENTRE, OTHER_CENTRE = "DEMO-44-01", "DEMO-44-02"


@dataclass(frozen=True)
class Person:
    """`why`: what the person is there to show."""

    key: str
    given_name: str
    usual_name: str
    domain: str
    role: Role
    organisation: str
    why: str

    @property
    def email(self) -> str:
        if not self.usual_name:
            return f"operateur@{self.domain}"
        names = (text.fold(name) for name in (self.given_name, self.usual_name))
        return f"{'.'.join(names)}@{self.domain}"


_COURT_MAIL, _CENTRE_MAIL = "justice.demo.invalid", "centre.demo.invalid"
CAST = (
    Person("camille", "Camille", "Moreau", _COURT_MAIL, Role.JUDGE, COURT,
           "judge of both measures"),
    Person("paul", "Paul", "Petit", _COURT_MAIL, Role.CLERK, COURT,
           "her clerk"),
    Person("samira", "Samira", "Benali", _CENTRE_MAIL, Role.COORDINATOR, CENTRE,
           "coordinator of the designated centre"),
    Person("luc", "Luc", "Roy", _CENTRE_MAIL, Role.STAFF, CENTRE,
           "second contact of that centre"),
    Person("anne", "Anne", "Leroy", _COURT_MAIL, Role.JUDGE, COURT,
           "judge of the same court, stranger to the measures"),
    Person("nadia", "Nadia", "Faure", _CENTRE_MAIL, Role.COORDINATOR, OTHER_CENTRE,
           "contact of another centre, stranger"),
    Person("noe", "Noé", "Tessier", _COURT_MAIL, Role.NATIONAL, "",
           "national service: counts, never content"),
    Person("operator", "Opérateur", "", "demo.invalid", Role.OPERATOR, "",
           "runs the machine, sees no measure"),
)  # fmt: skip


@dataclass(frozen=True)
class Demo:
    people: dict[str, User]
    threads: list[Thread]


def create_demo() -> Demo:
    """The cast, two measures of Camille Moreau's and their first exchanges."""
    with transaction.atomic():
        people = {person.key: _create(person) for person in CAST}
        threads = [
            transmit_demo(
                people, VisitKind.VISIT_WITH_EXITS, [4, 7], _working_day(-60)
            ),
            transmit_demo(people, VisitKind.HANDOVER, [9], _working_day(-22)),
        ]
        _talk(people, threads[0])
        demo_answers(
            COURT, CENTRE, judge=people["camille"], coordinator=people["samira"]
        )
    return Demo(people, threads)


def _create(person: Person) -> User:
    user = members.create_user(
        email=person.email,
        given_name=person.given_name,
        usual_name=person.usual_name,
    )
    court = Court.objects.filter(code=person.organisation).first()
    centre = Centre.objects.filter(code=person.organisation).first()
    members.add_membership(user, person.role, court=court, centre=centre)
    return user


def transmit_demo(
    people: dict[str, User],
    kind: VisitKind,
    ages: list[int],
    decided_on: date,
    centre_code: str = CENTRE,
) -> Thread:
    """A complete measure of Camille Moreau's, sent by her clerk, here to Samira's."""
    measure = complete_draft(people, kind, ages, decided_on)
    centre = Centre.objects.get(code=centre_code)
    drafts.choose_centre(measure, centre, by=people["paul"], counts={})
    return transmit(measure, by=people["paul"])


def complete_draft(
    people: dict[str, User], kind: VisitKind, ages: list[int], decided_on: date
) -> Measure:
    """The same, while it is a draft that lacks nothing but a centre."""
    paul = people["paul"]
    measure = drafts.create_draft(
        court=Court.objects.get(code=COURT), judge=people["camille"], by=paul
    )
    decision = {"decision_kind": DecisionKind.JUDGMENT, "decided_on": decided_on}
    drafts.save_decision(measure, decision, by=paul, revision=0)
    drafts.save_family(
        measure,
        children=[{"birth_month": _born(age)} for age in ages],
        parties=[
            {"role": PartyRole.VISITING, "relation": Relation.PARENT},
            {"role": PartyRole.HOSTING, "relation": Relation.PARENT},
        ],
        safety={},
        by=paul,
        revision=1,
    )
    demo_decision(measure, paul)
    terms = {**TERMS, **KINDS[kind]}
    return drafts.save_terms(measure, terms, phases=[], by=paul, revision=2)


def _born(age: int) -> date:
    today = today_in()
    return date(today.year - age, today.month, 1)


def _working_day(ahead: int) -> date:
    """So many days from today, or the last working day before."""
    day = today_in() + timedelta(days=ahead)
    while not is_working_day(day, ""):
        day -= timedelta(days=1)
    return day


def _talk(people: dict[str, User], thread: Thread) -> None:
    for key, body, needs_ack in _lines():
        draft = Draft(
            thread=thread.pk,
            author=people[key].pk,
            id=uuid4(),
            body=body,
            needs_ack=needs_ack,
        )
        [outcome] = post_messages([draft])
        assert isinstance(outcome, Posted), outcome


def _lines() -> tuple[tuple[str, str, bool], ...]:
    """Who says what, and whether a receipt is asked for; the days lie ahead."""
    hearing, proof = _in_words(_working_day(48)), _in_words(_working_day(41))
    saturday = today_in() + timedelta(days=21)
    saturday += timedelta(days=(SATURDAY - saturday.weekday()) % 7)
    return (
        ("paul", f"Bonjour, l’audience est fixée au {hearing}. Une attestation de "
                 f"présence avant le {proof} suffira.", False),
        ("samira", "Bien reçu, merci. Nous recevons les parents séparément jeudi et "
                   "vendredi.\n\nLa première rencontre est prévue le samedi "
                   f"{_in_words(saturday)}, de 14:00 à 15:00.", False),
        ("samira", "Un parent nous dit que les sorties sont permises dès la première "
                   "rencontre. Pouvez-vous confirmer, pour que nous l’expliquions aux "
                   "deux parents dans les mêmes termes ?", True),
    )  # fmt: skip


def _in_words(day: date) -> str:
    """In French whoever makes the demonstration: its people write French."""
    return days.in_words(day, locale="fr")
