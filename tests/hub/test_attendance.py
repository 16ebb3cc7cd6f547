"""Attendance: counts that fit, said in the thread, sent as facts if asked."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from hub.actions.reception import (
    accept,
    acknowledge_measure,
    hold_first_visit,
    record_milestone,
)
from hub.calendar import today_in
from hub.demo import Demo
from hub.models import AttendanceSummary, Measure, Message, Thread, User
from hub.models.choices import MilestoneKind

SignIn = Callable[[User], Client]


def ago(days: int) -> date:
    return today_in() - timedelta(days=days)


@pytest.fixture
def active(demo: Demo) -> Measure:
    """Camille's first measure, in progress for 40 days."""
    measure, samira = demo.threads[0].designation.measure, demo.people["samira"]
    measure = acknowledge_measure(measure, by=samira)
    measure = accept(measure, expected_on=today_in(), by=samira)
    kind = MilestoneKind.CONTACT_VISITING
    measure = record_milestone(measure, kind, on=ago(45), by=samira)
    return hold_first_visit(measure, on=ago(40), by=samira)


def counts(**changes: str) -> dict[str, str]:
    given = {"first_day": ago(40).isoformat(), "last_day": ago(10).isoformat()}
    numbers = {"planned": "4", "held": "2", "missed_visiting": "1", "excused": "1"}
    return given | numbers | changes


def where(measure: Measure) -> str:
    return f"/mesures/{measure.reference}/presences"


def test_counts_are_kept_with_a_line_in_the_thread(
    demo: Demo, active: Measure, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["luc"])
    assert client.post(where(active), counts()).status_code == 303
    kept = AttendanceSummary.objects.get()
    assert (kept.planned, kept.held, kept.missed_visiting, kept.by) == (
        4, 2, 1, demo.people["luc"],
    )  # fmt: skip
    line = Message.objects.filter(thread=demo.threads[0]).last()
    assert line is not None
    assert line.kind == "system"
    assert "2" in line.body
    assert not Message.objects.filter(kind="attendance_certificate").exists()


def test_a_certificate_holds_the_numbers_and_asks_for_no_answer(
    demo: Demo, active: Measure, sign_in: SignIn
) -> None:
    Thread.objects.filter(pk=demo.threads[0].pk).update(awaits="centre")
    client = sign_in(demo.people["samira"])
    assert client.post(where(active), counts(send="on")).status_code == 303
    said = Message.objects.get(kind="attendance_certificate")
    assert said.body.count("\n") == 6
    assert Thread.objects.get(pk=demo.threads[0].pk).awaits == "centre"


def test_the_same_counts_twice_are_kept_once_and_others_correct_them(
    demo: Demo, active: Measure, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["samira"])
    for _click in range(2):
        assert client.post(where(active), counts()).status_code == 303
    assert AttendanceSummary.objects.count() == 1
    corrected = counts(held="3", excused="0")
    assert client.post(where(active), corrected).status_code == 303
    assert AttendanceSummary.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"held": "4"}, "make 6, and 4 were planned"),
        ({"last_day": "2020-01-01"}, "The last day is before the first."),
        ({"last_day": "2199-01-01"}, "in the future"),
        ({"planned": "-1"}, "not below 0"),
        ({"planned": "1e9"}, "Write a whole number"),
        ({"planned": "500", "held": "498"}, "Check the number"),
    ],
)
def test_counts_that_do_not_fit_are_said_at_their_field(
    demo: Demo,
    active: Measure,
    sign_in: SignIn,
    changes: dict[str, str],
    sentence: str,
) -> None:
    client = sign_in(demo.people["samira"])
    given = counts(**changes)
    answer = client.post(where(active), given, headers={"accept-language": "en"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in page
    assert f'value="{given["held"]}"' in page
    assert not AttendanceSummary.objects.exists()


def test_a_day_is_never_counted_twice(
    demo: Demo, active: Measure, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["samira"])
    assert client.post(where(active), counts()).status_code == 303
    overlapping = counts(first_day=ago(10).isoformat(), last_day=ago(1).isoformat())
    assert client.post(where(active), overlapping).status_code == 400
    after = counts(first_day=ago(9).isoformat(), last_day=ago(1).isoformat())
    assert client.post(where(active), after).status_code == 303


def test_nothing_is_counted_before_the_first_meeting(
    demo: Demo, sign_in: SignIn
) -> None:
    measure = demo.threads[0].designation.measure
    client = sign_in(demo.people["samira"])
    assert client.get(where(measure)).status_code == 200
    assert client.post(where(measure), counts()).status_code == 409
    assert not AttendanceSummary.objects.exists()


def test_the_court_reads_and_does_not_count(
    demo: Demo, active: Measure, sign_in: SignIn
) -> None:
    assert sign_in(demo.people["luc"]).get(where(active)).status_code == 200
    assert sign_in(demo.people["camille"]).get(where(active)).status_code == 403
    assert sign_in(demo.people["nadia"]).get(where(active)).status_code == 404
