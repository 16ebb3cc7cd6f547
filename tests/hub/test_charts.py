"""Charts: axes from zero, values where they belong, gaps where nothing is known."""

import random
from itertools import pairwise

from hub.charts import FLOOR, LEFT, RIGHT, STEPS, TOP, bar_chart, line_chart, scale


def test_the_scale_begins_at_zero_and_holds_every_value() -> None:
    source = random.Random(4)
    for _ in range(500):
        values = [source.uniform(0, 10 ** source.randint(0, 5)) for _ in range(9)]
        top = scale(values)
        assert max(values) <= top <= max(STEPS, 3 * max(values) + STEPS)
        assert top % STEPS == 0
    assert scale([]) == scale([0.0]) == STEPS
    assert [scale([v]) for v in (3, 17, 56, 212, 900)] == [4, 20, 60, 240, 1000]


def test_ticks_go_from_the_floor_to_the_top() -> None:
    ticks = line_chart(["a", "b"], [[10, 40]]).ticks
    assert (ticks[0].y, ticks[0].label) == (FLOOR, 0)
    assert (ticks[-1].y, ticks[-1].label) == (TOP, scale([40]))


def test_a_line_goes_through_its_values_in_proportion() -> None:
    chart = line_chart(["a", "b", "c"], [[0, 20, 40]])
    assert chart.ticks[-1].label == 40
    assert [p.x for p in chart.lines[0].points] == [LEFT, (LEFT + RIGHT) / 2, RIGHT]
    assert [p.y for p in chart.lines[0].points] == [FLOOR, (FLOOR + TOP) / 2, TOP]
    assert chart.lines[0].path == "M44 230L295 130L546 30"
    assert chart.lines[0].last == chart.lines[0].points[-1]


def test_a_line_is_broken_where_a_month_is_withheld() -> None:
    [line] = line_chart(list("abcd"), [[10, None, 20, 30]]).lines
    assert line.path.count("M") == 2
    assert line.path.count("L") == 1
    assert [point.name for point in line.points] == ["a", "c", "d"]


def test_nothing_known_draws_nothing_and_fails_nowhere() -> None:
    chart = line_chart(["a", "b"], [[None, None], [None, None]])
    assert [line.path for line in chart.lines] == ["", ""]
    assert chart.lines[0].last is None
    assert line_chart([], [[]]).names == []
    assert bar_chart([], []).bars == []


def test_the_newest_month_is_always_named() -> None:
    names = [name.text for name in line_chart(list("abcdefghijkl"), [[1] * 12]).names]
    assert names == list("bdfhjl")


def test_bars_stand_on_the_floor_side_by_side() -> None:
    chart = bar_chart(["x", "y", "z"], [0, 2, 4])
    assert [bar.y for bar in chart.bars] == [FLOOR, (FLOOR + TOP) / 2, TOP]
    edges = [(b.x - chart.bar_width / 2, b.x + chart.bar_width / 2) for b in chart.bars]
    assert edges[0][0] >= LEFT
    assert edges[-1][1] <= RIGHT
    assert all(a[1] < b[0] for a, b in pairwise(edges))
