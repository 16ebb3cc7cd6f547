"""The people that `bench_fixture` invents: signed in, seated, and nowhere else."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from hub.actions.timers import run_timers
from hub.chain import first_break
from hub.demo import Demo
from hub.models import Message, Participant, Thread, User
from hub.national.crowd import create_crowd
from tests.realtime.conftest import Open, Tab

Threads = list[dict[str, Any]]


def written(out: Path, **options: int) -> Threads:
    call_command("bench_fixture", out=out, **options)
    found = json.loads(out.read_text())
    assert list(found) == ["threads"]
    threads: Threads = found["threads"]
    return threads


async def opened(cookie: str) -> Tab:
    nobody = cast("User", None)  # the file does not say who a cookie belongs to
    return await Tab(nobody, f"{settings.SESSION_COOKIE_NAME}={cookie}").open()


def test_the_file_names_threads_and_a_cookie_for_each_member(
    demo: Demo, tmp_path: Path
) -> None:
    out = tmp_path / "crowd.json"
    threads = written(out, threads=3, members=5)
    assert [set(thread) for thread in threads] == [{"id", "cookies"}] * 3
    assert [len(set(thread["cookies"])) for thread in threads] == [5, 5, 5]
    assert out.stat().st_mode & 0o777 == 0o600  # they sign in
    people = Participant.objects.filter(thread__in=[t["id"] for t in threads])
    assert people.values("user").distinct().count() == 15


async def test_every_member_posts_in_the_own_thread_and_in_no_other(
    world: Demo, tab: Open, tmp_path: Path
) -> None:
    make = sync_to_async(written)
    mine, other = await make(tmp_path / "crowd.json", threads=2, members=3)
    for cookie in mine["cookies"]:
        one = await opened(cookie)
        assert (await one.post(mine["id"]))["type"] == "posted"
        refused = await one.post(other["id"])
        assert refused["code"] == "forbidden"
        await one.socket.disconnect()


async def test_no_cookie_opens_no_socket(world: Demo, tab: Open) -> None:
    crowd = await sync_to_async(create_crowd)(threads=1, members=2)
    [(_thread, [cookie, _other])] = crowd.threads
    await (await opened(cookie)).socket.disconnect()
    with pytest.raises(AssertionError):
        await opened(cookie[::-1])


def test_a_history_is_a_whole_chain_and_owes_nobody_a_mail(demo: Demo) -> None:
    before = Thread.objects.count()
    crowd = create_crowd(threads=1, members=2, messages=30, extra_threads=3)
    [(thread_id, _keys)] = crowd.threads
    messages = Message.objects.filter(thread=thread_id).order_by("seq")
    assert messages.filter(kind="ordinary").count() == 30
    assert crowd.messages == messages.count() == messages.last().seq  # type: ignore[union-attr]
    assert first_break(messages) is None
    assert Thread.objects.count() == before + 4
    assert not Thread.objects.filter(pk=thread_id).exclude(look_at=None).exists()


def test_no_deadline_speaks_up_in_the_middle_of_a_run(demo: Demo) -> None:
    crowd = create_crowd(threads=20, members=2)
    run_timers(timezone.now())
    said = Message.objects.filter(thread__in=[id_ for id_, _keys in crowd.threads])
    assert said.count() == crowd.messages


def test_production_is_refused_unless_it_is_meant(
    demo: Demo, tmp_path: Path, settings: Any
) -> None:
    settings.PRODUCTION = True
    out = tmp_path / "crowd.json"
    with pytest.raises(CommandError, match="--force"):
        written(out, threads=1, members=2)
    assert not out.exists()
    assert written(out, threads=1, members=2, force=True)
