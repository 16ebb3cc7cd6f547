"""The words of messages: kept behind the posting, lost by nothing, gone with a purge."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet
from django.utils import timezone

from hub import schedule
from hub.actions import purging, search_index
from hub.actions.search_index import index_all, index_new
from hub.demo import Demo
from hub.models import (
    Measure,
    Message,
    MessageWords,
    SearchProgress,
    Thread,
)
from hub.models.searching import all_of
from tests.hub.searching import found, nothing_shown, say


def test_the_worker_catches_up_after_a_kill_and_twice_is_once(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(demo, *(f"zorglub {n}" for n in range(12)))
    total = Message.objects.count()
    monkeypatch.setattr(search_index, "AT_ONCE", 5)
    monkeypatch.setattr(search_index.time, "sleep", lambda seconds: None)

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    Message.objects.update(at=timezone.now() - timedelta(hours=1))
    with monkeypatch.context() as broken:
        broken.setattr(search_index, "_settle", die)
        with pytest.raises(Killed):
            index_new()
    assert SearchProgress.objects.count() == 0
    MessageWords.objects.filter(message__seq__gt=5).delete()  # as if it died earlier
    left = total - MessageWords.objects.count()
    assert index_new() == left > 0
    assert index_new() == index_all(nothing_shown) == 0
    assert MessageWords.objects.count() == total
    assert SearchProgress.objects.get().settled == Message.objects.latest("pk").pk


def test_a_purge_in_between_costs_the_others_nothing(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL looks at the key when the transaction ends, and takes all back."""
    say(demo, "zorglub un", "zorglub deux")
    store, failed = search_index._store_once, []

    def lose_one(missing: QuerySet[Message]) -> list[Message]:
        if failed:
            return store(missing)
        failed.append(True)
        Message.objects.get(body="zorglub un").delete()
        raise IntegrityError

    monkeypatch.setattr(search_index, "_store_once", lose_one)
    total = Message.objects.count()
    assert index_all(nothing_shown) == total - 1 == MessageWords.objects.count()


def test_a_message_whose_commit_came_late_is_not_passed_over(demo: Demo) -> None:
    """Keys are given before commits: here the last but one appears after the last."""
    say(demo, "zorglub un", "zorglub deux")
    late = Message.objects.get(body="zorglub un")
    index_new()
    MessageWords.objects.filter(pk=late.pk).delete()  # it was not there yet
    assert SearchProgress.objects.count() == 0  # nothing is old enough to be settled
    assert set(found(demo.people["luc"], "zorglub")) == {"zorglub un", "zorglub deux"}
    assert index_new() == 1
    assert MessageWords.objects.filter(pk=late.pk).exists()


def test_purging_takes_the_words_too(demo: Demo) -> None:
    say(demo, "zorglub un")
    say(demo, "zorglub deux", thread=1)
    index_all(nothing_shown)
    measure = demo.threads[0].designation.measure
    Measure.objects.filter(pk=measure.pk).update(state="archived")
    assert purging.purge(Measure.objects.get(pk=measure.pk))
    assert not MessageWords.objects.filter(words__contains="un zorglub").exists()
    assert set(MessageWords.objects.values_list("thread", flat=True)) == {
        demo.threads[1].pk
    }
    for question in (["zorglub"], ["audienc"]):
        hits = MessageWords.objects.filter(words__hold=all_of(question))
        assert {hit.thread_id for hit in hits} <= {demo.threads[1].pk}


@pytest.mark.embedded
def test_the_index_of_sqlite_follows_its_table(demo: Demo) -> None:
    """A migration that makes the table anew would lose the triggers."""
    say(demo, "zorglub un")
    index_all(nothing_shown)
    MessageWords.objects.filter(words__hold=all_of(["zorglub"])).update(words="autre")
    assert not MessageWords.objects.filter(words__hold=all_of(["zorglub"])).exists()
    assert MessageWords.objects.filter(words__hold=all_of(["autre"])).count() == 1
    with connection.cursor() as cursor:
        check = "INSERT INTO hub_messagewords_fts(hub_messagewords_fts, rank) VALUES"
        cursor.execute(f"{check}('integrity-check', 1)")


@pytest.mark.embedded
def test_the_triggers_of_the_index_are_there_after_all_migrations(demo: Demo) -> None:
    """A migration that makes the table anew drops them without a word (0012)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' "
            "AND tbl_name = 'hub_messagewords' ORDER BY name"
        )
        names = [name for (name,) in cursor.fetchall()]
    assert names == [f"hub_messagewords_{when}" for when in ("in", "new", "out")]


def test_the_job_leaves_the_schedule_to_the_deadlines() -> None:
    """They run in one thread: of each minute the index takes a twelfth at most."""
    assert search_index.LONGEST_SECONDS <= 5


def test_the_schedule_indexes(demo: Demo) -> None:
    assert "search" in schedule.run_due(timezone.now())
    assert MessageWords.objects.count() == Message.objects.count()
    assert Thread.objects.exists()
