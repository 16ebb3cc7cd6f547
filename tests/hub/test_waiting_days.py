"""What waits, by the day: whose day it is, from when something is late, nothing cut."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from hub.actions.kept_drafts import keep
from hub.agenda import Agenda, Waiting, Why
from hub.demo import CENTRE, COURT, Demo
from hub.models import (
    AvailabilityAnswer,
    AvailabilityRequest,
    Centre,
    Court,
    Departement,
    Designation,
    Measure,
    Proposal,
    User,
    WaitingDeclaration,
)
from hub.models.centres import VisitKind
from hub.models.choices import MeasureState
from hub.posting import Draft
from hub.queries.agenda import agenda_of, waiting_count
from hub.views.home_late import LATE
from hub.views.home_parts import until

SignIn = Callable[[User], Client]
EVENING = datetime(2026, 3, 3, 20, 0, tzinfo=UTC)  # 4 March, 07:00 in Nouméa


@pytest.fixture
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: EVENING)


def move_court(departement: str) -> None:
    there, _ = Departement.objects.get_or_create(code=departement)
    Court.objects.filter(code=COURT).update(departement=there)


def waiting_for_a_date(demo: Demo, days: int) -> None:
    """The second measure was taken up so many days ago, and no day was announced."""
    sent = timezone.now() - timedelta(days=days)
    row = Designation.objects.filter(pk=demo.threads[1].designation_id)
    row.update(transmitted_at=sent, expected_first_visit_on=None)
    Measure.objects.filter(designations__in=row).update(state=MeasureState.WAITING)


def late(user: User) -> list[str]:
    return [one.why for one in agenda_of(user).late]


def test_no_waiting_declared_is_not_late_before_a_week(demo: Demo) -> None:
    WaitingDeclaration.objects.update(weeks=0)
    waiting_for_a_date(demo, days=5)
    assert Why.LATE_WAIT not in late(demo.people["camille"])
    waiting_for_a_date(demo, days=8)
    assert Why.LATE_WAIT in late(demo.people["camille"])


@pytest.mark.usefixtures("evening")
def test_today_is_that_of_the_court() -> None:
    there = Measure(court=Court(departement=Departement(code="988")))
    here = Measure(court=Court(departement=Departement(code="75")))
    day = date(2026, 3, 4)
    rows = [
        Waiting(Why.DRAFT, since=EVENING, due=day, measure=one) for one in (there, here)
    ]
    found = Agenda(mine=rows)
    assert (found.pressing, found.others) == ([rows[0]], [rows[1]])
    before = date(2026, 3, 3)
    past = [
        Waiting(Why.DRAFT, since=EVENING, due=before, measure=m) for m in (there, here)
    ]
    with override("en"):
        assert until(past[0]).startswith("late: it was due")
        assert until(past[1]).startswith("by ")


def test_a_day_is_over_where_the_court_is(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For whoever only counts as well."""
    move_court("988")
    samira = demo.people["samira"]
    evening = timezone.now().replace(hour=20) + timedelta(days=100)
    Designation.objects.filter(pk=demo.threads[0].designation_id).update(
        expected_first_visit_on=evening.date()  # in Nouméa it is the next day
    )
    waiting = Measure.objects.filter(designations=demo.threads[0].designation_id)
    waiting.update(state=MeasureState.WAITING, awaits="", awaits_act="")
    monkeypatch.setattr(timezone, "now", lambda: evening)
    assert Why.DATE_PASSED in [one.why for one in agenda_of(samira).mine]
    assert waiting_count(samira) == agenda_of(samira).count


def test_a_silent_closure_happens_on_the_day_of_the_court(demo: Demo) -> None:
    designation = demo.threads[0].designation
    at = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)  # 4 March in Paris
    Proposal.objects.create(
        designation=designation, kind="close", by=demo.people["samira"], side="centre"
    )
    Proposal.objects.update(at=at)
    Measure.objects.filter(pk=designation.measure_id).update(
        awaits="court", awaits_act="answer_proposal", state=MeasureState.ACTIVE
    )
    [found] = [
        one for one in agenda_of(demo.people["camille"]).mine if one.why == Why.PROPOSAL
    ]
    assert isinstance(found.due, datetime)
    assert found.due_day
    assert (found.due_day - date(2026, 3, 4)) == found.due - at


def test_every_question_counts(demo: Demo) -> None:
    samira = demo.people["samira"]
    before = waiting_count(samira)
    now = timezone.now()
    for _n in range(51):
        asked = AvailabilityRequest.objects.create(
            court=Court.objects.get(code=COURT), by=demo.people["camille"],
            visit_kind=VisitKind.VISIT, children_count=1, age_bands=[],
            visits_per_month=2, needs=[], asked_at=now,
            expires_at=now + timedelta(days=3),
        )  # fmt: skip
        AvailabilityAnswer.objects.create(
            request=asked, centre=Centre.objects.get(code=CENTRE)
        )
    assert waiting_count(samira) == before + 51


@pytest.mark.parametrize(("days", "words"), [(8, "1 week of"), (15, "2 weeks of")])
def test_weeks_of_waiting_are_counted_in_words(days: int, words: str) -> None:
    since = timezone.now() - timedelta(days=days)
    with override("en"):
        parts = LATE[Why.LATE_WAIT](Waiting(Why.LATE_WAIT, since=since, subject=0))
    assert parts[1].startswith(words)


def test_a_row_says_that_a_message_was_begun(demo: Demo, sign_in: SignIn) -> None:
    samira, thread = demo.people["samira"], demo.threads[0]
    client = sign_in(samira)

    def page() -> str:
        return client.get("/", headers={"accept-language": "en"}).content.decode()

    assert "draft not sent" not in page()
    keep(samira, Draft(thread.pk, samira.pk, uuid4(), "Bonj"), False, 0)
    assert page().count("draft not sent") == 1
