"""Completing a measure: steps saved as you go, wrong values told, nothing typed lost."""

import re
from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.actions import drafts
from hub.demo import COURT, Demo
from hub.demo_files import demo_decision
from hub.models import Court, Measure, MeasureTerms, User
from hub.models.choices import MeasureState
from tests.hostile import EVERYTHING, FOR_DATABASES
from tests.page_text import main_of

SignIn = Callable[[User], Client]
DECISION = {"decision_kind": "jugement", "decided_on": "19/11/2026"}
FAMILY = {
    "child-1-given": "Zoé",
    "child-1-birth": "2019-03",
    "visiting-relation": "parent",
    "visiting-family": "Durand",
    "visiting-phone": "06 12 34 56 78",
    "hosting-relation": "parent",
    "note": "Arrivées séparées.",
    "separate_waiting": "1",
}
TERMS = {
    "nature": "visit",
    "exits": "none",
    "periodicity_count": "2",
    "periodicity_unit": "month",
    "visit_minutes": "120",
    "duration_months": "6",
    "duration_starts": "first_visit",
    "contact_initiative": "both_parents",
}
NO_ANSWER_OF_THE_LIST = ("decret", "klingon")


@pytest.fixture
def draft(demo: Demo) -> Measure:
    """An empty draft of Camille Moreau's, prepared by Paul Petit."""
    return drafts.create_draft(
        court=Court.objects.get(code=COURT),
        judge=demo.people["camille"],
        by=demo.people["paul"],
    )


@pytest.fixture
def paul(demo: Demo, sign_in: SignIn) -> Client:
    return sign_in(demo.people["paul"])


def where(measure: Measure, step: str) -> str:
    return f"/mesures/{measure.reference}/completer/{step}"


def save(
    client: Client, measure: Measure, step: str, values: dict[str, str], **more: str
) -> tuple[int, str]:
    """(status, page or next address) of a step sent as a form."""
    measure.refresh_from_db()
    given = {"revision": str(measure.revision), **values, **more}
    answer = client.post(where(measure, step), given)
    return answer.status_code, answer.headers.get("Location", "") or (
        answer.content.decode()
    )


def test_a_clerk_begins_a_draft_and_completes_it_step_by_step(
    demo: Demo, paul: Client
) -> None:
    court = f"{COURT}/{demo.people['camille'].pk}"
    answer = paul.post("/mesures/nouvelle", {"judge": court, "id": str(uuid4())})
    assert answer.status_code == 303
    measure = Measure.objects.get(state=MeasureState.DRAFT)
    assert answer.headers["Location"] == where(measure, "decision")
    expected = [where(measure, "famille"), where(measure, "modalites"),
                f"/mesures/{measure.reference}/espace"]  # fmt: skip
    steps = {"decision": DECISION, "famille": FAMILY, "modalites": TERMS}
    reached = [save(paul, measure, step, values) for step, values in steps.items()]
    assert reached == [(303, address) for address in expected]
    page = paul.get(f"/mesures/{measure.reference}").content.decode()
    assert f"{where(measure, 'decision')}#order_document" in page
    demo_decision(measure, demo.people["paul"])
    page = paul.get(f"/mesures/{measure.reference}").content.decode()
    assert "Zoé" in page
    assert "completer/decision#" not in page  # nothing of it is missing
    assert f"/mesures/{measure.reference}/espace#liste" in page


