"""A kept statement answers as its queryset does, whoever asks and whenever."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub import permissions
from hub.demo import Demo
from hub.models import Participant, Session, Thread, User
from hub.prepared import Prepared
from hub.queries import history, sessions, threads

pytestmark = pytest.mark.django_db


def asked(
    demo: Demo, person: User, now: datetime
) -> list[tuple[Prepared, dict[str, Any]]]:
    thread = demo.threads[0].pk
    return [
        (permissions._head, {"user": person.pk, "thread": thread, "now": now}),
        (threads._welcome, {"user": person.pk, "now": now}),
        (sessions._organisations, {"user": person.pk, "now": now}),
        (sessions._user, {"key": f"key of {person.usual_name}", "now": now}),
        (history._messages, {"thread": thread, "first": 2, "last": 9}),
        (history._messages, {"thread": uuid4(), "first": 1, "last": 2**31}),
    ]


def test_every_kept_statement_answers_as_its_queryset(demo: Demo) -> None:
    now = timezone.now()
    for person in demo.people.values():
        Session.objects.create(
            session_key=f"key of {person.usual_name}",
            user=person,
            session_data="",
            expire_date=now + timedelta(hours=1),
        )
    found = 0
    for person in demo.people.values():
        for at in (now, now + timedelta(days=9_000), now - timedelta(days=9_000)):
            for prepared, values in asked(demo, person, at):
                expected = list(prepared._build(**values))
                assert prepared.rows(**values) == expected
                found += len(expected)
    assert found > 0


def test_only_values_change_from_one_time_to_the_next(demo: Demo) -> None:
    built = []

    def build(user: UUID, now: datetime) -> Any:
        built.append(user)
        condition = permissions.seats_with("thread.read", now)
        return Participant.objects.filter(condition, user=user).values_list("pk")

    prepared = Prepared(build, user=UUID, now=datetime)
    with CaptureQueriesContext(connection) as captured:
        for person in demo.people.values():
            prepared.rows(user=person.pk, now=timezone.now())
    assert (len(built), len(captured)) == (1, len(demo.people))


def test_a_value_that_no_condition_holds_is_told_of() -> None:
    forgetful = Prepared(
        lambda thread, first: Thread.objects.filter(pk=thread).values_list("pk"),
        thread=UUID,
        first=int,
    )
    with pytest.raises(ValueError, match="No condition holds first"):
        forgetful.rows(thread=uuid4(), first=1)
