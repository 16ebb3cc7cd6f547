"""The desk: each side its queues, late first, nothing beyond what a role may see."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions import members
from hub.actions.messages import post_messages
from hub.actions.reception import acknowledge_measure, declare_unable
from hub.calendar import today_in
from hub.demo import COURT, Demo, complete_draft, transmit_demo
from hub.models import (
    Approval,
    Centre,
    Court,
    Designation,
    Measure,
    Membership,
    Role,
    User,
    WaitingDeclaration,
)
from hub.models.centres import VisitKind
from hub.models.choices import UnableReason
from tests.page_text import main_of

SignIn = Callable[[User], Client]
CENTRE_DESK, COURT_DESK = "/bureau/DEMO-44-01", f"/bureau/{COURT}"


def page(client: Client, where: str = "/bureau") -> str:
    answer = client.get(where, headers={"accept-language": "en"})
    assert answer.status_code == 200, where
    return answer.content.decode()


def newcomer(role: Role, key: str = "chief", **place: object) -> User:
    user = members.create_user(
        email=f"{key}@justice.demo.invalid", given_name=key.title(), usual_name="Test"
    )
    members.add_membership(user, role, **place)  # type: ignore[arg-type]
    return user


def measure_of(demo: Demo, number: int = 0) -> Measure:
    return demo.threads[number].designation.measure


@pytest.fixture
def chief(demo: Demo) -> User:
    return newcomer(Role.CHIEF_CLERK, court=Court.objects.get(code=COURT))


@pytest.fixture
def national(demo: Demo) -> User:
    return newcomer(Role.NATIONAL, "national")


def test_the_centres_desk_begins_with_what_has_no_receipt(
    demo: Demo, sign_in: SignIn
) -> None:
    text = page(sign_in(demo.people["samira"]))
    assert "2 measures wait for an act of your espace de rencontre" in text
    reference = measure_of(demo).reference
    assert f"/mesures/{reference}/actes/accuse" in text
    acknowledge_measure(measure_of(demo), by=demo.people["samira"])
    text = page(sign_in(demo.people["samira"]))
    assert "1 measure waits for an act of your espace de rencontre" in text
    assert f"/mesures/{reference}/actes/acceptation" in text


def test_a_receipt_that_misses_for_days_is_late_and_comes_first(
    demo: Demo, sign_in: SignIn
) -> None:
    client, late = sign_in(demo.people["camille"]), measure_of(demo, 1)
    assert "late" not in main_of(page(client, COURT_DESK))
    sent = timezone.now() - timedelta(days=20)
    Designation.objects.filter(measure=late).update(transmitted_at=sent)
    text = page(client, COURT_DESK)
    assert "working days late" in text
    assert text.index(late.reference) < text.index(measure_of(demo).reference)


def test_the_court_sees_drafts_and_what_waits_for_it(
    demo: Demo, sign_in: SignIn
) -> None:
    draft = complete_draft(demo.people, VisitKind.VISIT, [5], date(2026, 11, 2))
    samira = demo.people["samira"]
    declare_unable(
        measure_of(demo), reason=UnableReason.CAPACITY, body="Complet.", by=samira
    )
    text = page(sign_in(demo.people["paul"]))
    assert f"/mesures/{draft.reference}/relire" in text
    assert f"/mesures/{measure_of(demo).reference}/espace" in text


def test_strangers_find_their_own_desk_and_not_the_others(
    demo: Demo, sign_in: SignIn
) -> None:
    reference = measure_of(demo).reference
    assert reference in page(sign_in(demo.people["camille"]), COURT_DESK)
    assert reference not in page(sign_in(demo.people["anne"]), COURT_DESK)
    nadia = sign_in(demo.people["nadia"])
    assert reference not in page(nadia)
    missing = nadia.get("/bureau/DEMO-99-99")
    assert nadia.get(CENTRE_DESK).status_code == missing.status_code == 404
    assert sign_in(demo.people["operator"]).get("/bureau").status_code == 403


def test_staff_sees_only_the_measures_they_have_a_seat_in(
    demo: Demo, sign_in: SignIn
) -> None:
    centre = Centre.objects.get(code="DEMO-44-01")
    staff = newcomer(Role.STAFF, "intervenante", centre=centre)
    lead = newcomer(Role.CENTRE_MANAGER, "gestionnaire", centre=centre)
    assert measure_of(demo).reference in page(sign_in(lead))
    assert measure_of(demo).reference not in page(sign_in(staff))
    members.seat(demo.threads[0], [Membership.objects.get(user=staff)])
    text = page(sign_in(staff))
    assert measure_of(demo).reference in text
    assert measure_of(demo, 1).reference not in text


def test_a_chief_clerk_sees_counts_and_no_family(
    demo: Demo, chief: User, sign_in: SignIn
) -> None:
    text = page(sign_in(chief))
    assert "The whole court: 2 measures" in text
    assert measure_of(demo).reference in text
    assert str(demo.threads[0].pk) not in text
    assert "4, 7" not in text
    assert "4, 7" in page(sign_in(demo.people["camille"]))


def test_a_chief_clerk_gives_a_colleague_a_seat(
    demo: Demo, chief: User, sign_in: SignIn
) -> None:
    anne, client = sign_in(demo.people["anne"]), sign_in(chief)
    thread = f"/fils/{demo.threads[0].pk}"
    assert anne.get(thread).status_code == 404
    place = Membership.objects.get(user=demo.people["anne"])
    given = {"reference": measure_of(demo).reference, "member": str(place.pk)}
    assert client.post(f"{COURT_DESK}/places", given).status_code == 303
    assert anne.get(thread).status_code == 200
    stranger = Membership.objects.get(user=demo.people["nadia"])
    wrong = client.post(f"{COURT_DESK}/places", given | {"member": str(stranger.pk)})
    assert wrong.status_code == 400
    assert sign_in(demo.people["paul"]).post(
        f"{COURT_DESK}/places", given
    ).status_code == 403  # fmt: skip


def test_the_national_desk_counts_and_shows_no_measure(
    demo: Demo, national: User, sign_in: SignIn
) -> None:
    client = sign_in(national)
    assert "Every measure has its receipt." in page(client)
    long_ago = timezone.now() - timedelta(days=40)
    Designation.objects.update(transmitted_at=long_ago)
    WaitingDeclaration.objects.update(declared_at=long_ago)
    soon = today_in() + timedelta(days=20)
    Approval.objects.filter(centre__code="DEMO-44-02").update(valid_until=soon)
    text = page(client)
    assert "2 measures" in text
    assert "Declare on its behalf" in text
    late = Centre.objects.get(code="DEMO-44-02")
    assert f'href="mailto:{late.email}"' in text  # so that somebody can be asked
    assert "until " in text
    assert measure_of(demo).reference not in text
    assert client.get(f"/mesures/{measure_of(demo).reference}").status_code == 404


def test_somebody_with_two_places_chooses(demo: Demo, sign_in: SignIn) -> None:
    centre = Centre.objects.get(code="DEMO-44-02")
    members.add_membership(demo.people["luc"], Role.COORDINATOR, centre=centre)
    text = page(sign_in(demo.people["luc"]))
    assert 'href="/bureau/DEMO-44-02"' in text
    assert 'href="/bureau/DEMO-44-01"' in text


def test_a_desk_costs_the_same_queries_and_shows_fifty(
    demo: Demo, chief: User, national: User, sign_in: SignIn
) -> None:
    people = [demo.people["samira"], demo.people["camille"], chief, national]
    clients = [sign_in(person) for person in people]

    def queries() -> list[int]:
        found = []
        for client in clients:
            page(client)
            with CaptureQueriesContext(connection) as captured:
                page(client)
            found.append(len(captured))
        return found

    few = queries()
    for _n in range(55):
        transmit_demo(demo.people, VisitKind.VISIT, [5], date(2026, 11, 2))
    assert queries() == few
    assert max(few) <= 25, few
    text = page(clients[0])
    assert text.count("/actes/accuse") == 50
    assert page(clients[0], "/bureau?file=accuser&page=2").count("/actes/accuse") == 7


def test_words_of_a_thread_never_stand_on_a_desk(
    demo: Demo, chief: User, national: User, sign_in: SignIn
) -> None:
    from uuid import uuid4

    from hub.posting import Draft

    author = demo.people["paul"].pk
    post_messages([Draft(demo.threads[0].pk, author, uuid4(), "Phrase à chercher")])
    camille = sign_in(demo.people["camille"])
    assert "Phrase à chercher" in page(camille, f"/fils/{demo.threads[0].pk}")
    for client in (camille, sign_in(demo.people["samira"]), sign_in(chief)):
        assert "Phrase à chercher" not in page(client)