def test_a_form_sent_twice_is_one_draft(demo: Demo, paul: Client) -> None:
    given = {"judge": f"{COURT}/{demo.people['camille'].pk}", "id": str(uuid4())}
    first, second = (paul.post("/mesures/nouvelle", given) for _n in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Measure.objects.filter(state=MeasureState.DRAFT).count() == 1


def test_a_judge_is_preselected_and_a_clerk_chooses(
    demo: Demo, paul: Client, sign_in: SignIn
) -> None:
    own = f'value="{COURT}/{demo.people["camille"].pk}" selected'
    assert (
        own in sign_in(demo.people["camille"]).get("/mesures/nouvelle").content.decode()
    )
    assert "selected" not in main_of(paul.get("/mesures/nouvelle").content.decode())
    refused = paul.post("/mesures/nouvelle", {"judge": "nobody"})
    assert refused.status_code == 400
    assert sign_in(demo.people["samira"]).get("/mesures/nouvelle").status_code == 403


def test_an_incomplete_step_saves_and_says_calmly_what_is_still_needed(
    draft: Measure, paul: Client
) -> None:
    for step in ("decision", "famille", "modalites"):
        assert save(paul, draft, step, {})[0] == 303
    assert save(paul, draft, "decision", DECISION, then="leave") == (303, "/")
    page = paul.get(where(draft, "modalites")).content.decode()
    assert page.count('class="needed" data-needs') == 7
    assert "hidden" not in page.split('data-needs="exits"')[1][:8]
    assert 'class="error"' not in page
    assert "<title>Erreur" not in page
    assert where(draft, "famille") + "#child-1-birth" in page


@pytest.mark.parametrize(
    ("step", "values", "field"),
    [
        ("decision", {"decided_on": "31/02/2026"}, "decided_on"),
        ("decision", {"decided_on": "hier"}, "decided_on"),
        ("decision", {"decided_on": "19/11/2099"}, "decided_on"),
        ("decision", {**DECISION, "notified_on": "18/11/2026"}, "notified_on"),
        ("decision", {"decision_kind": "decret"}, "decision_kind"),
        ("decision", {"rg_number": "9" * 31}, "rg_number"),
        ("famille", {"child-1-birth": "2019-13"}, "child-1-birth"),
        ("famille", {"child-1-given": "Zoé"}, "child-1-birth"),
        ("famille", {"child-1-birth": "1990-01"}, "child-1-birth"),
        ("famille", {"child-1-birth": "2099-01"}, "child-1-birth"),
        ("famille", {f"child-{n}-birth": "2019-03" for n in range(1, 31)}, "child-13-birth"),
        ("famille", {"visiting-phone": "chez sa sœur"}, "visiting-phone"),
        ("famille", {"hosting-email": "durand"}, "hosting-email"),
        ("famille", {"note": "Habite 12 bis, rue des Lilas"}, "note"),
        ("famille", {"note": "x" * 501}, "note"),
        ("famille", {"note": "a\0b"}, "note"),
        ("famille", {"protection_order_until": "01/03/2027"}, "protection_order_until"),
        ("modalites", {"visit_minutes": "0"}, "visit_minutes"),
        ("modalites", {"visit_minutes": "deux heures"}, "visit_minutes"),
        ("modalites", {"visit_minutes": "-60"}, "visit_minutes"),
        ("modalites", {"visit_minutes": "99999999999"}, "visit_minutes"),
        ("modalites", {"duration_months": "30"}, "duration_months"),
        ("modalites", {"duration_months": "٣"}, "duration_months"),
        ("modalites", {"periodicity_count": "8", "periodicity_unit": "week"}, "periodicity_count"),
        ("modalites", {"language-1": "klingon"}, "language-1"),
        ("modalites", {"phase-1-order": "1", "phase-1-length": "3", "phase-1-exits": "none",
                       "phase-2-order": "1", "phase-2-length": "3", "phase-2-exits": "none"}, "phase-2-order"),
        ("modalites", {"phase-1-exits": "none"}, "phase-1-length"),
        ("modalites", {"lapse_rule": "n_unexcused_absences"}, "lapse_absences"),
        ("modalites", {"access_needs": "4 avenue Foch "}, "access_needs"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_at_its_field_and_nothing_is_saved_or_lost(
    draft: Measure, paul: Client, step: str, values: dict[str, str], field: str
) -> None:
    status, page = save(paul, draft, step, values)
    assert status == 400
    assert "<title>Erreur" in page
    assert f'<a href="#{field}">' in page
    assert f'id="{field}-error"' in page
    assert f'id="{field}"' in page
    draft.refresh_from_db()
    assert draft.revision == 0
    assert not draft.children.exists()
    for typed in values.values():
        if typed in NO_ANSWER_OF_THE_LIST:
            continue  # no person can choose it
        assert typed.replace("\0", "") in page.replace("\0", "")


def test_several_wrong_values_are_told_at_once(draft: Measure, paul: Client) -> None:
    wrong = {"visit_minutes": "0", "duration_months": "douze", "exits_after": "5000"}
    status, page = save(paul, draft, "modalites", {**TERMS, **wrong})
    assert status == 400
    links = re.findall(r'<li><a href="#(\w+)">', page.split("Nature")[0])
    assert links == ["exits_after", "visit_minutes", "duration_months"]


def test_rows_are_added_and_taken_away_without_losing_anything(
    draft: Measure, paul: Client
) -> None:
    two = {**FAMILY, "child-2-given": "Noé", "child-2-birth": "pas encore"}
    status, page = save(paul, draft, "famille", two, add="child")
    assert status == 200
    assert 'name="child-3-given"' in page
    assert 'value="pas encore"' in page
    assert 'class="error"' not in page
    status, page = save(paul, draft, "famille", two, without="child-1")
    assert 'name="child-2-given"' not in page
    assert 'name="child-1-given"' in page
    assert "Noé" in page
    assert "Zoé" not in page
    draft.refresh_from_db()
    assert draft.revision == 0
    status, page = save(paul, draft, "modalites", TERMS, add="phase")
    assert 'name="phase-1-length"' in page


def test_rows_left_empty_are_not_children(draft: Measure, paul: Client) -> None:
    given = {**FAMILY, "child-2-birth": "", "child-7-birth": "05/2016"}
    assert save(paul, draft, "famille", given)[0] == 303
    born = [child.birth_month for child in draft.children.all()]
    assert born == [date(2016, 5, 1), date(2019, 3, 1)]


def test_a_stale_form_keeps_what_was_typed_beside_what_was_saved(
    demo: Demo, draft: Measure, paul: Client, sign_in: SignIn
) -> None:
    camille = sign_in(demo.people["camille"])
    assert save(camille, draft, "modalites", {**TERMS, "visit_minutes": "90"})[0] == 303
    late = {**TERMS, "visit_minutes": "60", "revision": "0"}
    answer = paul.post(where(draft, "modalites"), late)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "<title>Erreur" in page
    assert 'value="60"' in page
    assert re.search(r"Enregistré entre-temps.{1,3}<b>90</b>", page, re.S)
    assert MeasureTerms.objects.get(measure=draft).visit_minutes == 90
    [revision] = re.findall(r'name="revision"[^>]*value="(\d+)"', page)
    assert (
        paul.post(where(draft, "modalites"), {**late, "revision": revision}).status_code
        == 303
    )
    assert MeasureTerms.objects.get(measure=draft).visit_minutes == 60


def test_the_script_saves_the_same_form_and_gets_json(
    draft: Measure, paul: Client
) -> None:
    def send(values: dict[str, str], revision: int) -> tuple[int, dict[str, object]]:
        given = {**values, "revision": str(revision)}
        answer = paul.post(
            where(draft, "modalites"), given, headers={"accept": "application/json"}
        )
        return answer.status_code, answer.json()

    status, saved = send({"nature": "visit"}, 0)
    assert (status, saved["revision"]) == (200, 1)
    assert "Brouillon enregistré à" in str(saved["said"])
    assert "modalites#exits" in saved["needed"]  # type: ignore[operator]
    assert "modalites#nature" not in saved["needed"]  # type: ignore[operator]
    status, refused = send({"visit_minutes": "0"}, 1)
    assert (status, list(refused["fields"])) == (400, ["visit_minutes"])  # type: ignore[call-overload]
    assert send(TERMS, 0)[0] == 409
    assert send(TERMS, 1)[0] == 200


TEXTS = {
    "decision": ["rg_number", "decided_on", "judge", "priority"],
    "famille": ["child-1-given", "child-1-birth", "visiting-family", "note"],
    "modalites": ["periodicity_note", "visit_minutes", "language-1", "phase-1-order"],
}


@pytest.mark.machine  # PostgreSQL refuses more; ten seconds once are enough
@pytest.mark.parametrize("step", TEXTS)
def test_every_field_takes_every_hostile_string(
    draft: Measure, paul: Client, step: str
) -> None:
    """All at once, to see the page; what a database may refuse goes alone as well."""
    for typed in EVERYTHING:
        sent = typed.encode(errors="replace").decode()  # as a browser does
        for field in TEXTS[step] if typed in FOR_DATABASES else ():
            draft.refresh_from_db()
            answer = paul.post(
                where(draft, step),
                {"revision": str(draft.revision), field: sent},
                headers={"accept": "application/json"},
            )
            assert answer.status_code in (200, 400), (field, typed)
        status, page = save(paul, draft, step, dict.fromkeys(TEXTS[step], sent))
        assert status in (303, 400), typed
        assert "<script>alert" not in page


def test_a_stored_text_is_shown_as_text(
    demo: Demo, draft: Measure, paul: Client
) -> None:
    given = {
        **FAMILY,
        "child-1-given": "<b>Zoé</b>",
        "note": "<script>alert(1)</script>",
    }
    assert save(paul, draft, "famille", given)[0] == 303
    for address in (where(draft, "famille"), f"/mesures/{draft.reference}"):
        page = paul.get(address).content.decode()
        assert "&lt;b&gt;Zoé" in page
        assert "<script>alert" not in page


def test_a_transmitted_measure_is_no_longer_completed(demo: Demo, paul: Client) -> None:
    measure = demo.threads[0].designation.measure
    answer = paul.get(where(measure, "decision"))
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"/mesures/{measure.reference}#corrections",
    )
    assert (
        "rappelez la transmission"
        in paul.get(f"/mesures/{measure.reference}").content.decode()
    )
    status, page = save(paul, measure, "decision", {"rg_number": "26/01234"})
    assert status == 409
    assert "26/01234" in page


def test_steps_cost_the_same_queries_whatever_they_hold(
    draft: Measure, paul: Client
) -> None:
    def queries() -> list[int]:
        found = []
        for step in ("decision", "famille", "modalites"):
            with CaptureQueriesContext(connection) as captured:
                paul.get(where(draft, step))
            found.append(len(captured))
        return found

    paul.get("/")
    few = queries()
    children = {f"child-{n}-birth": "2019-03" for n in range(1, 13)}
    phases = {
        f"phase-{n}-{key}": value
        for n in range(1, 5)
        for key, value in {"length": "3", "exits": "none"}.items()
    }
    assert save(paul, draft, "famille", {**FAMILY, **children})[0] == 303
    assert save(paul, draft, "modalites", {**TERMS, **phases})[0] == 303
    assert queries() == few
    assert max(few) <= 16, few
