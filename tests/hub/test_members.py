"""Contacts: who may give which place, what a place opens, what leaving ends."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub import events
from hub.actions import contacts, members
from hub.actions.absences import enter_absence
from hub.actions.assignments import take_charge
from hub.actions.sign_in import request_sign_in
from hub.calendar import today_in
from hub.demo import CENTRE, COURT, OTHER_CENTRE, Demo
from hub.errors import Forbidden, HubError, Illegal, InvalidInput, NotFound
from hub.models import (
    Absence,
    Assignment,
    Centre,
    Court,
    CourtUnit,
    Measure,
    Membership,
    Message,
    Role,
    Session,
    SignInRequest,
    User,
)

SignIn = Callable[[User], Client]
WHERE = f"/organisations/{CENTRE}/contacts"
COURT_WHERE = f"/organisations/{COURT}/contacts"
NEW = {"email": "Ines.Diallo@centre.demo.invalid", "given_name": "Inès",
       "usual_name": "Diallo", "role": "staff"}  # fmt: skip


@pytest.fixture
def centre(demo: Demo) -> Centre:
    return Centre.objects.get(code=CENTRE)


@pytest.fixture
def court(demo: Demo) -> Court:
    return Court.objects.get(code=COURT)


@pytest.fixture
def chief(court: Court) -> User:
    return newcomer(Role.CHIEF_CLERK, "chief", court=court)


@pytest.fixture
def invited() -> Iterator[list[dict[str, Any]]]:
    heard: list[dict[str, Any]] = []

    def hear(**event: Any) -> None:
        heard.append(event)

    events.member_invited.connect(hear)
    yield heard
    events.member_invited.disconnect(hear)


def newcomer(role: Role, key: str, **place: Any) -> User:
    user = members.create_user(
        email=f"{key}@demo.invalid", given_name=key.title(), usual_name="Test"
    )
    members.add_membership(user, role, **place)
    return user


def place_of(demo: Demo, key: str) -> Membership:
    return Membership.objects.current().get(user=demo.people[key])


def test_an_invited_contact_sits_in_every_open_thread_at_once(
    demo: Demo, sign_in: SignIn, invited: list[dict[str, Any]]
) -> None:
    client = sign_in(demo.people["samira"])
    answer = client.post(WHERE, NEW)
    assert answer.status_code == 303
    said = client.get(answer.headers["Location"]).content.decode()
    assert "Invitation envoyée à" in said
    ines = User.objects.get(email="ines.diallo@centre.demo.invalid")
    for thread in demo.threads:
        assert sign_in(ines).get(f"/fils/{thread.pk}").status_code == 200
    [event] = invited
    assert (event["email"], event["role"]) == (ines.email, "staff")
    assert event["organisation"] == Centre.objects.get(code=CENTRE).name


def test_an_existing_account_gets_a_place_and_keeps_its_name(
    demo: Demo, sign_in: SignIn
) -> None:
    client, nadia = sign_in(demo.people["samira"]), demo.people["nadia"]
    given = NEW | {"email": nadia.email.upper()}
    assert client.post(WHERE, given).status_code == 303
    assert Membership.objects.current().filter(user=nadia).count() == 2
    nadia.refresh_from_db()
    assert nadia.given_name == "Nadia"
    again = client.post(WHERE, given, headers={"accept-language": "en"})
    assert again.status_code == 400
    assert "already has a place here" in again.content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "ines.diallo"}, "Write the address in full"),
        ({"email": ""}, "Write the address in full"),
        ({"given_name": "  "}, "Write the first name"),
        ({"usual_name": "x" * 200}, "fit"),
        ({"role": ""}, "Choose a role."),
        ({"role": "queen"}, "Choose a role."),
    ],
)
def test_a_wrong_invitation_keeps_what_was_typed(
    demo: Demo, sign_in: SignIn, changes: dict[str, str], sentence: str
) -> None:
    before = User.objects.count()
    client = sign_in(demo.people["samira"])
    answer = client.post(WHERE, NEW | changes, headers={"accept-language": "en"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in page
    assert "Diallo" in page or "usual_name" in changes
    assert User.objects.count() == before


def test_each_manager_gives_only_the_places_of_the_matrix(
    demo: Demo, centre: Centre, court: Court, chief: User
) -> None:
    people = {
        "coordinator": demo.people["samira"],
        "centre_manager": newcomer(Role.CENTRE_MANAGER, "manager", centre=centre),
        "chief_clerk": chief,
        "national": newcomer(Role.NATIONAL, "national"),
    }
    allowed = {
        "coordinator": {(centre, "coordinator"), (centre, "staff")},
        "centre_manager": {(centre, r) for r in ("coordinator", "staff",
                                                 "centre_manager")},
        "chief_clerk": {(court, r) for r in ("judge", "clerk", "chief_clerk")},
        "national": {(centre, "coordinator"), (centre, "centre_manager"),
                     (court, "chief_clerk")},
    }  # fmt: skip
    cells = 0
    for key, manager in people.items():
        for organisation in (centre, court):
            for role in Role.values:
                fits = (organisation, role) in allowed[key]
                assert _gives(manager, organisation, role, cells) == fits, (key, role)
                cells += 1
    assert cells == 4 * 2 * 8


def _gives(manager: User, organisation: Centre | Court, role: str, n: int) -> bool:
    given = contacts.Invitation(f"p{n}@demo.invalid", "Une", "Personne", role)
    try:
        contacts.invite(organisation, given, by=manager)
    except (Forbidden, NotFound):
        return False
    return True


def test_only_managers_manage_and_only_at_home(demo: Demo, sign_in: SignIn) -> None:
    luc, nadia = sign_in(demo.people["luc"]), sign_in(demo.people["nadia"])
    assert luc.get(WHERE).status_code == 200
    assert luc.post(WHERE, NEW).status_code == 403
    assert nadia.get(WHERE).status_code == 404
    assert nadia.post(WHERE, NEW).status_code == 404
    place = place_of(demo, "luc").pk
    assert nadia.post(f"{WHERE}/{place}/depart").status_code == 404
    foreign = f"/organisations/{OTHER_CENTRE}/contacts/{place}/depart"
    assert nadia.post(foreign).status_code == 404


def test_leaving_ends_access_charges_absence_sessions_and_requests(
    demo: Demo, sign_in: SignIn
) -> None:
    luc, thread = demo.people["luc"], demo.threads[0]
    client = sign_in(luc)
    assert client.get(f"/fils/{thread.pk}").status_code == 200
    take_charge(luc, thread.pk)
    today = today_in()
    enter_absence(luc, first_day=today, last_day=today, by=luc)
    request_sign_in(luc.email)
    where = f"{WHERE}/{place_of(demo, 'luc').pk}/depart"
    samira = sign_in(demo.people["samira"])
    assert samira.get(where).status_code == 200
    assert samira.post(where).status_code == 303
    assert client.get(f"/fils/{thread.pk}").status_code == 302
    assert not Session.objects.filter(user=luc).exists()
    assert not SignInRequest.objects.filter(user=luc, used_at=None).exists()
    assert not Assignment.objects.filter(released_at=None).exists()
    assert not Absence.objects.filter(ended_at=None).exists()
    line = Message.objects.filter(thread=thread).last()
    assert line is not None
    assert "Luc Roy" in line.body


def test_somebody_with_another_place_stays_signed_in(
    demo: Demo, centre: Centre, sign_in: SignIn
) -> None:
    luc = demo.people["luc"]
    place = place_of(demo, "luc")
    other = Centre.objects.get(code=OTHER_CENTRE)
    members.add_membership(luc, Role.STAFF, centre=other)
    client = sign_in(luc)
    contacts.leave(place.pk, organisation=centre, by=demo.people["samira"])
    assert client.get("/").status_code == 200
    assert client.get(f"/fils/{demo.threads[0].pk}").status_code == 404


def test_the_last_coordinator_needs_a_successor(
    demo: Demo, centre: Centre, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["samira"])
    where = f"{WHERE}/{place_of(demo, 'samira').pk}"
    last = client.post(f"{where}/depart", {"confirmed": "on"})
    assert last.status_code == 409
    assert client.post(where, {"role": "staff"}).status_code == 409
    change = {"role": "coordinator"}
    assert client.post(f"{WHERE}/{place_of(demo, 'luc').pk}", change).status_code == 303
    forgotten = client.post(f"{where}/depart", headers={"accept-language": "en"})
    assert forgotten.status_code == 400
    assert "Confirm that you give up" in forgotten.content.decode()
    assert client.post(f"{where}/depart", {"confirmed": "on"}).status_code == 303
    assert client.get("/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_who_leave_at_once_cannot_both_succeed(demo: Demo) -> None:
    centre = Centre.objects.get(code=CENTRE)
    second = newcomer(Role.COORDINATOR, "second", centre=centre)
    start = threading.Barrier(2)

    def go(user: User) -> bool:
        place = Membership.objects.get(user=user)
        start.wait()
        try:
            contacts.leave(place.pk, organisation=centre, by=user, confirmed=True)
        except HubError as refusal:
            assert isinstance(refusal, Illegal)
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(go, [demo.people["samira"], second]))
    assert sorted(done) == [False, True]
    left = Membership.objects.current().filter(centre=centre, role=Role.COORDINATOR)
    assert left.count() == 1


def test_a_new_role_keeps_the_seats_and_the_history(
    demo: Demo, centre: Centre, sign_in: SignIn
) -> None:
    luc, old = demo.people["luc"], place_of(demo, "luc")
    client = sign_in(demo.people["samira"])
    where = f"{WHERE}/{old.pk}"
    assert client.post(where, {"role": "coordinator"}).status_code == 303
    assert sign_in(luc).get(f"/fils/{demo.threads[0].pk}").status_code == 200
    assert place_of(demo, "luc").role == Role.COORDINATOR
    old.refresh_from_db()
    assert old.until is not None
    assert client.post(where, {"role": "staff"}).status_code == 404


def test_a_unit_shares_its_measures_with_its_members(
    demo: Demo, court: Court, chief: User, sign_in: SignIn
) -> None:
    client, anne = sign_in(chief), demo.people["anne"]
    units = f"/organisations/{COURT}/cabinets"
    given = {"label": "Cabinet 2", "unit_email": "cabinet2@demo.invalid"}
    assert client.post(units, given).status_code == 303
    unit = CourtUnit.objects.get(label="Cabinet 2")
    Measure.objects.filter(pk=demo.threads[0].designation.measure_id).update(unit=unit)
    thread = f"/fils/{demo.threads[0].pk}"
    assert sign_in(anne).get(thread).status_code == 404
    move = {"role": "judge", "unit": str(unit.pk)}
    where = f"{COURT_WHERE}/{place_of(demo, 'anne').pk}"
    assert client.post(where, move).status_code == 303
    assert sign_in(anne).get(thread).status_code == 200
    closed = {"label": "Pôle famille", "unit_email": ""}
    assert client.post(f"{units}/{unit.pk}", closed).status_code == 303
    unit.refresh_from_db()
    assert (unit.label, unit.is_active) == ("Pôle famille", False)


def test_a_unit_has_a_name_of_its_own(demo: Demo, chief: User, sign_in: SignIn) -> None:
    client, units = sign_in(chief), f"/organisations/{COURT}/cabinets"
    assert client.post(units, {"label": "Cabinet 2"}).status_code == 303
    assert client.post(units, {"label": "Cabinet 2"}).status_code == 400
    assert client.post(units, {"label": " "}).status_code == 400
    assert client.post(units, {"label": "B", "unit_email": "x"}).status_code == 400
    assert sign_in(demo.people["paul"]).post(units, {"label": "C"}).status_code == 403
    assert CourtUnit.objects.count() == 1


def test_the_address_of_the_service_is_its_managers_to_change(
    demo: Demo, centre: Centre, sign_in: SignIn
) -> None:
    where, given = f"/organisations/{CENTRE}/adresse", {"mailbox": "A@demo.invalid"}
    samira = sign_in(demo.people["samira"])
    assert samira.post(where, given).status_code == 303
    centre.refresh_from_db()
    assert centre.email == "a@demo.invalid"
    assert samira.post(where, {"mailbox": "a@"}).status_code == 400
    assert sign_in(demo.people["luc"]).post(where, given).status_code == 403
    assert sign_in(demo.people["nadia"]).post(where, given).status_code == 404


def test_a_closed_account_is_not_invited(demo: Demo, centre: Centre) -> None:
    nadia = demo.people["nadia"]
    members.close_account(nadia)
    given = contacts.Invitation(nadia.email, "Nadia", "Faure", Role.STAFF)
    with pytest.raises(InvalidInput):
        contacts.invite(centre, given, by=demo.people["samira"])


def test_the_list_of_contacts_costs_the_same_for_many(
    demo: Demo, centre: Centre, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["samira"])

    def cost() -> int:
        client.get(WHERE)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(WHERE).status_code == 200
        return len(captured)

    few = cost()
    for n in range(15):
        newcomer(Role.STAFF, f"staff{n}", centre=centre)
    assert cost() == few <= 12
