"""Mail that could not be sent: who sees it, another try, giving up."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions import members
from hub.demo import COURT, Demo
from hub.errors import NotFound
from hub.models import Centre, Court, JournalEntry, Role, User
from notifications import failures, queue
from notifications.kinds import Kind, Subject
from notifications.models import Notification, Reason, State

SignIn = Callable[[User], Client]
PAGE = "/notifications/echecs"


def dead(
    user: User | None = None, centre: Centre | None = None, **more: object
) -> Notification:
    now = timezone.now()
    fields: dict[str, object] = {
        "kind": Kind.MESSAGES,
        "subject": Subject.MESSAGE,
        "window": "m1",
        "key": str(uuid4()),
        "state": State.DEAD,
        "reason": Reason.REFUSED,
        "last_answer": "550 5.1.1",
        "attempts": 3,
        "due_at": now,
        "first_tried_at": now - timedelta(days=2),
        "ended_at": now,
        **more,
    }
    return Notification.objects.create(user=user, centre=centre, **fields)


@pytest.fixture
def chief(demo: Demo) -> User:
    user = members.create_user(
        email="chief@justice.demo.invalid", given_name="Cécile", usual_name="Test"
    )
    court = Court.objects.get(code=COURT)
    members.add_membership(user, Role.CHIEF_CLERK, court=court)
    return user


def seen_by(user: User) -> set[UUID]:
    return {failure.row.pk for failure in failures.failures(user)}


def test_a_manager_sees_their_own_organisation_only(demo: Demo, chief: User) -> None:
    luc, camille = dead(demo.people["luc"]), dead(demo.people["camille"])
    nadia = dead(demo.people["nadia"])
    mailbox = dead(centre=Centre.objects.get(code="DEMO-44-01"))
    assert seen_by(demo.people["samira"]) == {luc.pk, mailbox.pk}
    assert seen_by(demo.people["nadia"]) == {nadia.pk}
    assert seen_by(chief) == {camille.pk}
    everything = {luc.pk, camille.pk, nadia.pk, mailbox.pk}
    assert seen_by(demo.people["noe"]) == everything
    assert seen_by(demo.people["operator"]) == everything


def test_who_manages_nobody_does_not_see_the_page(demo: Demo, sign_in: SignIn) -> None:
    dead(demo.people["luc"])
    assert sign_in(demo.people["samira"]).get(PAGE).status_code == 200
    for key in ("luc", "camille", "paul"):
        assert sign_in(demo.people[key]).get(PAGE).status_code == 403


def test_the_operator_sees_where_and_never_who(demo: Demo, sign_in: SignIn) -> None:
    dead(demo.people["luc"])
    national = sign_in(demo.people["noe"]).get(PAGE).content.decode()
    assert "Luc Roy" in national
    page = sign_in(demo.people["operator"]).get(PAGE).content.decode()
    assert "centre.demo.invalid" in page
    assert "550 5.1.1" in page
    assert "Luc" not in page


def test_trouble_is_listed_and_what_only_waits_is_not(demo: Demo) -> None:
    luc = demo.people["luc"]
    trouble = dead(luc, state=State.WAITING, reason=Reason.TROUBLE)
    dead(luc, state=State.WAITING, reason="")
    dead(luc, state=State.SENT, reason="")
    assert seen_by(demo.people["samira"]) == {trouble.pk}


def test_another_try_makes_it_due_and_its_two_days_begin_anew(
    demo: Demo, sign_in: SignIn
) -> None:
    row = dead(demo.people["luc"])
    samira = demo.people["samira"]
    answer = sign_in(samira).post(PAGE, {"retry": str(row.pk)})
    assert answer.status_code == 303
    row.refresh_from_db()
    assert (row.state, row.reason, row.ended_at) == (State.WAITING, "", None)
    assert row.first_tried_at is None
    [claimed] = queue.claim(timezone.now(), 10)
    assert (claimed.pk, claimed.attempts) == (row.pk, 4)
    entry = JournalEntry.objects.get(action="notification_retried")
    assert (entry.actor, entry.object_id) == (samira, str(row.pk))


def test_giving_up_takes_it_off_the_list_and_keeps_why(
    demo: Demo, sign_in: SignIn
) -> None:
    row = dead(demo.people["luc"])
    samira = demo.people["samira"]
    sign_in(samira).post(PAGE, {"give_up": str(row.pk)})
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.DROPPED, Reason.REFUSED)
    assert seen_by(samira) == set()
    assert JournalEntry.objects.filter(action="notification_given_up").exists()


def test_a_summary_takes_its_items_along(demo: Demo) -> None:
    luc, samira = demo.people["luc"], demo.people["samira"]
    digest = dead(luc, kind=Kind.DIGEST)
    item = dead(luc, digest=digest)
    assert seen_by(samira) == {digest.pk}
    failures.retry(digest.pk, samira)
    item.refresh_from_db()
    assert (item.state, item.ended_at) == (State.GATHERED, None)
    Notification.objects.filter(pk=digest.pk).update(state=State.DEAD)
    failures.give_up(digest.pk, samira)
    item.refresh_from_db()
    assert item.state == State.DROPPED


def test_a_strangers_row_or_one_in_a_workers_hands_is_not_found(demo: Demo) -> None:
    nadia, samira = demo.people["nadia"], demo.people["samira"]
    row = dead(demo.people["luc"])
    for act in (failures.retry, failures.give_up):
        with pytest.raises(NotFound):
            act(row.pk, nadia)
    Notification.objects.filter(pk=row.pk).update(state=State.SENDING)
    with pytest.raises(NotFound):
        failures.retry(row.pk, samira)
    Notification.objects.filter(pk=row.pk).update(state=State.DEAD)
    failures.retry(row.pk, samira)
    row.refresh_from_db()
    assert row.state == State.WAITING


@pytest.mark.parametrize("value", ["", "x", "0" * 32, "é"])
def test_what_is_no_row_is_not_found(demo: Demo, sign_in: SignIn, value: str) -> None:
    client = sign_in(demo.people["samira"])
    assert client.post(PAGE, {"retry": value}).status_code == 404


def test_many_failures_take_no_more_queries_than_one(
    demo: Demo, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["noe"])
    dead(demo.people["luc"])
    client.get(PAGE)
    counts = []
    for key in ("camille", "nadia"):
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
        dead(demo.people[key])
        dead(centre=Centre.objects.get(code="DEMO-44-01"))
    assert counts[0] == counts[1]
