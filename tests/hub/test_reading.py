"""Read marks of many people in one transaction: forward only, and only with the right."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub import events
from hub.actions import members
from hub.actions.reading import Mark, mark_many
from hub.demo import Demo
from hub.models import Membership, Participant, ReadMark, Thread, User
from hub.queries import history


def read_seqs(thread: UUID) -> dict[UUID, int]:
    seats = Participant.objects.filter(thread=thread)
    return dict(seats.values_list("user", "read_seq"))


@pytest.fixture
def readers(demo: Demo) -> list[User]:
    return [demo.people[name] for name in ("camille", "paul", "samira", "luc")]


def test_each_moves_to_the_highest_of_their_marks_and_never_back(
    demo: Demo, readers: list[User]
) -> None:
    thread = demo.threads[0].pk
    camille, paul, *_ = readers
    marks = [Mark(camille.pk, thread, seq) for seq in (2, 4, 3)]
    moved = mark_many([*marks, Mark(paul.pk, thread, 99)])
    assert moved == {(camille.pk, thread): True, (paul.pk, thread): True}
    assert read_seqs(thread)[camille.pk] == 4
    assert read_seqs(thread)[paul.pk] == 5, "the head, not what was claimed"
    assert mark_many([Mark(camille.pk, thread, 3)]) == {(camille.pk, thread): False}
    kept = ReadMark.objects.filter(participant__thread=thread)
    steps = kept.values_list("participant__user", "seq")
    assert set(steps) == {(camille.pk, 4), (paul.pk, 5)}


def test_many_people_in_many_threads_cost_the_statements_of_one(
    demo: Demo, readers: list[User]
) -> None:
    one, other = (thread.pk for thread in demo.threads[:2])
    with CaptureQueriesContext(connection) as single:
        mark_many([Mark(readers[0].pk, one, 1)])
    with CaptureQueriesContext(connection) as many:
        moved = mark_many(
            Mark(reader.pk, thread, 2) for reader in readers for thread in (one, other)
        )
    assert len(moved) == 8
    assert all(moved.values())
    assert len(many) == len(single)


def test_a_stranger_among_them_is_left_out_and_harms_nobody(
    demo: Demo, readers: list[User]
) -> None:
    thread, anne, luc = demo.threads[0].pk, demo.people["anne"], demo.people["luc"]
    members.end_membership(Membership.objects.get(user=luc))
    marks = [Mark(who.pk, thread, 3) for who in (anne, luc, readers[0])]
    assert mark_many([*marks, Mark(readers[0].pk, uuid4(), 3)]) == {
        (readers[0].pk, thread): True
    }
    assert read_seqs(thread)[luc.pk] == 0
    assert mark_many([]) == {}


def test_only_who_moved_is_announced_and_always_the_stored_seq(
    demo: Demo, readers: list[User]
) -> None:
    thread, heard = demo.threads[0].pk, []

    def hear(**event: object) -> None:
        heard.append((event["user_id"], event["seq"]))

    mark_many([Mark(readers[0].pk, thread, 3)])
    events.thread_read.connect(hear)
    try:
        mark_many(Mark(reader.pk, thread, 3) for reader in readers[:2])
    finally:
        events.thread_read.disconnect(hear)
    assert heard == [(readers[1].pk, 3)]


@pytest.mark.machine
@pytest.mark.django_db(transaction=True)
def test_groups_that_share_seats_at_once_end_at_the_highest(
    demo: Demo, readers: list[User]
) -> None:
    threads = [thread.pk for thread in demo.threads[:2]]

    def write(number: int) -> None:
        seq = number % 5 + 1
        places = [(r.pk, t) for r in readers for t in threads]
        if number % 2:
            places.reverse()
        mark_many(Mark(*place, seq) for place in places)
        connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(30)))
    heads = Thread.objects.filter(pk__in=threads).values_list("pk", "last_seq")
    for thread, head in heads:
        ends = read_seqs(thread)
        assert {ends[reader.pk] for reader in readers} == {min(head, 5)}
        for reader in readers:
            kept = ReadMark.objects.filter(
                participant__thread=thread, participant__user=reader
            )
            steps = list(kept.order_by("pk").values_list("seq", flat=True))
            assert steps == sorted(set(steps)), "forward only"


@pytest.mark.django_db
def test_a_page_begins_at_the_first_unread_if_that_is_not_too_long(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = demo.threads[0]
    thread.refresh_from_db()
    head = thread.last_seq
    monkeypatch.setattr(history, "PAGE", 1)
    monkeypatch.setattr(history, "MOST", 3)
    firsts = {
        unread: history.opening(thread.pk, head, head - unread).messages[0].seq
        for unread in range(5)
    }
    assert firsts == {0: head, 1: head, 2: head - 1, 3: head - 2, 4: head}
