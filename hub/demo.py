"""The invented people and measures that tests and demonstrations share.

Their addresses end in .invalid, their centres say "fictif"; nobody here exists.
"""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.db import transaction

from hub.actions import measures, members
from hub.actions.messages import post_messages
from hub.models import Centre, Court, Measure, Role, Thread, User
from hub.models.centres import VisitKind
from hub.posting import Draft, Posted

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
        name = f"{self.given_name}.{self.usual_name}"
        return f"{name.lower()}@{self.domain}"


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
            _transmit(people, VisitKind.VISIT_WITH_EXITS, [4, 7], date(2026, 9, 29)),
            _transmit(people, VisitKind.HANDOVER, [9], date(2026, 11, 6)),
        ]
        _talk(people, threads[0])
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


def _transmit(
    people: dict[str, User], nature: VisitKind, ages: list[int], decided_on: date
) -> Thread:
    terms = measures.Terms(
        nature=nature,
        decided_on=decided_on,
        visits_per_month=2,
        visit_minutes=None if nature == VisitKind.HANDOVER else 120,
        duration_months=6,
        children_ages=ages,
    )
    measure: Measure = measures.create_measure(
        court=Court.objects.get(code=COURT),
        judge=people["camille"],
        by=people["paul"],
        terms=terms,
    )
    centre = Centre.objects.get(code=CENTRE)
    return measures.transmit_measure(measure, centre, by=people["paul"])


def _talk(people: dict[str, User], thread: Thread) -> None:
    lines: tuple[tuple[str, str, bool], ...] = (
        ("paul", "Bonjour, l’audience est fixée au 14 janvier 2027. Une attestation "
                 "de présence avant le 7 janvier suffira.", False),
        ("samira", "Bien reçu, merci. Nous recevons les parents séparément jeudi et "
                   "vendredi.\n\nLa première rencontre est prévue le samedi "
                   "12 décembre, de 14:00 à 15:00.", False),
        ("samira", "Un parent nous dit que les sorties sont permises dès la première "
                   "rencontre. Pouvez-vous confirmer, pour que nous l’expliquions aux "
                   "deux parents dans les mêmes termes ?", True),
    )  # fmt: skip
    for key, body, needs_ack in lines:
        draft = Draft(
            thread=thread.pk,
            author=people[key].pk,
            id=uuid4(),
            body=body,
            needs_ack=needs_ack,
        )
        [outcome] = post_messages([draft])
        assert isinstance(outcome, Posted), outcome
