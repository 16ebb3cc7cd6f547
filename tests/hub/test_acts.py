"""The pages of acts: what they refuse, at which place, and that nothing is lost."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hub.actions import course, transmission
from hub.acts import PAGES
from hub.demo import Demo
from hub.errors import Frozen
from hub.models import Centre, Designation, Measure, Message, Thread, User
from tests.hub.lifecycle import CALLS, OTHER, draft, put, sent, today

SignIn = Callable[[User], Client]


def page_of(measure: Measure, slug: str) -> str:
    return f"/mesures/{measure.reference}/actes/{slug}"


def state(measure: Measure) -> str:
    return Measure.objects.get(pk=measure.pk).state


def test_a_centre_takes_a_measure_from_receipt_to_first_meeting(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, samira = sent(demo), sign_in(demo.people["samira"])
    soon, later = (today() + timedelta(days=n) for n in (50, 57))
    steps: list[tuple[str, dict[str, str], str]] = [
        ("accuse", {}, "received"),
        ("acceptation", {"expected_on": str(soon)}, "waiting"),
        ("date", {"expected_on": f"{later:%d/%m/%Y}"}, "waiting"),
        ("etape", {"kind": "interview_visiting", "on": str(today())}, "intake"),
        ("premiere-rencontre", {"on": str(today())}, "active"),
        ("etape-suivante", {"kind": "agreement_signed", "on": str(today())}, "active"),
    ]
    for slug, typed, reached in steps:
        answer = samira.post(page_of(measure, slug), typed)
        assert (answer.status_code, state(measure)) == (303, reached), slug
    current = Designation.objects.get(measure=measure, is_current=True)
    assert current.expected_first_visit_on == later
    assert (current.interviewed_on, current.first_visit_on) == (today(), today())
    assert Measure.objects.get(pk=measure.pk).ends_on is not None


@pytest.mark.parametrize(
    ("slug", "reached", "field", "typed"),
    [
        ("acceptation", "received", "expected_on", "31/02/2027"),
        ("acceptation", "received", "expected_on", "2020-01-01"),
        ("acceptation", "received", "expected_on", "2999-01-01"),
        ("acceptation", "received", "expected_on", ""),
        ("acceptation", "received", "expected_on", "<b>demain</b>"),
        ("premiere-rencontre", "intake", "on", "2999-12-01"),
        ("premiere-rencontre", "intake", "on", "2020-12-01"),
    ],
)
def test_an_impossible_date_is_said_at_the_field_and_nothing_happens(
    demo: Demo, sign_in: SignIn, slug: str, reached: str, field: str, typed: str
) -> None:
    measure, samira = put(sent(demo), reached), sign_in(demo.people["samira"])
    answer = samira.post(page_of(measure, slug), {field: typed})
    page = answer.content.decode()
    assert (answer.status_code, state(measure)) == (400, reached)
    assert f'id="id_{field}-error"' in page
    assert f'href="#id_{field}"' in page  # the summary leads to the field
    assert "<title>Erreur" in page
    assert "<b>demain" not in page


def test_what_was_typed_survives_a_refusal(demo: Demo, sign_in: SignIn) -> None:
    measure, samira = sent(demo), sign_in(demo.people["samira"])
    words = "Deux retards, & un départ anticipé."
    answer = samira.post(
        page_of(measure, "difficulte"), {"body": words, "urgency": "immediate"}
    )
    assert answer.status_code == 400
    assert "Deux retards, &amp; un départ" in answer.content.decode()
    assert not Message.objects.filter(kind="difficulty_report").exists()


def test_whoever_comes_second_reads_who_was_first(demo: Demo, sign_in: SignIn) -> None:
    measure = sent(demo)
    luc, samira = sign_in(demo.people["luc"]), sign_in(demo.people["samira"])
    assert luc.post(page_of(measure, "accuse")).status_code == 303
    answer = samira.post(page_of(measure, "accuse"))
    assert answer.status_code == 409
    assert "Luc Roy" in answer.content.decode()


def test_a_clerk_transmits_with_the_decision_attached_as_a_judge_does(
    demo: Demo, sign_in: SignIn
) -> None:
    for key in ("paul", "camille"):
        measure = draft(demo)
        where = f"/mesures/{measure.reference}/relire"
        client = sign_in(demo.people[key])
        assert "decision-fictive.pdf" in client.get(where).content.decode()
        assert client.post(where).status_code == 303
        assert state(measure) == "transmitted"


def test_an_incomplete_draft_names_each_missing_thing_with_its_link(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, camille = draft(demo), sign_in(demo.people["camille"])
    type(measure.terms).objects.filter(pk=measure.terms_id).update(
        duration_months=None, exits=""
    )
    measure.children.all().delete()
    page = camille.get(f"/mesures/{measure.reference}/relire").content.decode()
    for place in ("modalites#duration_months", "modalites#exits", "famille#child-1"):
        assert place in page, place
    answer = camille.post(f"/mesures/{measure.reference}/relire")
    assert (answer.status_code, state(measure)) == (409, "draft")
    assert not Thread.objects.filter(designation__measure=measure).exists()


@pytest.mark.parametrize("broken", ["approval", "paused", "intake"])
def test_a_centre_that_cannot_be_designated_is_refused_with_a_sentence(
    demo: Demo, sign_in: SignIn, broken: str
) -> None:
    measure, camille = draft(demo), sign_in(demo.people["camille"])
    centre = Designation.objects.get(measure=measure).centre
    if broken == "approval":
        centre.approvals.update(valid_until=date(2026, 1, 1))
    elif broken == "paused":
        Centre.objects.filter(pk=centre.pk).update(status="paused")
    else:
        centre.sites.get().declarations.update(intake="paused")
    answer = camille.post(f"/mesures/{measure.reference}/relire")
    assert (answer.status_code, state(measure)) == (409, "draft")
    assert "espace de rencontre" in answer.content.decode()


def test_a_recall_ends_with_the_first_reading(demo: Demo, sign_in: SignIn) -> None:
    measure, camille = sent(demo), sign_in(demo.people["camille"])
    thread = Thread.objects.get(designation__measure=measure)
    samira = sign_in(demo.people["samira"])
    samira.post(f"/fils/{thread.pk}/lecture", {"seq": "1"})
    assert camille.post(page_of(measure, "rappel")).status_code == 409
    assert state(measure) == "transmitted"


def test_a_recalled_measure_leaves_the_centre_with_nothing_and_can_go_again(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, samira = sent(demo), sign_in(demo.people["samira"])
    thread = Thread.objects.get(designation__measure=measure)
    assert samira.get(f"/fils/{thread.pk}").status_code == 200
    transmission.recall(measure, by=demo.people["camille"])
    assert samira.get(f"/fils/{thread.pk}").status_code == 404
    measure = Measure.objects.get(pk=measure.pk)
    assert (measure.state, measure.terms.version) == ("draft", 2)  # type: ignore[union-attr]
    again = transmission.transmit(measure, by=demo.people["camille"])
    assert samira.get(f"/fils/{again.pk}").status_code == 200


def test_terms_never_change_once_they_are_transmitted(demo: Demo) -> None:
    measure = sent(demo)
    terms = measure.terms
    assert terms is not None
    terms.visit_minutes = 30
    with pytest.raises(Frozen):
        terms.save()
    CALLS["modify"](measure, demo.people["camille"])
    versions = {v.version: v.visit_minutes for v in measure.versions.all()}
    assert versions == {1: 120, 2: 60}
    asked = Message.objects.get(kind="modification")
    assert asked.needs_ack
    assert "60 minutes" in asked.body


def test_the_courts_written_answer_gives_the_turn_back(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, samira = sent(demo), sign_in(demo.people["samira"])
    samira.post(page_of(measure, "piece-manquante"), {"body": "La page 2 manque."})
    asked = Measure.objects.get(pk=measure.pk)
    assert (asked.awaits, asked.awaits_act) == ("court", "answer")
    thread = Thread.objects.get(designation__measure=measure)
    camille = sign_in(demo.people["camille"])
    camille.post(f"/fils/{thread.pk}", {"body": "La voici."})
    answered = Measure.objects.get(pk=measure.pk)
    assert (answered.awaits, answered.awaits_act) == ("centre", "acknowledge")


def test_nobody_has_to_answer_thank_you(demo: Demo, sign_in: SignIn) -> None:
    thread, camille = demo.threads[0], sign_in(demo.people["camille"])
    samira = sign_in(demo.people["samira"])
    assert "/sans-reponse" in camille.get(f"/fils/{thread.pk}").content.decode()
    assert (
        samira.post(f"/fils/{thread.pk}/sans-reponse", {"seq": "5"}).status_code == 303
    )
    thread.refresh_from_db()
    assert thread.awaits == "court"  # only the asked side can say so
    camille.post(f"/fils/{thread.pk}/sans-reponse", {"seq": "4"})  # seen before no. 5
    thread.refresh_from_db()
    assert thread.awaits == "court"
    camille.post(f"/fils/{thread.pk}/sans-reponse", {"seq": "5"})
    thread.refresh_from_db()
    assert thread.awaits == ""


def test_a_lapse_is_never_computed_that_the_decision_does_not_state(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, camille = put(sent(demo), "waiting"), sign_in(demo.people["camille"])
    typed = {"reason": "lapsed_per_order", "condition_met": "on"}
    assert camille.post(page_of(measure, "fin-non-commencee"), typed).status_code == 409
    type(measure.terms).objects.update(lapse_rule="no_contact_by_deadline")
    only_reason = {"reason": "lapsed_per_order"}
    answer = camille.post(page_of(measure, "fin-non-commencee"), only_reason)
    assert answer.status_code == 400
    assert camille.post(page_of(measure, "fin-non-commencee"), typed).status_code == 303
    assert state(measure) == "ended"


def test_reopening_needs_both_sides_and_thirty_days(demo: Demo) -> None:
    measure = put(sent(demo), "ended")
    course.propose_reopen(measure, by=demo.people["samira"])
    Measure.objects.filter(pk=measure.pk).update(
        closed_at=timezone.now() - timedelta(days=31)
    )
    with pytest.raises(Exception, match="30"):
        course.reopen(measure, by=demo.people["camille"])
    Measure.objects.filter(pk=measure.pk).update(closed_at=timezone.now())
    course.reopen(measure, by=demo.people["camille"])
    assert state(measure) == "active"


def test_the_old_centre_keeps_its_thread_and_acts_no_more(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, samira = put(sent(demo), "unable"), sign_in(demo.people["samira"])
    old = Thread.objects.get(designation__measure=measure)
    other = Centre.objects.get(code=OTHER)
    transmission.redesignate(measure, other, by=demo.people["camille"])
    assert samira.get(page_of(measure, "accuse")).status_code == 404
    shown = samira.get(f"/fils/{old.pk}").content.decode()
    assert measure.reference in shown
    assert f"/mesures/{measure.reference}" not in shown  # nothing that came later
    assert samira.post(f"/fils/{old.pk}", {"body": "Encore"}).status_code == 409


@pytest.mark.parametrize("slug", [page.slug for page in PAGES])
def test_every_act_has_a_page_that_changes_nothing(
    demo: Demo, sign_in: SignIn, slug: str
) -> None:
    measure = sent(demo)
    answers = {
        sign_in(demo.people[key]).get(page_of(measure, slug)).status_code
        for key in ("camille", "samira")
    }
    assert 200 in answers
    assert answers <= {200, 403}
    assert state(measure) == "transmitted"


def test_an_act_that_does_not_exist_is_a_missing_page(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, samira = sent(demo), sign_in(demo.people["samira"])
    assert samira.get(page_of(measure, "accuse")).status_code == 200
    assert samira.get(page_of(measure, "n-importe-quoi")).status_code == 404


def test_a_return_address_stays_on_this_site(demo: Demo, sign_in: SignIn) -> None:
    samira = sign_in(demo.people["samira"])
    for wanted, where in (
        ("/bureau", "/bureau"),
        ("//evil.example", None),
        ("https://evil.example/", None),
        ("/\\evil.example", None),
    ):
        measure = sent(demo)
        answer = samira.post(page_of(measure, "accuse"), {"retour": wanted})
        back, _said = answer["Location"].split("?fait=")
        assert back == (where or f"/mesures/{measure.reference}")


def test_a_legal_notion_stands_beside_its_act_with_its_article(
    demo: Demo, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["samira"])
    reference = demo.threads[0].designation.measure.reference
    english = {"accept-language": "en"}
    acts = f"/mesures/{reference}/actes"
    asked = client.get(f"{acts}/difficulte", headers=english).content.decode()
    assert "Why a difficulty is reported (art. 1180-5 CPC)" in asked
    assert "<summary>" in asked  # opened by key, click or finger, not by hovering
    plain = client.get(f"{acts}/acceptation", headers=english).content.decode()
    assert "<summary>" not in plain
