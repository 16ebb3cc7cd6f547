"""Who is told that somebody is online: readers of the thread, and nobody else."""

import time
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async

from hub.actions import members
from hub.demo import Demo
from hub.models import Membership
from realtime import online, relay
from realtime.presence import presence
from tests.realtime.conftest import Open, Tab


async def online_for(tab: Tab, thread: object, *expected: Any) -> None:
    """Waits for the frame of this thread that says so; reports what came instead."""
    wanted, seen = {str(user.pk) for user in expected}, []
    while True:
        try:
            frame = await tab.get("presence")
        except TimeoutError:
            raise AssertionError(f"expected {wanted}, was told {seen}") from None
        if frame["thread"] == str(thread):
            seen.append(set(frame["online"]))
            if seen[-1] == wanted:
                return


async def told_after_a_turn(tab: Tab) -> list[Any]:
    """The frames that are on their way, all of them."""
    await presence.turn(time.monotonic())
    await tab.send("ping")
    frames = []
    while (frame := await tab.get("presence", "pong"))["type"] != "pong":
        frames.append(frame)
    return frames


async def test_a_page_learns_at_once_who_is_there_and_later_who_comes_and_goes(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online, "LINGER_SECONDS", 0.0)
    thread, people = world.threads[0].pk, world.people
    camille = await tab(people["camille"], **{str(thread): 5})
    await online_for(camille, thread, people["camille"])
    samira = await tab(people["samira"], **{str(thread): 5})
    for page in (samira, camille):
        await online_for(page, thread, people["camille"], people["samira"])
    await samira.socket.disconnect()
    await online_for(camille, thread, people["camille"])


async def test_a_second_tab_of_the_same_person_is_no_news(
    tab: Open, world: Demo
) -> None:
    thread, people = world.threads[0].pk, world.people
    camille, samira = await tab(people["camille"]), await tab(people["samira"])
    await online_for(camille, thread, people["camille"], people["samira"])
    await told_after_a_turn(camille)
    second = await tab(samira.user)
    assert await told_after_a_turn(camille) == []
    await second.socket.disconnect()
    assert await told_after_a_turn(camille) == []
    assert str(samira.user.pk) in presence.online.online(thread)


async def test_a_stranger_is_neither_told_nor_told_of(tab: Open, world: Demo) -> None:
    thread, people = world.threads[0].pk, world.people
    anne = await tab(people["anne"], **{str(thread): 0, str(uuid4()): 0})
    camille = await tab(people["camille"], **{str(thread): 5})
    await online_for(camille, thread, people["camille"])
    assert await told_after_a_turn(anne) == []


async def test_who_loses_the_right_is_gone_from_the_thread_and_hears_no_more_of_it(
    tab: Open, world: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online, "LINGER_SECONDS", 3600.0)  # that is for who leaves
    thread, people = world.threads[0].pk, world.people
    camille, luc = await tab(people["camille"]), await tab(people["luc"])
    await online_for(camille, thread, people["camille"], people["luc"])
    place = await sync_to_async(Membership.objects.get)(user=people["luc"])
    await sync_to_async(members.end_membership)(place)
    assert await luc.close_code() == 4403
    await online_for(camille, thread, people["camille"])
    await tab(people["samira"])
    await online_for(camille, thread, people["camille"], people["samira"])
    assert await luc.socket.receive_nothing()


async def test_a_lost_seat_ends_presence_there_although_the_hint_was_lost_too(
    tab: Open, world: Demo
) -> None:
    """Another thread is kept, so that the socket stays and is still online there."""
    thread, other = world.threads[0], world.threads[1]
    people = world.people
    camille, luc = await tab(people["camille"]), await tab(people["luc"])
    await online_for(luc, thread.pk, people["camille"], people["luc"])
    seat = thread.participants.filter(user=people["camille"])
    await sync_to_async(seat.update)(until="2020-01-01T00:00Z")
    await relay.check()
    await online_for(luc, thread.pk, people["luc"])
    assert str(people["camille"].pk) in presence.online.online(other.pk)
    await camille.get("reload")
    await tab(people["paul"])
    await online_for(luc, thread.pk, people["luc"], people["paul"])
    others = await told_after_a_turn(camille)
    assert {frame["thread"] for frame in others} <= {str(other.pk)}
