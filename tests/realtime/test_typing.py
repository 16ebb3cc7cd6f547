"""Signs of writing: to the others only, seldom, and only from who may write."""

import pytest
from asgiref.sync import sync_to_async

from hub.actions import members
from hub.demo import Demo
from hub.models import Membership, Message
from realtime import relay, typing
from realtime.typing import PACE_SECONDS, Pace
from tests.realtime.conftest import Open


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(typing, "sent", Pace(made))
    monkeypatch.setattr(typing, "heard", Pace(made))
    return made


async def test_the_others_hear_and_neither_of_ones_own_tabs(
    tab: Open, world: Demo, clock: Clock
) -> None:
    thread = str(world.threads[0].pk)
    camille, second = [await tab(world.people["camille"]) for _ in range(2)]
    others = [await tab(world.people[name]) for name in ("paul", "samira")]
    stranger = await tab(world.people["anne"])
    await camille.send("typing", thread=thread)
    expected = {"type": "typing", "thread": thread, "user": str(camille.user.pk)}
    for other in others:
        assert await other.get("typing") == expected
    for silent in (camille, second, stranger):
        await silent.send("ping")
        assert (await silent.get("typing", "pong"))["type"] == "pong"


async def test_one_sign_in_three_seconds_whatever_the_number_of_tabs(
    tab: Open, world: Demo, clock: Clock
) -> None:
    thread = str(world.threads[0].pk)
    tabs = [await tab(world.people["camille"]) for _ in range(3)]
    samira = await tab(world.people["samira"])
    for one in tabs * 5:
        await one.send("typing", thread=thread)
    await tabs[0].post(thread)
    assert (await samira.get("typing", "message"))["type"] == "typing"
    assert (await samira.get("typing", "message"))["type"] == "message"
    clock.now += PACE_SECONDS
    await tabs[1].send("typing", thread=thread)
    assert (await samira.get("typing", "message"))["type"] == "typing"


async def test_two_processes_together_forward_no_more_than_one(
    tab: Open, world: Demo, clock: Clock
) -> None:
    """What another process forwards of the same person is dropped here."""
    thread, camille = world.threads[0].pk, world.people["camille"]
    samira, writer = await tab(world.people["samira"]), await tab(camille)
    await writer.send("typing", thread=str(thread))
    assert await samira.get("typing")
    hint = {"kind": "typing", "thread": str(thread), "user": str(camille.pk)}
    relay.relay.take(hint)
    await writer.post(thread)
    assert (await samira.get("typing", "message"))["type"] == "message"
    clock.now += PACE_SECONDS
    relay.relay.take(hint)
    assert (await samira.get("typing"))["user"] == str(camille.pk)


async def test_who_may_only_read_is_refused_and_forwarded_to_nobody(
    tab: Open, world: Demo, clock: Clock
) -> None:
    thread = str(world.threads[0].pk)
    paul, samira = await tab(world.people["paul"]), await tab(world.people["samira"])
    place = Membership.objects.filter(user=paul.user)
    await sync_to_async(place.update)(role="chief_clerk")
    await relay.check()  # the hint was lost
    await paul.send("typing", thread=thread)
    assert (await paul.get("refused"))["code"] == "forbidden"
    again = await tab(paul.user)
    await again.send("typing", thread=thread)
    assert (await again.get("refused"))["code"] == "forbidden"
    await samira.send("ping")
    assert (await samira.get("typing", "pong"))["type"] == "pong"


async def test_a_lost_right_cuts_the_signs_at_once(
    tab: Open, world: Demo, clock: Clock
) -> None:
    """Of somebody who keeps another thread, so that the socket stays."""
    thread, camille = world.threads[0], world.people["camille"]
    writer, samira = await tab(camille), await tab(world.people["samira"])
    seat = thread.participants.filter(user=camille)
    await sync_to_async(seat.update)(until="2020-01-01T00:00Z")
    await relay.check()
    await writer.send("typing", thread=str(thread.pk))
    assert (await writer.get("refused"))["code"] == "forbidden"
    await samira.send("ping")
    assert (await samira.get("typing", "pong"))["type"] == "pong"


async def test_a_removed_person_hears_nothing_more(
    tab: Open, world: Demo, clock: Clock
) -> None:
    luc, camille = await tab(world.people["luc"]), await tab(world.people["camille"])
    place = await sync_to_async(Membership.objects.get)(user=luc.user)
    await sync_to_async(members.end_membership)(place)
    assert await luc.close_code() == 4403
    await camille.send("typing", thread=str(world.threads[0].pk))
    await camille.post(world.threads[0].pk)
    assert await luc.socket.receive_nothing()


async def test_nothing_of_it_is_stored(tab: Open, world: Demo, clock: Clock) -> None:
    camille, samira = [await tab(world.people[name]) for name in ("camille", "samira")]
    before = await sync_to_async(Message.objects.count)()
    await camille.send("typing", thread=str(world.threads[0].pk), body="secret")
    assert set(await samira.get("typing")) == {"type", "thread", "user"}
    assert await sync_to_async(Message.objects.count)() == before


def test_signs_are_forgotten_when_their_time_is_over() -> None:
    from uuid import UUID

    clock = Clock()
    pace = Pace(clock)
    places = [(UUID(int=n), UUID(int=n % 7)) for n in range(1000)]
    assert all(pace.lets(*place) for place in places)
    assert not any(pace.lets(*place) for place in places)
    clock.now += PACE_SECONDS
    assert pace.lets(*places[0])
    assert len(pace) == 1
