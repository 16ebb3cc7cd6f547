"""Geometry of charts: from numbers to the coordinates of an SVG. Pure, no words.

Axes begin at zero. templates/components/charts.html draws what is computed here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP = 44, 546, 30
FLOOR = 230  # y of zero; names of the marks stand below
STEPS = 4  # grid lines above zero
NICE = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)  # steps that people read easily
NAMES_SHOWN = 6  # more do not fit side by side on a telephone

Value = float | None


@dataclass(frozen=True)
class Tick:
    y: int
    label: int


@dataclass(frozen=True)
class Mark:
    """A point or bar: where it is, what it shows, the name under it."""

    x: float
    y: int
    value: float
    name: str


@dataclass(frozen=True)
class Name:
    x: float
    text: str
    anchor: str  # of SVG: middle, or end at the right edge


@dataclass(frozen=True)
class Line:
    """`path`: pieces, broken where a value is missing; `last`: the newest point."""

    path: str
    points: list[Mark]

    @property
    def last(self) -> Mark | None:
        return self.points[-1] if self.points else None


@dataclass(frozen=True)
class LineChart:
    ticks: list[Tick]
    names: list[Name]
    lines: list[Line]


@dataclass(frozen=True)
class BarChart:
    ticks: list[Tick]
    bars: list[Mark]
    bar_width: float
    floor: int = FLOOR


def line_chart(names: Sequence[str], rows: Sequence[Sequence[Value]]) -> LineChart:
    """One line for each row; a row has one value, or None, for each name."""
    top = scale([value for row in rows for value in row if value is not None])
    gap = (RIGHT - LEFT) / max(1, len(names) - 1)
    places = [round(LEFT + gap * n, 1) for n in range(len(names))]
    return LineChart(
        _ticks(top),
        _names(names, places),
        [_line(row, names, places, top) for row in rows],
    )


def bar_chart(names: Sequence[str], values: Sequence[float]) -> BarChart:
    top = scale(values)
    gap = (RIGHT - LEFT) / max(1, len(names))
    bars = [
        Mark(round(LEFT + gap * (n + 0.5), 1), _height(value, top), value, name)
        for n, (name, value) in enumerate(zip(names, values, strict=True))
    ]
    return BarChart(_ticks(top), bars, round(gap * 0.75, 1))


def scale(values: Sequence[float]) -> int:
    """The value of the highest grid line: four easy whole steps that hold them all."""
    rough = max([1.0, *values]) / STEPS
    power: float = 10.0 ** floor(log10(rough))
    step = next(n * power for n in NICE if n * power >= rough)
    return STEPS * max(1, ceil(step))


def _ticks(top: int) -> list[Tick]:
    steps = [top * n // STEPS for n in range(STEPS + 1)]
    return [Tick(_height(value, top), value) for value in steps]


def _names(names: Sequence[str], places: Sequence[float]) -> list[Name]:
    """Every name if few, else every second and so on, counted from the newest."""
    every = ceil(len(names) / NAMES_SHOWN)
    return [
        Name(x, name, "end" if n == len(names) - 1 else "middle")
        for n, (name, x) in enumerate(zip(names, places, strict=True))
        if (len(names) - 1 - n) % every == 0
    ]


def _line(
    row: Sequence[Value], names: Sequence[str], places: Sequence[float], top: int
) -> Line:
    path, points, pen = "", [], "M"
    for value, name, x in zip(row, names, places, strict=True):
        if value is None:
            pen = "M"
            continue
        y = _height(value, top)
        path += f"{pen}{x:g} {y}"
        points.append(Mark(x, y, value, name))
        pen = "L"
    return Line(path, points)


def _height(value: float, top: int) -> int:
    return round(FLOOR - (FLOOR - TOP) * value / top)
