"""Outlines of the départements as SVG paths: projection, insets, path strings.

Pure geometry over GeoJSON features; what the outlines are coloured by is elsewhere.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, log, pi, radians, sin, tan
from typing import Any

WIDTH, HEIGHT = 1000, 1150
METROPOLE = (20.0, 10.0, 980.0, 960.0)  # left, top, right, bottom
OVERSEAS = ("971", "972", "973", "974", "976")
INSET_TOP, INSET_SIZE, INSET_STEP, INSET_LEFT = 1000.0, 110.0, 200.0, 30.0
LABEL_Y = 1140

Pair = tuple[float, float]
Ring = Sequence[Pair]
Project = Callable[[Pair], Pair]


@dataclass(frozen=True)
class Outline:
    """One département. `label_x`: where its code stands, for an inset; else None."""

    code: str
    name: str
    path: str
    label_x: int | None = None


def outlines(features: Iterable[dict[str, Any]]) -> list[Outline]:
    """Every feature as a path, in the order of codes: metropole, then insets."""
    rings = {f["properties"]["code"]: _rings(f["geometry"]) for f in features}
    names = {f["properties"]["code"]: f["properties"]["nom"] for f in features}
    mainland = [code for code in rings if code not in OVERSEAS]
    together = [ring for code in mainland for ring in rings[code]]
    place = fitted(together, lambert, METROPOLE)
    found = [Outline(c, names[c], path(rings[c], place)) for c in sorted(mainland)]
    for number, code in enumerate(c for c in OVERSEAS if c in rings):
        left = INSET_LEFT + number * INSET_STEP
        box = (left, INSET_TOP, left + INSET_SIZE, INSET_TOP + INSET_SIZE)
        place = fitted(rings[code], _flat_at(rings[code]), box)
        drawn = path(rings[code], place)
        found.append(Outline(code, names[code], drawn, round(left)))
    return found


def lambert(point: Pair) -> Pair:
    """Conformal conic with the parallels of Lambert 93, on a sphere; y points down."""
    first, second, middle = radians(44), radians(49), radians(46.5)
    exponent = log(cos(first) / cos(second)) / log(
        tan(pi / 4 + second / 2) / tan(pi / 4 + first / 2)
    )
    scale = cos(first) * tan(pi / 4 + first / 2) ** exponent / exponent

    def radius(latitude: float) -> float:
        return float(scale / tan(pi / 4 + latitude / 2) ** exponent)

    turn = exponent * radians(point[0] - 3)
    far = radius(radians(point[1]))
    return far * sin(turn), far * cos(turn) - radius(middle)


def fitted(
    rings: Iterable[Ring], project: Project, box: tuple[float, float, float, float]
) -> Project:
    """The projection, scaled to fill the box without distortion, and centred in it."""
    points = [project(point) for ring in rings for point in ring]
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    left, top, right, bottom = box
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    scale = min((right - left) / wide, (bottom - top) / high)
    x0 = left + (right - left - wide * scale) / 2 - min(xs) * scale
    y0 = top + (bottom - top - high * scale) / 2 - min(ys) * scale

    def place(point: Pair) -> Pair:
        x, y = project(point)
        return x * scale + x0, y * scale + y0

    return place


def path(rings: Iterable[Ring], place: Project) -> str:
    """Whole units, relative steps: "M10 12l3 4-1 2z". Tiny rings go."""
    return "".join(_drawn(ring, place) for ring in rings)


def _drawn(ring: Ring, place: Project) -> str:
    placed = (place(point) for point in ring)
    points = list(_without_repeats((round(x), round(y)) for x, y in placed))
    if len(points) < 3:
        return ""
    steps = [f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(points)]
    first = f"M{points[0][0]} {points[0][1]}"
    return f"{first}l{' '.join(steps)}z".replace(" -", "-")


def _without_repeats(points: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The closing point, and points that fall together, say nothing."""
    kept: list[tuple[int, int]] = []
    for point in points:
        if not kept or kept[-1] != point:
            kept.append(point)
    if len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    yield from kept


def _rings(geometry: dict[str, Any]) -> list[Ring]:
    if geometry["type"] == "Polygon":
        return list(geometry["coordinates"])
    return [ring for polygon in geometry["coordinates"] for ring in polygon]


def _flat_at(rings: Iterable[Ring]) -> Project:
    """Equirectangular at the territory's own latitude: right enough for an island."""
    latitudes = [y for ring in rings for _x, y in ring]
    shrink = cos(radians((min(latitudes) + max(latitudes)) / 2))
    return lambda point: (point[0] * shrink, -point[1])
