"""Who prepares a measure, who sees it, and what a measure's page shows to whom."""

from collections.abc import Callable
from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.actions import drafts, members
from hub.actions.course import modify
from hub.calendar import today_in
from hub.demo import CENTRE, COURT, KINDS, TERMS, Demo, complete_draft
from hub.errors import Frozen, Illegal, InvalidInput, NotFound, StaleForm
from hub.models import (
    Centre,
    Child,
    Court,
    CourtUnit,
    Measure,
    MeasurePhase,
    MeasureTerms,
    Membership,
    Party,
    Role,
    SafetyContext,
    User,
)
from hub.models.centres import VisitKind
from hub.models.choices import MeasureState, PartyRole
from hub.queries.threads import threads_of

SignIn = Callable[[User], Client]
SECRET = "Arrivée par la cour, fictif"


def colleague(role: Role, name: str, unit: CourtUnit | None = None) -> User:
    user = members.create_user(
        email=f"{name}@justice.demo.invalid", given_name=name, usual_name="Fictif"
    )
    in_court = role in (Role.JUDGE, Role.CLERK, Role.CHIEF_CLERK)
    place = members.add_membership(
        user,
        role,
        court=Court.objects.get(code=COURT) if in_court else None,
        centre=None if in_court else Centre.objects.get(code=CENTRE),
    )
    Membership.objects.filter(pk=place.pk).update(unit=unit)
    return user


def draft_of(demo: Demo) -> Measure:
    return complete_draft(demo.people, VisitKind.VISIT, [4], date(2026, 9, 29))


@pytest.fixture
def told(demo: Demo) -> Measure:
    """A transmitted measure with names and a safety note."""
    measure = demo.threads[0].designation.measure
    Child.objects.filter(measure=measure).update(given_name="Zoé")
    Party.objects.filter(measure=measure, role=PartyRole.VISITING).update(
        given_name="Alix", family_name="Durand", phone="0612345678"
    )
    SafetyContext.objects.filter(measure=measure).update(note=SECRET, no_contact=True)
    return measure


def test_a_stranger_of_the_same_court_finds_nothing_of_a_draft(
    demo: Demo, sign_in: SignIn
) -> None:
    measure = draft_of(demo)
    page = f"/mesures/{measure.reference}"
    every = [page, f"{page}/completer/decision", f"{page}/completer/famille"]
    paul, anne = sign_in(demo.people["paul"]), sign_in(demo.people["anne"])
    for address in every:
        assert paul.get(address).status_code == 200
        assert anne.get(address).status_code == 404
    assert anne.post(f"{page}/completer/decision", {}).status_code == 404
    assert anne.post(f"{page}/abandon").status_code == 404
    with pytest.raises(NotFound):
        drafts.discard(measure, by=demo.people["anne"])


def test_a_clerk_of_the_same_unit_edits_and_one_of_another_unit_does_not(
    demo: Demo, sign_in: SignIn
) -> None:
    court = Court.objects.get(code=COURT)
    ours, other = (
        CourtUnit.objects.create(court=court, label=label) for label in ("A", "B")
    )
    same = colleague(Role.CLERK, "meme", ours)
    elsewhere = colleague(Role.CLERK, "autre", other)
    measure = draft_of(demo)
    Measure.objects.filter(pk=measure.pk).update(unit=ours)
    address = f"/mesures/{measure.reference}/completer/decision"
    assert sign_in(same).get(address).status_code == 200
    assert sign_in(elsewhere).get(address).status_code == 404


def test_a_chief_clerk_reads_a_draft_of_the_unit_and_may_not_edit(
    demo: Demo, sign_in: SignIn
) -> None:
    unit = CourtUnit.objects.create(court_id=COURT, label="A")
    measure = draft_of(demo)
    Measure.objects.filter(pk=measure.pk).update(unit=unit)
    chief = sign_in(colleague(Role.CHIEF_CLERK, "chef", unit))
    page = chief.get(f"/mesures/{measure.reference}")
    assert page.status_code == 200
    assert "/completer/" not in page.content.decode()
    address = f"/mesures/{measure.reference}/completer/decision"
    assert chief.get(address).status_code == 403


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.JUDGE, True),
        (Role.CLERK, True),
        (Role.CHIEF_CLERK, True),
        (Role.COORDINATOR, True),
        (Role.STAFF, True),
        (Role.CENTRE_MANAGER, False),
    ],
)
def test_exactly_the_roles_of_the_matrix_see_the_safety_context(
    demo: Demo, told: Measure, sign_in: SignIn, role: Role, sees: bool
) -> None:
    user = colleague(role, "seat")
    members.seat(demo.threads[0], [Membership.objects.get(user=user)])
    page = sign_in(user).get(f"/mesures/{told.reference}").content.decode()
    assert "Durand" in page
    assert (SECRET in page) is sees
    assert ("Contact interdit entre les parents" in page) is sees


def test_names_and_dangers_are_in_no_list_no_title_and_no_thread(
    demo: Demo, told: Measure, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["camille"])
    own = client.get(f"/mesures/{told.reference}").content.decode()
    assert all(word in own for word in ("Zoé", "Durand", "0612345678", SECRET))
    title = own.split("<title>")[1].split("</title>")[0]
    for page in ("/", f"/fils/{demo.threads[0].pk}", "/api/v1/threads"):
        text = client.get(page).content.decode()
        assert not any(word in text + title for word in ("Zoé", "Durand", SECRET))
    assert SECRET not in str(list(threads_of(demo.people["camille"]).values()))


