"""First steps: who is new sees what to do next, until it is done or closed."""

from collections.abc import Callable

from django.test import Client

from hub.actions import members
from hub.actions.reception import acknowledge_measure
from hub.actions.waiting import confirm_waiting
from hub.demo import CENTRE, Demo
from hub.models import Centre, Court, Role, User
from hub.queries.first_steps import first_steps_of

SignIn = Callable[[User], Client]
ELSEWHERE = "TJ49007"  # Angers: nobody of the cast works there


def page(client: Client) -> str:
    return client.get("/", headers={"accept-language": "en"}).content.decode()


def newcomer(role: Role | None = None, **place: object) -> User:
    user = members.create_user(
        email="nouvelle@justice.demo.invalid", given_name="Nouvelle", usual_name="Test"
    )
    if role:
        members.add_membership(user, role, **place)  # type: ignore[arg-type]
    return user


def steps(user: User) -> dict[str, bool]:
    found = first_steps_of(User.objects.get(pk=user.pk))
    return {str(step): done for step, done in found.steps} if found else {}


def test_an_account_without_a_place_is_told_who_invites_it(
    db: None, sign_in: SignIn
) -> None:
    text = page(sign_in(newcomer()))
    assert "Your account belongs to no organisation yet" in text
    assert "nouvelle@justice.demo.invalid" in text
    assert "First steps" not in text


def test_a_new_contact_sees_what_is_left_and_closes_it_for_good(
    demo: Demo, sign_in: SignIn
) -> None:
    centre = Centre.objects.get(code=CENTRE)
    user = newcomer(Role.COORDINATOR, centre=centre)
    assert steps(user) == {
        "profile": False, "waiting_time": False, "mail": False,
        "colleagues": True, "receipt": False,
    }  # fmt: skip
    confirm_waiting(centre, by=user)
    measure = demo.threads[0].designation.measure
    acknowledge_measure(measure, by=demo.people["samira"])
    assert sum(not done for done in steps(user).values()) == 2
    client = sign_in(user)
    assert "Choose when e-mails reach you" in page(client)
    assert client.get("/premiers-pas/fin").status_code == 405
    assert client.post("/premiers-pas/fin").status_code == 303
    assert "First steps" not in page(sign_in(user))
    assert "First steps" in page(sign_in(demo.people["luc"]))


def test_a_new_court_is_complete_once_it_has_people_and_a_measure(
    demo: Demo, sign_in: SignIn
) -> None:
    court = Court.objects.get(code=ELSEWHERE)
    chief = newcomer(Role.CHIEF_CLERK, court=court)
    assert steps(chief) == {
        "judges": False, "clerks": False, "mail": False, "court_measure": False
    }  # fmt: skip
    members.add_membership(demo.people["anne"], Role.JUDGE, court=court)
    members.add_membership(demo.people["paul"], Role.CLERK, court=court)
    sign_in(chief).post("/preferences", {"messages": "now"})
    assert steps(chief) == {
        "judges": True, "clerks": True, "mail": True, "court_measure": False
    }  # fmt: skip
    demo.threads[0].designation.measure.court = court
    demo.threads[0].designation.measure.save()
    assert steps(chief) == {}
