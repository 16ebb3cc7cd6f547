"""The action on real databases: one transaction, constant queries, one event."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub import events
from hub.actions.members import close_account, end_membership
from hub.actions.messages import acknowledge, mark_read, post_messages
from hub.chain import first_break
from hub.demo import OTHER_CENTRE, Demo, transmit_demo
from hub.errors import Forbidden, NotFound
from hub.models import (
    Acknowledgement,
    Centre,
    Membership,
    Message,
    Participant,
    ReadMark,
    Thread,
)
from hub.models.centres import VisitKind
from hub.posting import Draft, Posted, Refused


def draft(demo: Demo, key: str, body: str = "Bonjour", thread: int = 1) -> Draft:
    author = demo.people[key].pk
    return Draft(thread=demo.threads[thread].pk, author=author, id=uuid4(), body=body)


def whole(thread: Thread) -> list[Message]:
    return list(Message.objects.filter(thread=thread).order_by("seq"))


@pytest.fixture
def announced() -> Iterator[list[list[Message]]]:
    groups: list[list[Message]] = []

    def hear(messages: list[Message], **_: Any) -> None:
        groups.append(messages)

    events.messages_posted.connect(hear)
    yield groups
    events.messages_posted.disconnect(hear)


def test_a_group_is_stored_whole_and_announced_once(
    demo: Demo, announced: list[list[Message]]
) -> None:
    group = [draft(demo, "camille"), draft(demo, "samira"), draft(demo, "anne")]
    outcomes = post_messages(group)
    assert [isinstance(o, Posted) for o in outcomes] == [True, True, False]
    assert [m.seq for m in announced[0]] == [3, 4]
    assert len(announced) == 1
    assert first_break(whole(demo.threads[1])) is None


@pytest.mark.parametrize("shared", [True, False])
def test_the_number_of_queries_does_not_grow_with_the_group(
    demo: Demo, shared: bool
) -> None:
    def queries(size: int) -> int:
        keys = ("camille", "samira") if shared else ("camille",)
        group = [draft(demo, keys[n % len(keys)], thread=n % 2) for n in range(size)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            post_messages(group)
        return len(captured)

    assert queries(2) == queries(20) == queries(200)


def test_the_same_id_is_one_message_for_ever_through_every_call(demo: Demo) -> None:
    once = draft(demo, "camille")
    [first], [again] = post_messages([once]), post_messages([once])
    assert isinstance(first, Posted)
    assert isinstance(again, Posted)
    assert again.message.seq == first.message.seq
    assert Message.objects.filter(client_id=once.id).count() == 1


def test_another_author_may_use_the_same_id(demo: Demo) -> None:
    mine = draft(demo, "camille")
    theirs = draft(demo, "samira")
    copied = Draft(theirs.thread, theirs.author, mine.id, "Autre")
    assert all(isinstance(o, Posted) for o in post_messages([mine, copied]))


def test_a_person_whose_place_ended_writes_no_more(demo: Demo) -> None:
    assert isinstance(post_messages([draft(demo, "luc")])[0], Posted)
    end_membership(Membership.objects.get(user=demo.people["luc"]))
    assert isinstance(post_messages([draft(demo, "luc")])[0], Refused)


def test_a_closed_account_writes_no_more(demo: Demo) -> None:
    close_account(demo.people["samira"])
    assert isinstance(post_messages([draft(demo, "samira")])[0], Refused)


def test_a_sealed_thread_refuses_and_keeps_its_head(demo: Demo) -> None:
    Thread.objects.filter(pk=demo.threads[1].pk).update(state="sealed")
    [outcome] = post_messages([draft(demo, "camille")])
    assert isinstance(outcome, Refused)
    assert outcome.code == "closed"
    assert whole(demo.threads[1])[-1].seq == 2


def test_a_failure_after_the_write_leaves_nothing_behind(demo: Demo) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("a listener failed")

    events.messages_posted.connect(fail)
    with pytest.raises(RuntimeError):
        post_messages([draft(demo, "camille")])
    events.messages_posted.disconnect(fail)
    assert [m.seq for m in whole(demo.threads[1])] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_on_the_same_threads_leave_dense_chains(demo: Demo) -> None:
    start = threading.Barrier(6)

    def write(writer: int) -> None:
        start.wait()
        key = ("camille", "paul", "samira", "luc")[writer % 4]
        for turn in range(8):
            # Both orders of the two threads: locks must not meet head on.
            order = (0, 1) if (writer + turn) % 2 else (1, 0)
            post_messages([draft(demo, key, thread=thread) for thread in order])
        connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    for thread, before in zip(demo.threads, (5, 2), strict=True):
        assert [m.seq for m in whole(thread)] == list(range(1, before + 48 + 1))
        assert first_break(whole(thread)) is None


@pytest.mark.django_db(transaction=True)
def test_one_id_sent_by_six_writers_at_once_is_one_message(demo: Demo) -> None:
    once, start = draft(demo, "camille"), threading.Barrier(6)

    def write(_: int) -> int:
        start.wait()
        [outcome] = post_messages([once])
        connection.close()
        assert isinstance(outcome, Posted)
        return outcome.message.seq

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(write, range(6))) == {3}


def test_reading_moves_only_forward_and_never_past_the_head(demo: Demo) -> None:
    camille, thread = demo.people["camille"], demo.threads[0]
    assert [mark_read(camille, thread.pk, seq) for seq in (2, 1, 2, 99)] == [
        True, False, False, True,
    ]  # fmt: skip
    seat = Participant.objects.get(thread=thread, user=camille)
    assert seat.read_seq == 5
    assert list(ReadMark.objects.values_list("seq", flat=True)) == [2, 5]


def test_a_stranger_reads_and_acknowledges_nothing(demo: Demo) -> None:
    for act in (mark_read, acknowledge):
        with pytest.raises(NotFound):
            act(demo.people["anne"], demo.threads[0].pk, 4)


def test_only_the_other_side_acknowledges_and_once(demo: Demo) -> None:
    thread = demo.threads[0]  # message 4 of Samira's asks for it
    with pytest.raises(Forbidden):
        acknowledge(demo.people["luc"], thread.pk, 5)
    first = acknowledge(demo.people["camille"], thread.pk, 5)
    assert acknowledge(demo.people["camille"], thread.pk, 5).at == first.at
    assert Acknowledgement.objects.count() == 1
    with pytest.raises(NotFound):
        acknowledge(demo.people["camille"], thread.pk, 4)


def test_transmitting_seats_both_sides_and_says_so_in_french(demo: Demo) -> None:
    centre = Centre.objects.get(code=OTHER_CENTRE)
    thread = transmit_demo(
        demo.people, VisitKind.VISIT, [5], date(2026, 9, 1), centre_code=centre.code
    )
    seated = {p.user.given_name for p in thread.participants.select_related("user")}
    assert seated == {"Camille", "Paul", "Nadia"}
    opening, line = whole(thread)
    assert opening.kind == "transmission"
    assert "Durée de la mesure" in opening.body
    assert line.body == f"Mesure transmise à l’espace de rencontre\u00a0: {centre}."
