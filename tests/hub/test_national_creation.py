"""When the national demonstration may be made, and that a seed tells one story."""

import hashlib
from datetime import UTC, datetime, time
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from hub import events
from hub.actions.timers import run_timers
from hub.demo import Demo
from hub.errors import DemoRefused
from hub.models import (
    Centre,
    Measure,
    Message,
    Participant,
    Thread,
    TimerMark,
    User,
)
from hub.national.creation import create_national

SHARE = 0.003  # 51 measures


def digest() -> str:
    """Of everything that a second telling has to repeat."""
    told = hashlib.sha256()
    seats = Participant.objects.order_by("thread", "user")
    for rows in (
        Thread.objects.order_by("pk").values_list("pk", "head", "awaits", "state"),
        Measure.objects.order_by("pk").values_list("reference", "state", "awaits"),
        seats.values_list("thread", "user__email", "read_seq"),
    ):
        told.update(repr(list(rows)).encode())
    return told.hexdigest()


def told_again(seed: int) -> str:
    with transaction.atomic():
        create_national(share=SHARE, seed=seed)
        found = digest()
        transaction.set_rollback(True)
    return found


def test_the_same_seed_tells_the_same_story_and_another_one_does_not(
    demo: Demo,
) -> None:
    once = told_again(seed=1)
    assert told_again(seed=1) == once
    assert told_again(seed=2) != once


def test_it_is_refused_next_to_real_centres(demo: Demo) -> None:
    told_again(seed=1)  # allowed while all are invented
    Centre.objects.filter(code="DEMO-44-02").update(is_demo=False)
    with pytest.raises(DemoRefused):
        create_national(share=SHARE)


def test_it_is_refused_a_second_time(demo: Demo) -> None:
    create_national(share=SHARE)
    before = Message.objects.count()
    with pytest.raises(DemoRefused):
        create_national(share=SHARE)
    assert Message.objects.count() == before


def test_an_interruption_leaves_nothing(demo: Demo) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    people = User.objects.count()
    with pytest.raises(KeyboardInterrupt):
        create_national(share=SHARE, progress=interrupt)
    assert (Measure.objects.count(), User.objects.count()) == (2, people)


def test_the_command_refuses_in_one_sentence_and_says_what_is_there(
    demo: Demo,
) -> None:
    out = StringIO()
    create_national(share=SHARE)
    with pytest.raises(CommandError, match="base de données neuve"):
        call_command("demo", scale="national", stdout=out)
    assert "already there" in out.getvalue()


def test_the_first_timers_afterwards_tell_nobody_of_what_is_long_past(
    demo: Demo,
) -> None:
    """And without the marks they would: the same country, had it been real."""
    told: list[str] = []

    def hear(**event: Any) -> None:
        told.append(event["step"])

    create_national(share=SHARE * 3)
    midnight = datetime.combine(timezone.now().date(), time(0), UTC)
    events.deadline_passed.connect(hear)
    try:
        run_timers(midnight)
        assert told == []
        TimerMark.objects.all().delete()
        run_timers(midnight)
    finally:
        events.deadline_passed.disconnect(hear)
    assert told
