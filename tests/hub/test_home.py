"""The home page: what waits for whom, in which order, and one number everywhere."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions import assignments, availability, members
from hub.actions.messages import post_messages
from hub.actions.reception import (
    Difficulty,
    accept,
    acknowledge_measure,
    declare_unable,
    report_difficulty,
)
from hub.agenda import Why
from hub.calendar import today_in
from hub.demo import CENTRE, COURT, Demo, complete_draft, transmit_demo
from hub.models import (
    Centre,
    Court,
    Designation,
    Measure,
    Participant,
    Role,
    TimerMark,
    User,
    WaitingDeclaration,
)
from hub.models.centres import VisitKind
from hub.models.choices import DifficultyCategory, UnableReason, Urgency
from hub.posting import Draft
from hub.queries.agenda import agenda_of, waiting_count

SignIn = Callable[[User], Client]


def page(client: Client, where: str = "/") -> str:
    answer = client.get(where, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def whys(user: User) -> list[str]:
    return [one.why for one in agenda_of(user).mine]


def say(demo: Demo, who: str, number: int = 0, **more: object) -> None:
    author, thread = demo.people[who].pk, demo.threads[number].pk
    post_messages([Draft(thread, author, uuid4(), "Dites-moi", **more)])  # type: ignore[arg-type]


def measure_of(demo: Demo, number: int = 0) -> Measure:
    return Measure.objects.get(pk=demo.threads[number].designation.measure_id)


def report(demo: Demo, number: int, urgency: Urgency) -> None:
    told = Difficulty(
        DifficultyCategory.SAFETY, urgency, today_in(), "Voir ci-dessous.", True, False
    )
    report_difficulty(measure_of(demo, number), told, by=demo.people["samira"])


def newcomer(role: Role, key: str, **place: object) -> User:
    user = members.create_user(
        email=f"{key}@justice.demo.invalid", given_name=key.title(), usual_name="Test"
    )
    members.add_membership(user, role, **place)  # type: ignore[arg-type]
    return user


def days_ago(days: int) -> dict[str, object]:
    return {"transmitted_at": timezone.now() - timedelta(days=days)}


def test_the_gravest_comes_first_and_one_number_stands_everywhere(
    demo: Demo, sign_in: SignIn
) -> None:
    report(demo, 1, Urgency.IMMEDIATE)
    declare_unable(
        measure_of(demo), reason=UnableReason.CAPACITY, body="Complet.",
        by=demo.people["samira"],
    )  # fmt: skip
    draft = complete_draft(demo.people, VisitKind.VISIT, [5], date(2026, 11, 2))
    text = page(sign_in(demo.people["paul"]))
    assert whys(demo.people["paul"]) == [Why.DIFFICULTY, Why.REDESIGNATE, Why.DRAFT]
    assert "<title>(3) What waits for you" in text
    assert "3 measures wait for you" in text
    assert "<span data-number>3</span>" in text
    assert f"/mesures/{draft.reference}/relire" in text
    # The judge sees a draft of her clerk's once it lacks nothing.
    assert whys(demo.people["camille"]) == [Why.DIFFICULTY, Why.REDESIGNATE]
    assert whys(demo.people["anne"]) == []


def test_each_waits_for_what_their_role_can_do(demo: Demo) -> None:
    samira, luc = demo.people["samira"], demo.people["luc"]
    assert whys(samira) == whys(luc) == [Why.RECEIPT, Why.RECEIPT]
    acknowledge_measure(measure_of(demo), by=luc)
    assert Why.DATE in whys(samira)  # a coordinator gives the date, a colleague not
    assert Why.DATE not in whys(luc)
    accept(measure_of(demo), expected_on=today_in() + timedelta(days=30), by=samira)
    assert whys(samira) == [Why.RECEIPT]  # a place is waited for, nobody has to act
    Designation.objects.filter(pk=demo.threads[0].designation_id).update(
        expected_first_visit_on=today_in() - timedelta(days=1)
    )
    assert Why.DATE_PASSED in whys(samira)
    assert [one.why for one in agenda_of(demo.people["camille"]).late] == []


def test_a_colleague_who_answers_takes_it_off_the_others_lists_unless_it_is_urgent(
    demo: Demo,
) -> None:
    camille, paul = demo.people["camille"], demo.people["paul"]
    say(demo, "samira", 1)
    assert len(whys(camille)) == 2
    assignments.take_charge(paul, demo.threads[1].pk)
    assert len(whys(camille)) == 1
    assert len(whys(paul)) == 2
    say(demo, "samira", 1, urgent="Enfant malade")
    assert len(whys(camille)) == 2


def test_what_is_late_on_the_other_side_offers_the_act_that_helps(
    demo: Demo, sign_in: SignIn
) -> None:
    camille = demo.people["camille"]
    assert agenda_of(camille).late == []
    Designation.objects.filter(pk=demo.threads[1].designation_id).update(**days_ago(20))
    [late] = agenda_of(camille).late
    assert late.why == Why.LATE_RECEIPT
    text = page(sign_in(camille))
    assert "No receipt of the measure" in text
    assert f'/fils/{demo.threads[1].pk}#body">Remind them' in text
    # For the centre the same measure is what it has to do now.
    assert "Late: it was due by" in page(sign_in(demo.people["samira"]))


def test_a_waiting_time_is_confirmed_from_the_page_in_one_act(
    demo: Demo, sign_in: SignIn
) -> None:
    samira, client = demo.people["samira"], sign_in(demo.people["samira"])
    assert Why.WAITING_TIME not in whys(samira)
    old = timezone.now() - timedelta(days=40)
    WaitingDeclaration.objects.update(declared_at=old, weeks=7)
    assert "Confirm: 7 weeks" in page(client)
    where = f"/espaces/{CENTRE}/delai/inchange"
    answer = client.post(where, {"retour": "/"})
    back = answer.headers["Location"]
    assert (answer.status_code, back.split("=")[0]) == (303, "/?fait")
    assert "waiting time recorded at" in page(client, back)
    assert "waiting time recorded at" not in page(client)
    assert Why.WAITING_TIME not in whys(samira)
    stranger = client.post(where, {"retour": "//ailleurs.fr"})
    assert stranger.headers["Location"].startswith("/bureau/")


def test_a_new_measure_is_acknowledged_where_it_is_read_and_the_page_says_so(
    demo: Demo, sign_in: SignIn
) -> None:
    samira, measure = sign_in(demo.people["samira"]), measure_of(demo)
    assert f'/mesures/{measure.reference}#acts">Read and acknowledge' in page(samira)
    assert "/actes/accuse" not in page(samira)  # no tap in a list dates a receipt
    done = samira.post(f"/mesures/{measure.reference}/actes/accuse", {"retour": "/"})
    said = f"{measure.reference}: receipt acknowledged at "
    assert said in page(samira, done["Location"])
    luc = sign_in(demo.people["luc"])
    assert said not in page(luc, done["Location"])  # only of one's own acts


def test_questions_about_places_wait_for_the_centre_that_was_asked(demo: Demo) -> None:
    centre = Centre.objects.get(code=CENTRE)
    assert Why.QUESTION not in whys(demo.people["samira"])
    availability.ask(
        court=Court.objects.get(code=COURT), centres=[centre],
        visit_kind=VisitKind.VISIT, children_count=1, age_bands=["3_5"],
        visits_per_month=2, needs=[], by=demo.people["camille"],
    )  # fmt: skip
    assert Why.QUESTION in whys(demo.people["samira"])
    assert Why.QUESTION not in whys(demo.people["nadia"])


def test_those_without_measures_see_what_their_service_has_to_do(
    demo: Demo, sign_in: SignIn
) -> None:
    chief = newcomer(Role.CHIEF_CLERK, "chief", court=Court.objects.get(code=COURT))
    assert whys(chief) == []
    report(demo, 0, Urgency.ANSWER_NEEDED)
    told = measure_of(demo).difficulties.get()
    TimerMark.objects.create(timer="T6.days", object_id=str(told.pk))
    assert whys(chief) == [Why.UNANSWERED]
    text = page(sign_in(chief))
    assert "#juridiction" in text
    assert str(demo.threads[0].pk) not in text
    noe = demo.people["noe"]
    WaitingDeclaration.objects.update(declared_at=timezone.now() - timedelta(days=40))
    Designation.objects.update(**days_ago(40))
    assert whys(noe) == [Why.NO_RECEIPTS, Why.STALE]
    text = page(sign_in(noe))
    assert "2 measures without a receipt" in text
    assert measure_of(demo).reference not in text
    assert whys(demo.people["operator"]) == []


def test_what_there_is_only_to_read_is_counted_as_such(
    demo: Demo, sign_in: SignIn
) -> None:
    luc = demo.people["luc"]
    for number in (0, 1):
        acknowledge_measure(measure_of(demo, number), by=luc)
    unread = sum(one.seat.unread for one in agenda_of(luc).news if one.seat)
    assert whys(luc) == []
    assert f"Nothing to do; {unread} unread messages" in page(sign_in(luc))
    Participant.objects.filter(user=luc).update(read_seq=99)
    assert "Nothing waits for you" in page(sign_in(luc))


def test_the_number_alone_is_the_number_of_the_page(demo: Demo) -> None:
    say(demo, "camille")
    say(demo, "samira", 1, needs_ack=True)
    acknowledge_measure(measure_of(demo), by=demo.people["samira"])
    report(demo, 0, Urgency.ANSWER_NEEDED)
    numbers = {who: agenda_of(one).count for who, one in demo.people.items()}
    assert numbers == {who: waiting_count(one) for who, one in demo.people.items()}
    assert numbers["camille"] == 2
    assert numbers["samira"] == 1  # the court has to answer the difficulty first


@pytest.mark.parametrize("who", ["camille", "samira", "noe", "operator"])
def test_the_page_costs_the_same_queries_whatever_waits(
    demo: Demo, sign_in: SignIn, who: str
) -> None:
    client = sign_in(demo.people[who])

    def more(number: int) -> None:
        for _n in range(number):
            transmit_demo(demo.people, VisitKind.VISIT, [5], date(2026, 11, 2))
        Designation.objects.exclude(transmitted_at=None).update(**days_ago(40))
        complete_draft(demo.people, VisitKind.VISIT, [5], date(2026, 11, 2))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client)
        return len(captured)

    more(1)
    page(client)
    few = queries()
    more(6)
    assert queries() == few
    assert few <= 25
    shown = re.findall(r"<span data-number>(\d+)</span>", page(client))
    assert shown == [str(waiting_count(demo.people[who]))]
