"""A kept statement answers as its queryset does, whoever asks and whenever."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import NotSupportedError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub import permissions
from hub import sessions as hub_sessions
from hub.actions.search_index import index_all
from hub.demo import Demo
from hub.models import (
    Measure,
    Membership,
    Message,
    Participant,
    Session,
    Thread,
    User,
    accounts,
)
from hub.models.searching import all_of
from hub.prepared import Prepared, Whole
from hub.queries import (
    history,
    search,
    search_measures,
    search_threads,
    sessions,
    threads,
)
from hub.stems import stems_of
from tests.hub.searching import nothing_shown

pytestmark = pytest.mark.django_db


def asked(
    demo: Demo, person: User, now: datetime
) -> list[tuple[Prepared, dict[str, Any]]]:
    thread = demo.threads[0].pk
    threads_of_all = [one.pk for one in demo.threads]
    measures = list(Measure.objects.values_list("pk", flat=True))
    in_court = permissions.court_places(person, "measure.read")
    return [
        (accounts._places, {"user": person.pk, "now": now}),
        (hub_sessions._accounts, {"user": person.pk}),
        (hub_sessions._sessions, {"key": f"key of {person.usual_name}", "now": now}),
        (search_threads._seats, {"user": person.pk, "now": now}),
        *(
            (search_measures._of_court, {"user": person.pk, "seated": s} | in_court)
            for s in ([], measures[:1], measures)
        ),
        (
            search._lines_of,
            {"keys": list(Message.objects.values_list("pk", flat=True))},
        ),
        (
            search._kept,
            {"threads": threads_of_all, "words": all_of(stems_of("bonjour"))},
        ),
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
    index_all(nothing_shown)
    found: dict[Prepared, int] = defaultdict(int)
    for person in demo.people.values():
        for at in (now, now + timedelta(days=9_000), now - timedelta(days=9_000)):
            for prepared, values in asked(demo, person, at):
                expected = list(prepared._build(**values))
                assert prepared.rows(**values) == expected
                found[prepared] += len(expected)
    assert all(found.values()), "a statement that finds nothing is not compared"


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


def test_keys_of_any_letters_are_one_parameter(demo: Demo) -> None:
    odd = ['A"B', "A\\B", "{A,B}", "A'B", "", "NULL"]
    measure = Measure.objects.earliest("pk")
    prepared = Prepared(
        lambda courts: Measure.objects.filter(court__among=courts).values_list("pk"),
        courts=list,
    )
    with CaptureQueriesContext(connection) as captured:
        assert prepared.rows(courts=odd) == []
        assert prepared.rows(courts=[]) == []
        assert (measure.pk,) in prepared.rows(courts=[*odd, measure.court_id])
    assert len(captured) == 3
    court = measure.court
    for number, code in enumerate(odd):
        court.pk = code
        court.save(force_insert=True)
        Measure.objects.filter(pk=measure.pk).update(court=code)
        assert prepared.rows(courts=odd[number:]) == [(measure.pk,)]
        assert prepared.rows(courts=odd[:number]) == []


def test_whole_objects_know_those_they_point_to(demo: Demo) -> None:
    whole = Whole(Membership, "court", "centre")
    expected = Membership.objects.select_related("court", "centre").order_by("pk")
    rows = Membership.objects.order_by("pk").values_list(*whole.columns)
    made = [whole.made(row) for row in rows]
    with CaptureQueriesContext(connection) as captured:
        shown = [(one.pk, one.organisation, one.side) for one in made]
    assert shown == [(one.pk, one.organisation, one.side) for one in expected]
    assert not captured.captured_queries
    assert {one.court is None for one in made} == {True, False}
    assert not any(one._state.adding for one in made)


@pytest.mark.machine  # SQLite keeps no types in its plans
@pytest.mark.django_db(transaction=True)
def test_a_plan_is_made_anew_after_a_column_changed_its_type(demo: Demo) -> None:
    person, longest = demo.people["samira"], User._meta.get_field("zone").max_length
    prepared = Prepared(
        lambda user: User.objects.filter(pk=user).values_list("zone"), user=UUID
    )
    change = "ALTER TABLE hub_user ALTER COLUMN zone TYPE varchar({})".format
    parameters = connection.get_connection_params()
    named = ("dbname", "user", "password", "host", "port")
    own = {name: parameters[name] for name in named if name in parameters}
    assert prepared.rows(user=person.pk) == [(person.zone,)]
    with psycopg.connect(**own, autocommit=True) as migration:
        migration.execute(change(longest + 20))
        try:
            assert prepared.rows(user=person.pk) == [(person.zone,)]
        finally:
            migration.execute(change(longest))
    with transaction.atomic(), pytest.raises(NotSupportedError):
        prepared.rows(user=person.pk)
    assert prepared.rows(user=person.pk) == [(person.zone,)]
