"""PostgreSQL looks before it waits for a lock: what was seen meanwhile is read again."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from hub.actions import seating
from hub.actions.members import close_account, end_membership
from hub.actions.messages import post_messages
from hub.chain import first_break
from hub.demo import Demo
from hub.models import Membership, Message, Thread, User
from hub.posting import Draft, Outcome, Posted, Refused
from hub.sql import posting as sql
from hub.sql import posting_postgresql

pytestmark = [pytest.mark.machine, pytest.mark.django_db(transaction=True)]


def draft(demo: Demo, key: str, thread: int = 1, **more: Any) -> Draft:
    given = {"id": uuid4(), "body": "Bonjour"} | more
    return Draft(demo.threads[thread].pk, demo.people[key].pk, **given)


@pytest.fixture
def aside() -> Iterator[Callable[..., "Future[list[Outcome]]"]]:
    """Posts on another connection."""

    def post(*drafts: Draft) -> list[Outcome]:
        try:
            return post_messages(drafts)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        yield lambda *drafts: pool.submit(post, *drafts)


def until_somebody_waits() -> None:
    """Returns once another connection is held up by our locks."""
    waits = "select 1 from pg_locks where not granted"
    with connection.cursor() as cursor:
        while not cursor.execute(waits) or not cursor.fetchone():
            pass


def whole(thread: Thread) -> list[int]:
    messages = list(Message.objects.filter(thread=thread).order_by("seq"))
    assert first_break(messages) is None
    return [m.seq for m in messages]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of every group that was looked at, once for each look."""
    seen: list[int] = []
    read = posting_postgresql.read

    def counted(drafts: list[Draft], *others: Any) -> Any:
        seen.append(len(drafts))
        return read(drafts, *others)

    monkeypatch.setattr(posting_postgresql, "read", counted)
    return seen


def test_a_post_that_waited_for_another_looks_again(
    demo: Demo, aside: Callable[..., Any], looks: list[int]
) -> None:
    with transaction.atomic():
        post_messages([draft(demo, "camille")] * 2)
        late = aside(draft(demo, "samira"), draft(demo, "luc"), draft(demo, "samira"))
        until_somebody_waits()
    assert [outcome.message.seq for outcome in late.result()] == [4, 5, 6]
    assert looks == [2, 3, 3]
    assert whole(demo.threads[1]) == [1, 2, 3, 4, 5, 6]


def test_the_same_id_in_a_post_that_waited_is_the_first_message(
    demo: Demo, aside: Callable[..., Any]
) -> None:
    once = draft(demo, "camille")
    with transaction.atomic():
        post_messages([once])
        late = aside(once)
        until_somebody_waits()
    [outcome] = late.result()
    assert (outcome.again, outcome.message.seq) == (True, 3)


def test_the_same_id_in_two_threads_at_once_is_a_conflict_for_the_second(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No lock holds them apart: the unique key does, and the second runs again."""
    once = draft(demo, "camille", thread=0)
    elsewhere = draft(demo, "camille", thread=1, id=once.id)
    mine, write, runs = threading.get_ident(), sql.write, []

    def write_late(*given: Any) -> None:
        if threading.get_ident() == mine and not runs:
            runs.append("first")
            with ThreadPoolExecutor(1) as pool:
                pool.submit(post_and_leave, once).result()
        write(*given)

    monkeypatch.setattr(sql, "write", write_late)
    neighbour = draft(demo, "samira")
    refused, posted = post_messages([elsewhere, neighbour])
    assert runs
    assert isinstance(refused, Refused)
    assert refused.code == "conflict"
    assert isinstance(posted, Posted)
    assert posted.message.seq == 3
    assert Message.objects.filter(client_id=once.id).count() == 1


def post_and_leave(once: Draft) -> None:
    post_messages([once])
    connection.close()


def leave(user: User) -> None:
    end_membership(Membership.objects.get(user=user))


@pytest.mark.parametrize("lose", [leave, close_account])
def test_no_post_is_accepted_after_the_commit_of_a_revocation(
    demo: Demo, aside: Callable[..., Any], lose: Callable[[User], None]
) -> None:
    """It looked while the right was there, and waited: it has to look again."""
    assert code_after_losing(demo, aside, lose) == "forbidden"


def code_after_losing(
    demo: Demo, aside: Callable[..., Any], lose: Callable[[User], None]
) -> str:
    with transaction.atomic():
        lose(demo.people["luc"])
        late = aside(draft(demo, "luc"))
        until_somebody_waits()
    [outcome] = late.result()
    return outcome.code if isinstance(outcome, Refused) else "posted"


def test_the_mutant_that_only_locks_lets_such_a_post_through(
    demo: Demo, aside: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_lock(user_id: UUID) -> None:
        list(Thread.objects.select_for_update().filter(participants__user=user_id))

    monkeypatch.setattr(seating, "hold_threads_of", only_lock)
    monkeypatch.setattr("hub.actions.members.hold_threads_of", only_lock)
    assert code_after_losing(demo, aside, leave) == "posted"


def test_a_revocation_waits_for_the_post_that_was_there_first(demo: Demo) -> None:
    luc = demo.people["luc"]

    def revoke() -> None:
        leave(luc)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            post_messages([draft(demo, "luc")])
            revoked = pool.submit(revoke)
            until_somebody_waits()
            assert not revoked.done()
        revoked.result()
    [outcome] = post_messages([draft(demo, "luc")])
    assert isinstance(outcome, Refused)


def test_two_groups_over_the_same_threads_in_other_orders_both_end(demo: Demo) -> None:
    start = threading.Barrier(4)

    def write(writer: int) -> None:
        start.wait()
        for turn in range(6):
            order = (0, 1) if (writer + turn) % 2 else (1, 0)
            keys = ("camille", "paul", "samira", "luc")
            group = [draft(demo, keys[writer], at) for at in order for _ in range(3)]
            assert all(isinstance(o, Posted) for o in post_messages(group))
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    for thread, before in zip(demo.threads, (5, 2), strict=True):
        assert whole(thread) == list(range(1, before + 4 * 6 * 3 + 1))
