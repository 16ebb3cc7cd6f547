"""Asking for room before the decision: nothing leads back to a case (CPC 448)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub import events
from hub.actions import members
from hub.actions.availability import AgeBand, AvailabilityNeed, answer, ask, band_of
from hub.actions.timers import run_timers
from hub.demo import COURT, Demo
from hub.errors import Forbidden, Illegal, InvalidInput, NotFound
from hub.models import (
    AvailabilityAnswer,
    AvailabilityRequest,
    Centre,
    Court,
    JournalEntry,
    Role,
    User,
)
from hub.queries.availability import Question
from tests.hostile import EVERYTHING
from tests.page_text import main_of

SignIn = Callable[[User], Client]
GIVEN: dict[str, Any] = {
    "visit_kind": "visit_on_site",
    "children_count": 2,
    "age_bands": ["6_10", "3_5"],
    "visits_per_month": 2,
    "needs": ["transport"],
}


def centres(*numbers: int) -> list[Centre]:
    codes = [f"DEMO-44-0{number}" for number in numbers]
    return list(Centre.objects.filter(code__in=codes))


def asked(
    demo: Demo, *numbers: int, by: str = "camille", **changed: Any
) -> AvailabilityRequest:
    return ask(
        by=demo.people[by],
        court=Court.objects.get(code=COURT),
        centres=centres(*(numbers or (1,))),
        **{**GIVEN, **changed},
    )


def page_of(request: AvailabilityRequest) -> str:
    return f"/disponibilites/{request.pk}"


def test_no_column_of_a_question_takes_words_or_points_to_a_measure() -> None:
    for model in (AvailabilityRequest, AvailabilityAnswer):
        for field in model._meta.get_fields():
            assert not isinstance(field, models.TextField), field
            assert field.related_model is None or field.related_model.__name__ in (
                "Court", "User", "Centre", "AvailabilityRequest", "AvailabilityAnswer",
            )  # fmt: skip
    assert not {"court", "by", "asked_by", "user"} & set(Question.__annotations__)


def test_a_question_is_dated_expires_and_is_journalled_without_names(
    demo: Demo,
) -> None:
    heard: list[dict[str, Any]] = []

    def listen(sender: object, **told: Any) -> None:
        heard.append(told)

    events.availability_asked.connect(listen)
    request = asked(demo, 1, 2)
    events.availability_asked.disconnect(listen)
    assert request.expires_at - request.asked_at == timedelta(days=14)
    assert request.age_bands == ["3_5", "6_10"]
    entry = JournalEntry.objects.get(action="availability_asked")
    assert (entry.counts, entry.object_id) == ({"centres": 2}, str(request.pk))
    assert set(heard[0]) == {"signal", "request_id", "centre_ids", "expires_at"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"visit_kind": "party"}, "visit_kind"),
        ({"children_count": 0}, "children_count"),
        ({"children_count": 13}, "children_count"),
        ({"age_bands": []}, "age_bands"),
        ({"age_bands": ["Léa, 4 ans"]}, "age_bands"),
        ({"visits_per_month": 0}, "visits_per_month"),
        ({"needs": ["dossier Martin"]}, "needs"),
        ({"centres": []}, "espace"),
    ],
)
def test_only_closed_lists_and_sensible_numbers_are_taken(
    demo: Demo, changed: dict[str, Any], field: str
) -> None:
    court = Court.objects.get(code=COURT)
    given = {
        "by": demo.people["camille"],
        "court": court,
        "centres": centres(1),
        **GIVEN,
    }
    ask(**given)
    with pytest.raises(InvalidInput) as wrong:
        ask(**{**given, **changed})
    assert list(wrong.value.fields) == [field]
    assert AvailabilityRequest.objects.count() == 1


def test_who_may_ask_and_answer_is_the_matrixs_to_say(demo: Demo) -> None:
    request = asked(demo, 1, by="paul")
    answer(by=demo.people["luc"], request=request, centre=centres(1)[0], weeks=4)
    with pytest.raises(NotFound):
        asked(demo, 1, by="samira")
    with pytest.raises(NotFound):
        answer(by=demo.people["nadia"], request=request, centre=centres(1)[0], weeks=4)
    with pytest.raises(NotFound):
        answer(by=demo.people["nadia"], request=request, centre=centres(2)[0], weeks=4)
    chief = members.create_user(email="chief@x.invalid", given_name="C", usual_name="C")
    members.add_membership(chief, Role.CHIEF_CLERK, court=Court.objects.get(code=COURT))
    demo.people["chief"] = chief
    with pytest.raises(Forbidden):
        asked(demo, 1, by="chief")


def test_a_second_answer_replaces_the_first_until_the_question_expires(
    demo: Demo,
) -> None:
    request, [centre], samira = asked(demo), centres(1), demo.people["samira"]
    answer(by=samira, request=request, centre=centre, weeks=6)
    answer(by=samira, request=request, centre=centre, weeks=None)
    given = AvailabilityAnswer.objects.get()
    assert given.weeks is None
    assert given.answered_by == samira
    counts = JournalEntry.objects.filter(action="availability_answered").order_by("pk")
    assert [entry.counts for entry in counts] == [{"weeks": 6}, {}]
    AvailabilityRequest.objects.update(expires_at=timezone.now())
    with pytest.raises(Illegal):
        answer(by=samira, request=request, centre=centre, weeks=3)
    given.refresh_from_db()
    assert given.weeks is None


def test_a_centre_reads_the_departement_and_never_court_asker_or_reference(
    demo: Demo, sign_in: SignIn
) -> None:
    request = asked(demo, 1)
    samira = sign_in(demo.people["samira"])
    reference = demo.threads[0].designation.measure.reference
    court = Court.objects.get(code=COURT)
    seen = [samira.get("/disponibilites"), samira.get(page_of(request)),
            samira.post(f"{page_of(request)}/reponse", {"weeks": "x"})]  # fmt: skip
    for answered in seen:
        page = answered.content.decode()
        assert "Loire-Atlantique (44)" in page
        for secret in (
            court.name,
            court.code,
            court.city,
            "Camille",
            "Moreau",
            reference,
            str(demo.people["camille"].pk),
        ):
            assert secret not in page, secret
    mine = sign_in(demo.people["camille"]).get("/disponibilites").content.decode()
    assert page_of(request) in mine


def test_only_the_asker_and_the_centres_that_were_asked_find_a_question(
    demo: Demo, sign_in: SignIn
) -> None:
    request = asked(demo, 1)
    for key, status in {"camille": 200, "samira": 200, "luc": 200, "paul": 404,
                        "anne": 404, "nadia": 404, "operator": 403}.items():  # fmt: skip
        assert sign_in(demo.people[key]).get(page_of(request)).status_code == status, (
            key
        )
    nadia = sign_in(demo.people["nadia"])
    assert nadia.post(f"{page_of(request)}/reponse", {"weeks": "3"}).status_code == 404
    assert page_of(request) not in nadia.get("/disponibilites").content.decode()
    camille = sign_in(demo.people["camille"])
    assert (
        camille.post(f"{page_of(request)}/reponse", {"weeks": "3"}).status_code == 403
    )
    assert not AvailabilityAnswer.objects.exclude(answered_at=None).exists()


def test_a_question_is_asked_and_answered_by_plain_forms(
    demo: Demo, sign_in: SignIn
) -> None:
    camille, samira = sign_in(demo.people["camille"]), sign_in(demo.people["samira"])
    form = {**GIVEN, "espace": ["DEMO-44-01", "DEMO-44-02"]}
    made = camille.post("/disponibilites/nouvelle", form)
    assert made.status_code == 303
    where = made["Location"]
    assert UUID(where.rsplit("/", 1)[1])
    assert samira.post(f"{where}/reponse", {"weeks": "7"}).status_code == 303
    assert "première rencontre sous 7 semaines" in camille.get(where).content.decode()
    assert (
        samira.post(f"{where}/reponse", {"place": "none", "weeks": "7"}).status_code
        == 303
    )
    assert "pas de place" in camille.get(where).content.decode()


def test_centres_and_needs_are_preselected_by_the_address(
    demo: Demo, sign_in: SignIn
) -> None:
    page = sign_in(demo.people["camille"]).get(
        "/disponibilites/nouvelle?espace=DEMO-44-01&espace=DEMO-44-02&espace=x"
        "&children_count=2&needs=transport&age_bands=3_5"
    )
    text = main_of(page.content.decode())
    assert text.count('name="espace"') == 2
    assert text.count(" checked") == 4
    for name in ("textarea", 'type="text"', 'name="reference"', 'name="rg'):
        assert name not in text


def test_a_wrong_form_keeps_what_was_typed_and_says_error(
    demo: Demo, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["camille"])
    wrong = {**GIVEN, "children_count": "0", "espace": "DEMO-44-01"}
    answered = client.post("/disponibilites/nouvelle", wrong)
    page = answered.content.decode()
    assert answered.status_code == 400
    assert "<title>Erreur" in page
    assert 'href="#children_count"' in page
    assert main_of(page).count(" checked") == 4
    assert not AvailabilityRequest.objects.exists()


def test_an_expired_question_is_shown_with_why_and_takes_no_answer(
    demo: Demo, sign_in: SignIn
) -> None:
    request, samira = asked(demo), sign_in(demo.people["samira"])
    assert '<form class="stack"' in samira.get(page_of(request)).content.decode()
    AvailabilityRequest.objects.update(expires_at=timezone.now() - timedelta(days=1))
    page = samira.get(page_of(request)).content.decode()
    assert "Cette demande a expiré" in page
    assert '<form class="stack"' not in page
    assert samira.post(f"{page_of(request)}/reponse", {"weeks": "3"}).status_code == 409
    assert "Expiré" in samira.get("/disponibilites").content.decode()


def test_whoever_answers_for_two_centres_says_for_which(
    demo: Demo, sign_in: SignIn
) -> None:
    members.add_membership(
        demo.people["samira"], Role.COORDINATOR, centre=centres(2)[0]
    )
    request = asked(demo, 1, 2)
    samira = sign_in(User.objects.get(pk=demo.people["samira"].pk))
    samira.post(f"{page_of(request)}/reponse", {"weeks": "9", "espace": "DEMO-44-02"})
    given = {a.centre.code: a.weeks for a in AvailabilityAnswer.objects.all()}
    assert given == {"DEMO-44-01": None, "DEMO-44-02": 9}


def test_hostile_words_are_stored_nowhere_and_break_nothing(
    demo: Demo, sign_in: SignIn
) -> None:
    camille, samira = sign_in(demo.people["camille"]), sign_in(demo.people["samira"])
    request = asked(demo)
    for value in [*EVERYTHING[:40], "-1", "9" * 300, "²", "\x00"]:
        typed = value.encode(errors="replace").decode()
        names = [*GIVEN, "espace", "court"]
        answered = camille.post("/disponibilites/nouvelle", dict.fromkeys(names, typed))
        assert answered.status_code == 400, repr(value[:40])
        assert (
            camille.get(
                "/disponibilites/nouvelle", dict.fromkeys(names, typed)
            ).status_code
            == 200
        )
        given = samira.post(
            f"{page_of(request)}/reponse", {"weeks": typed, "espace": typed}
        )
        assert given.status_code in (303, 400), repr(value[:40])
    assert AvailabilityRequest.objects.count() == 1
    assert camille.get(f"/disponibilites/{uuid4()}").status_code == 404


def test_the_lists_cost_the_same_queries_for_one_question_and_for_many(
    demo: Demo, sign_in: SignIn
) -> None:
    camille, samira = sign_in(demo.people["camille"]), sign_in(demo.people["samira"])
    first = asked(demo, 1)

    def queries() -> list[int]:
        found = []
        for client, path in (
            (camille, "/disponibilites"),
            (samira, "/disponibilites"),
            (camille, page_of(first)),
            (samira, page_of(first)),
        ):
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200
            found.append(len(captured))
        return found

    few = queries()
    for _ in range(15):
        asked(demo, 1, 2)
    assert queries() == few
    assert max(few) <= 8, few


def test_an_age_falls_in_one_band() -> None:
    ages = {
        0: "0_2",
        2: "0_2",
        3: "3_5",
        6: "6_10",
        11: "11_14",
        15: "15_17",
        20: "15_17",
    }
    assert {age: band_of(age).value for age in ages} == ages
    assert len(AgeBand) == 5
    assert AvailabilityNeed.values


def test_an_answered_question_is_forgotten_after_thirty_days(demo: Demo) -> None:
    old, young = asked(demo), asked(demo, 1, 2)
    days = {old: 30, young: 29}
    for request, age in days.items():
        AvailabilityRequest.objects.filter(pk=request.pk).update(
            asked_at=timezone.now() - timedelta(days=age), expires_at=timezone.now()
        )
    assert run_timers()["forgotten"] == 1
    assert list(AvailabilityRequest.objects.all()) == [young]
    assert set(AvailabilityAnswer.objects.values_list("request", flat=True)) == {
        young.pk
    }
