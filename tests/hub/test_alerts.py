"""Told by e-mail: the weakest of a reader's facts, shown until a stronger one is."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub.actions.alerts import mark_alerted
from hub.demo import Demo
from hub.models import AlertMark, Participant

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


def test_an_alert_is_noted_once_with_its_first_moment(demo: Demo) -> None:
    samira, luc = demo.people["samira"].pk, demo.people["luc"].pk
    first, second = (thread.pk for thread in demo.threads)
    rows = [(first, samira, 2), (first, luc, 2), (second, samira, 1)]
    with CaptureQueriesContext(connection) as seen:
        mark_alerted(rows, AT)
    assert len([q for q in seen if "hub_" in q["sql"]]) == 2
    mark_alerted(rows[:1], AT + timedelta(hours=1))
    assert AlertMark.objects.count() == 3
    assert set(AlertMark.objects.values_list("at", flat=True)) == {AT}


def test_who_has_no_seat_is_left_out(demo: Demo) -> None:
    [thread, _other] = demo.threads
    stranger, samira = demo.people["nadia"].pk, demo.people["samira"].pk
    mark_alerted([(thread.pk, samira, 1)], AT)
    mark_alerted([(thread.pk, stranger, 1), (uuid4(), samira, 1)], AT)
    assert AlertMark.objects.count() == 1
    assert Participant.objects.filter(alerts__at=AT).get().user_id == samira