def test_no_table_of_a_measure_can_hold_an_address() -> None:
    tables = (Measure, MeasureTerms, MeasurePhase, Party, Child, SafetyContext)
    names = {f.name for model in tables for f in model._meta.get_fields()}
    likely = {"address", "street", "postcode", "zip", "city", "town", "latitude"}
    held = {name for name in names if likely & set(name.split("_"))}
    assert held == {"address_concealed"}
    # The words are good ones: a centre's place does have them.
    site = apps.get_model("hub", "Site")._meta.get_fields()
    assert {"address", "city"} <= {f.name for f in site}


def test_a_draft_is_discarded_once_and_a_transmitted_measure_never(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, sent = draft_of(demo), demo.threads[0].designation.measure
    paul = sign_in(demo.people["paul"])
    assert "/abandon" in paul.get(f"/mesures/{measure.reference}").content.decode()
    assert "/abandon" not in paul.get(f"/mesures/{sent.reference}").content.decode()
    assert paul.get(f"/mesures/{measure.reference}/abandon").status_code == 405
    statuses = [
        paul.post(f"/mesures/{one.reference}/abandon").status_code
        for one in (measure, measure, sent)
    ]
    assert statuses == [303, 409, 409]
    measure.refresh_from_db()
    sent.refresh_from_db()
    assert (measure.state, sent.state) == (
        MeasureState.CANCELLED,
        MeasureState.TRANSMITTED,
    )


def test_a_draft_page_says_what_is_missing_and_where(
    demo: Demo, sign_in: SignIn
) -> None:
    measure = drafts.create_draft(
        court=Court.objects.get(code=COURT), by=demo.people["camille"]
    )
    page = sign_in(demo.people["camille"]).get(f"/mesures/{measure.reference}")
    text = page.content.decode()
    for step in ("decision#decided_on", "famille#child-1-birth", "modalites#exits"):
        assert f"/mesures/{measure.reference}/completer/{step}" in text
    assert "Compléter la mesure" in text


def test_frozen_terms_never_change(demo: Demo) -> None:
    terms = demo.threads[0].designation.measure.terms
    assert terms is not None
    terms.visit_minutes = 30
    with pytest.raises(Frozen):
        terms.save()
    with pytest.raises(Illegal):
        drafts.save_terms(
            demo.threads[0].designation.measure,
            TERMS,
            phases=[],
            by=demo.people["paul"],
            revision=3,
        )
    terms.refresh_from_db()
    assert terms.visit_minutes == 120


def new_terms(minutes: int) -> dict[str, object]:
    return {**TERMS, **KINDS[VisitKind.VISIT], "visit_minutes": minutes}


def test_a_modification_is_a_second_version_that_names_its_differences(
    demo: Demo, sign_in: SignIn
) -> None:
    measure = demo.threads[0].designation.measure
    given = {
        **{key: str(value) for key, value in new_terms(60).items()},
        "effective_from": today_in().strftime("%d/%m/%Y"),
        "version": "1",
    }
    paul = sign_in(demo.people["paul"])
    address = f"/mesures/{measure.reference}/modification"
    refused = paul.post(address, given)
    assert refused.status_code == 400
    assert 'href="#holds_decision"' in refused.content.decode()
    assert paul.post(address, {**given, "holds_decision": "1"}).status_code == 303
    first, second = measure.versions.order_by("version")
    assert (first.visit_minutes, second.visit_minutes) == (120, 60)
    assert first.frozen_at
    assert second.frozen_at
    page = sign_in(demo.people["samira"]).get(f"/mesures/{measure.reference}")
    assert "<del>120 minutes</del> → <ins>60 minutes</ins>" in page.content.decode()
    assert sign_in(demo.people["samira"]).get(address).status_code == 403
    assert sign_in(demo.people["anne"]).get(address).status_code == 404


def test_terms_modified_meanwhile_are_shown_beside_what_was_typed(
    demo: Demo, sign_in: SignIn
) -> None:
    measure, camille = demo.threads[0].designation.measure, demo.people["camille"]
    today = today_in()
    modify(measure, new_terms(60), phases=[], effective_from=today, by=camille)
    late = {key: str(value) for key, value in new_terms(90).items()}
    late |= {"effective_from": f"{today:%d/%m/%Y}", "version": "1"}
    address = f"/mesures/{measure.reference}/modification"
    answer = sign_in(camille).post(address, late)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="90"' in page
    assert "<b>60</b>" in page
    assert 'name="version" autocomplete="off" value="2"' in " ".join(page.split())
    with pytest.raises(StaleForm):
        modify(
            measure,
            new_terms(90),
            phases=[],
            effective_from=today,
            by=camille,
            version=1,
        )


@pytest.mark.parametrize(
    "day", [date(2020, 1, 1), date(2099, 1, 1)], ids=["before", "far"]
)
def test_modified_terms_count_from_a_day_that_makes_sense(
    demo: Demo, day: date
) -> None:
    measure, camille = demo.threads[0].designation.measure, demo.people["camille"]
    with pytest.raises(InvalidInput) as refused:
        modify(measure, new_terms(60), phases=[], effective_from=day, by=camille)
    assert list(refused.value.fields) == ["effective_from"]
    assert measure.versions.count() == 1


def test_a_measure_page_costs_the_same_queries_whatever_it_holds(
    demo: Demo, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["camille"])
    measure = demo.threads[0].designation.measure

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/mesures/{measure.reference}")
        return len(captured)

    client.get("/")
    few = queries()
    today = today_in()
    phase = {"length_value": 2, "length_unit": "months", "exits": "none"}
    for minutes in (60, 90, 180):
        modify(
            measure,
            new_terms(minutes),
            phases=[{"order": 1, **phase}, {"order": 2, **phase}],
            effective_from=today,
            by=demo.people["camille"],
        )
    Child.objects.bulk_create(
        Child(measure=measure, birth_month=date(2019, n, 1)) for n in range(1, 9)
    )
    assert queries() == few
    assert few <= 17
