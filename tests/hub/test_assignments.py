"""Who answers for a thread: one a side, seen by all, taken over and undone in the open."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from hub.actions.assignments import take_charge
from hub.demo import Demo
from hub.errors import TakenCharge
from hub.models import Assignment, Message, Thread, User

SignIn = Callable[[User], Client]


def where(demo: Demo) -> str:
    return f"/fils/{demo.threads[0].pk}/prise-en-charge"


def lines(demo: Demo) -> list[str]:
    kept = Message.objects.filter(thread=demo.threads[0], kind="system")
    return list(kept.order_by("seq").values_list("body", flat=True))


def test_taking_charge_is_said_once_in_the_thread_and_on_both_sides_pages(
    demo: Demo, sign_in: SignIn
) -> None:
    before = len(lines(demo))
    luc = sign_in(demo.people["luc"])
    for _click in range(2):
        assert luc.post(where(demo), {"charge": "take"}).status_code == 303
    assert len(lines(demo)) == before + 1
    assert "Luc Roy" in lines(demo)[-1]
    thread = f"/fils/{demo.threads[0].pk}"
    page = sign_in(demo.people["paul"]).get(thread).content.decode()
    assert "<dd>Luc Roy</dd>" in page
    desk = sign_in(demo.people["samira"]).get("/bureau").content.decode()
    assert ">Luc Roy</td>" in desk


def test_a_colleague_is_named_and_can_be_taken_over_from(
    demo: Demo, sign_in: SignIn
) -> None:
    luc, samira = sign_in(demo.people["luc"]), sign_in(demo.people["samira"])
    luc.post(where(demo), {"charge": "take"})
    told = samira.post(where(demo), {"charge": "take"})
    assert told.status_code == 409
    assert "Luc Roy" in told.content.decode()
    assert 'value="over"' in told.content.decode()
    assert Assignment.objects.get(released_at=None).user == demo.people["luc"]
    assert samira.post(where(demo), {"charge": "over"}).status_code == 303
    assert Assignment.objects.get(released_at=None).user == demo.people["samira"]


def test_it_is_undone_by_who_took_it_only(demo: Demo, sign_in: SignIn) -> None:
    luc, samira = sign_in(demo.people["luc"]), sign_in(demo.people["samira"])
    luc.post(where(demo), {"charge": "take"})
    samira.post(where(demo), {"charge": "release"})
    assert Assignment.objects.filter(released_at=None).count() == 1
    count = len(lines(demo))
    for _click in range(2):
        assert luc.post(where(demo), {"charge": "release"}).status_code == 303
    assert not Assignment.objects.filter(released_at=None).exists()
    assert len(lines(demo)) == count + 1


def test_each_side_has_its_own(demo: Demo, sign_in: SignIn) -> None:
    for key in ("luc", "paul"):
        sign_in(demo.people[key]).post(where(demo), {"charge": "take"})
    taken = Assignment.objects.filter(released_at=None)
    assert set(taken.values_list("side", flat=True)) == {"court", "centre"}


def test_strangers_and_closed_threads(demo: Demo, sign_in: SignIn) -> None:
    assert sign_in(demo.people["nadia"]).post(where(demo)).status_code == 404
    assert sign_in(demo.people["luc"]).post(where(demo)).status_code == 303
    Thread.objects.filter(pk=demo.threads[0].pk).update(state="sealed")
    assert sign_in(demo.people["paul"]).post(where(demo)).status_code == 409


def test_taking_charge_does_not_change_whose_turn_it_is(demo: Demo) -> None:
    Thread.objects.filter(pk=demo.threads[0].pk).update(awaits="centre")
    take_charge(demo.people["luc"], demo.threads[0].pk)
    assert Thread.objects.get(pk=demo.threads[0].pk).awaits == "centre"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_at_once_one_wins_and_the_other_is_told(demo: Demo) -> None:
    start = threading.Barrier(2)

    def go(key: str) -> str:
        start.wait()
        try:
            return take_charge(demo.people[key], demo.threads[0].pk).user.name
        except TakenCharge as refusal:
            return f"told: {refusal.name}"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(go, ["samira", "luc"]))
    winner = Assignment.objects.get(released_at=None).user.name
    assert said == [winner, f"told: {winner}"]
