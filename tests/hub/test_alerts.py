"""Told by e-mail: the weakest of a reader's facts, shown until a stronger one is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.actions.alerts import mark_alerted
from hub.actions.messages import acknowledge, mark_read
from hub.demo import Demo
from hub.models import AlertMark, Participant, User
from hub.queries.history import history, with_receipts
from hub.queries.threads import people_in

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
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


def facts_of(demo: Demo, seq: int) -> dict[str, str]:
    """The strongest fact of each reader, as one word."""
    thread = demo.threads[0]
    thread.refresh_from_db()
    part = history(thread.pk, thread.last_seq)
    part = with_receipts(part, people_in(thread))
    words = {(True, False): "acknowledged", (False, False): "seen"}
    return {
        one.name.split()[0]: words.get((one.acknowledged, one.alerted), "alerted")
        for one in part.receipts.get(seq, [])
    }


def test_only_the_strongest_fact_of_a_reader_is_shown(demo: Demo) -> None:
    thread, camille, paul = demo.threads[0], demo.people["camille"], demo.people["paul"]
    thread.refresh_from_db()
    last = thread.last_seq  # Samira's, who asks for an acknowledgement
    ids = thread.pk, last
    assert facts_of(demo, last) == {}
    mark_alerted([(thread.pk, camille.pk, last), (thread.pk, paul.pk, last)], AT)
    assert facts_of(demo, last) == {"Camille": "alerted", "Paul": "alerted"}
    mark_read(camille, *ids)
    assert facts_of(demo, last) == {"Camille": "seen", "Paul": "alerted"}
    acknowledge(camille, *ids)
    assert facts_of(demo, last) == {"Camille": "acknowledged", "Paul": "alerted"}


def test_the_author_is_not_said_to_be_alerted_of_their_own_message(demo: Demo) -> None:
    thread, samira = demo.threads[0], demo.people["samira"]
    thread.refresh_from_db()
    mark_alerted([(thread.pk, samira.pk, thread.last_seq)], AT)
    assert facts_of(demo, 1)["Samira"] == "alerted"
    assert "Samira" not in facts_of(demo, thread.last_seq)


def test_the_page_says_it_until_the_person_has_seen_it(
    demo: Demo, sign_in: SignIn
) -> None:
    thread, camille = demo.threads[0], demo.people["camille"]
    thread.refresh_from_db()
    client = sign_in(demo.people["samira"])
    mark_alerted([(thread.pk, camille.pk, thread.last_seq)], AT)
    assert b"data-alerted" in client.get(f"/fils/{thread.pk}").content
    mark_read(camille, thread.pk, thread.last_seq)
    page = client.get(f"/fils/{thread.pk}").content
    assert b"data-alerted" not in page
    assert f'data-reader="{camille.pk}"'.encode() in page
