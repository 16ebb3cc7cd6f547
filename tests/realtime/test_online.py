"""Who is online where: what processes tell each other, on a clock that tests move."""

import random
from typing import Any
from uuid import UUID, uuid4

import pytest

from realtime.online import BEAT_SECONDS, LIFE_SECONDS, LINGER_SECONDS, Online

ANNE, LUC, PAUL = (UUID(int=number) for number in (1, 2, 3))
FIRST, SECOND = UUID(int=11), UUID(int=12)
Saying = dict[str, Any]


class Layer:
    """Some processes, one clock, and hints that arrive unless the layer is down."""

    def __init__(self, count: int) -> None:
        self.processes = [Online() for _ in range(count)]
        self.now = 0.0
        self.down = False
        self.said: list[Saying] = []

    def turn(self, seconds: float = 0.5) -> None:
        self.now += seconds
        for process in list(self.processes):
            if saying := process.turn(self.now):
                self.said.append(saying)
                self.hand_on(saying)

    def hand_on(self, saying: Saying) -> None:
        if not self.down:
            for other in self.processes:
                other.hear(saying, self.now)

    def pass_time(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.turn(1.0)

    def settle(self) -> None:
        for _ in range(3):  # a saying, a question, an answer
            self.turn()

    def seen(self, process: int, user: UUID, *threads: UUID) -> None:
        self.processes[process].seen(user, threads, self.now)

    def online(self, thread: UUID, at: int) -> list[UUID]:
        return [UUID(user) for user in self.processes[at].online(thread)]


@pytest.fixture
def two() -> Layer:
    layer = Layer(2)
    layer.settle()
    return layer


def test_who_comes_at_one_process_is_online_at_the_other(two: Layer) -> None:
    two.seen(0, ANNE, FIRST)
    two.seen(1, LUC, FIRST, SECOND)
    two.turn()
    assert two.online(FIRST, at=0) == two.online(FIRST, at=1) == [ANNE, LUC]
    assert two.online(SECOND, at=0) == [LUC]


def test_a_process_that_comes_later_learns_everything(two: Layer) -> None:
    two.seen(0, ANNE, FIRST)
    two.pass_time(3)
    two.processes.append(Online())
    two.settle()
    assert two.online(FIRST, at=2) == [ANNE]


def test_the_next_page_is_no_departure_and_a_closed_one_is_after_a_moment(
    two: Layer,
) -> None:
    two.seen(0, ANNE, FIRST)
    two.turn()
    said = len(two.said)
    two.seen(0, ANNE)
    two.turn(LINGER_SECONDS - 1)
    two.seen(0, ANNE, FIRST)
    two.turn(2)
    assert two.online(FIRST, at=1) == [ANNE]
    assert len(two.said) == said
    two.seen(0, ANNE)
    two.turn(LINGER_SECONDS + 0.1)
    assert two.online(FIRST, at=1) == []


def test_a_lost_right_ends_presence_at_once_in_that_thread_only(two: Layer) -> None:
    two.seen(0, ANNE, FIRST, SECOND)
    two.turn()
    two.processes[0].cut(ANNE, {FIRST})
    two.turn()
    for at in (0, 1):
        assert two.online(FIRST, at) == []
        assert two.online(SECOND, at) == [ANNE]


def test_who_was_about_to_leave_does_not_linger_past_a_change_of_rights(
    two: Layer,
) -> None:
    two.seen(0, ANNE, FIRST)
    two.seen(0, LUC, FIRST)
    two.turn()
    two.seen(0, ANNE)
    two.processes[0].hurry([ANNE, LUC])
    two.turn()
    assert two.online(FIRST, at=1) == [LUC]


def test_people_of_a_killed_process_are_gone_within_their_life(two: Layer) -> None:
    two.seen(0, ANNE, FIRST)
    two.turn()
    killed = two.processes.pop(0)
    assert killed.online(FIRST)
    two.pass_time(LIFE_SECONDS - BEAT_SECONDS - 1)
    assert two.online(FIRST, at=0) == [ANNE], "it may only have been slow"
    two.pass_time(BEAT_SECONDS + 2)
    assert two.online(FIRST, at=0) == []


def test_people_of_a_process_that_says_good_bye_are_gone_at_once(two: Layer) -> None:
    two.seen(0, ANNE, FIRST)
    two.turn()
    two.hand_on(two.processes.pop(0).farewell())
    assert two.online(FIRST, at=0) == []


def test_without_the_layer_others_are_unknown_and_back_when_it_is(two: Layer) -> None:
    two.seen(0, ANNE, FIRST)
    two.seen(1, LUC, FIRST)
    two.turn()
    two.down = True
    two.seen(0, PAUL, FIRST)
    two.pass_time(LIFE_SECONDS + 1)
    assert two.online(FIRST, at=1) == [LUC], "its own people it knows"
    two.down = False
    two.pass_time(BEAT_SECONDS + 1)
    two.settle()
    assert two.online(FIRST, at=1) == [ANNE, LUC, PAUL]


def test_one_lost_saying_is_noticed_by_the_next_and_asked_for(two: Layer) -> None:
    two.down = True
    two.seen(0, ANNE, FIRST)
    two.turn()
    two.down = False
    two.seen(0, LUC, SECOND)
    two.settle()
    assert two.online(FIRST, at=1) == [ANNE]
    assert two.online(SECOND, at=1) == [LUC]


def test_five_thousand_people_who_stay_cost_three_short_sayings_a_minute(
    two: Layer,
) -> None:
    for number in range(5_000):
        two.seen(0, UUID(int=1_000 + number), UUID(int=number % 1_250))
    two.turn()
    [everyone] = [s for s in two.said if s["people"]]
    assert len(everyone["people"]) == 5_000
    two.said.clear()
    two.pass_time(60)
    from_first = [s for s in two.said if s["process"] == two.processes[0].process]
    assert len(from_first) == 3
    assert all(saying["people"] == {} for saying in from_first)


def test_pages_are_told_only_of_sets_that_changed(two: Layer) -> None:
    first = two.processes[0]
    two.seen(0, ANNE, FIRST, SECOND)
    assert first.news([FIRST]) == {FIRST: [str(ANNE)]}
    two.seen(1, ANNE, FIRST)  # a second tab, at the other process
    two.turn()
    assert first.news([FIRST]) == {}
    two.seen(0, ANNE)
    two.turn(LINGER_SECONDS + 1)
    assert first.news([FIRST]) == {}, "she is still at the other process"
    two.seen(1, ANNE)
    two.turn(LINGER_SECONDS + 1)
    assert first.news([FIRST]) == {FIRST: []}


@pytest.mark.parametrize("seed", range(20))
def test_whatever_gets_lost_all_processes_agree_in_the_end(seed: int) -> None:
    chance, layer = random.Random(seed), Layer(4)
    people, threads = [uuid4() for _ in range(12)], [uuid4() for _ in range(5)]
    for _ in range(200):
        layer.down = chance.random() < 0.3
        at = chance.randrange(len(layer.processes))
        there = chance.sample(threads, chance.randrange(len(threads)))
        layer.seen(at, chance.choice(people), *there)
        if chance.random() < 0.02:
            layer.processes[at] = Online()  # killed, and another one started
        layer.turn(chance.choice((0.5, 1, 4)))
    layer.down = False
    layer.pass_time(LIFE_SECONDS + BEAT_SECONDS)
    for thread in threads:
        truth = {u for p in layer.processes for u in p.mine.people_in.get(thread, ())}
        for at in range(4):
            assert set(layer.online(thread, at)) == truth
