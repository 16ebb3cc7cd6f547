"""The map: outlines inside the picture, one figure in map and table, links by keyboard."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions.reference_data import load_demo_centres
from hub.calendar import today_in
from hub.candidates import Candidate, Declared
from hub.demo import Demo
from hub.maps import HEIGHT, OVERSEAS, WIDTH, fitted, outlines, path
from hub.models import User, WaitingDeclaration
from hub.queries.maps import france
from hub.waiting import Observed
from hub.waits_map import waits_map

SignIn = Callable[[User], Client]
SQUARE = [(0.0, 0.0), (0.0, 1.0), (2.0, 1.0), (2.0, 0.0), (0.0, 0.0)]
MAP = re.compile(r'<svg class="map" viewBox="0 0 1000.*?</svg>', re.S)


def points(drawn: str) -> list[tuple[int, int]]:
    """Every corner of a path of the form M, l, z, in whole units."""
    found = []
    for ring in drawn.split("z")[:-1]:
        x = y = 0
        numbers = [int(n) for n in re.findall(r"-?\d+", ring)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            found.append((x, y))
    return found


def feature(code: str, ring: list[tuple[float, float]]) -> dict[str, object]:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"properties": {"code": code, "nom": code}, "geometry": geometry}


def test_a_ring_becomes_a_closed_path_of_whole_relative_steps() -> None:
    place = fitted([SQUARE], lambda point: point, (0, 0, 20, 20))
    assert path([SQUARE], place) == "M0 5l0 10 20 0 0-10z"
    tiny = [(x / 1000, y / 1000) for x, y in SQUARE]
    assert path([tiny], place) == ""


def test_all_101_departements_stand_inside_the_picture_and_north_is_up() -> None:
    drawn = {one.code: points(one.path) for one in france()}
    assert len(drawn) == 101
    for code, corners in drawn.items():
        assert corners, code
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in corners), code
    assert min(y for _x, y in drawn["59"]) < min(y for _x, y in drawn["66"])
    assert min(x for x, _y in drawn["29"]) < min(x for x, _y in drawn["67"])


def test_overseas_stands_in_five_boxes_with_their_codes_under_them() -> None:
    labelled = [one for one in france() if one.label_x is not None]
    assert tuple(one.code for one in labelled) == OVERSEAS
    lowest = max(
        y for one in france() if one.label_x is None for _x, y in points(one.path)
    )
    for one in labelled:
        assert all(y > lowest for _x, y in points(one.path)), one.code


def test_the_outlines_are_projected_once_for_a_process() -> None:
    assert france() is france()
    assert outlines([feature("01", SQUARE)])[0].path


@pytest.mark.parametrize(
    ("weeks", "colour"),
    [(0, "q1"), (6, "q1"), (7, "q2"), (12, "q2"), (13, "q3"), (20, "q3"), (21, "q4")],
)
def test_a_departement_is_coloured_by_the_class_of_its_median(
    weeks: int, colour: str
) -> None:
    day = today_in()
    one = Candidate(
        1, "A", "A", departement="01",
        declared={"visit_on_site": Declared(weeks, 3, day)},
    )  # fmt: skip
    [row] = waits_map(
        outlines([feature("01", SQUARE)]), [one], "visit_on_site", smallest_count=5
    ).rows
    assert (row.weeks, row.colour, row.observed_weeks) == (weeks, colour, None)


def test_stale_words_and_small_numbers_colour_nothing() -> None:
    day = today_in()
    one = Candidate(
        1, "A", "A", departement="01",
        declared={"visit_on_site": Declared(5, 95, day, stale=True)},
        observed={"visit_on_site": Observed(4, 30, 60, 0)},
    )  # fmt: skip
    shapes = outlines([feature("01", SQUARE)])
    [row] = waits_map(shapes, [one], "visit_on_site", smallest_count=5).rows
    assert (row.centres, row.weeks, row.colour, row.observed_weeks) == (
        1,
        None,
        "",
        None,
    )
    [row] = waits_map(shapes, [one], "visit_on_site", smallest_count=4).rows
    assert row.observed_weeks == pytest.approx(30 / 7)


def test_map_and_table_say_the_same_and_each_figure_is_a_named_link(
    demo: Demo, sign_in: SignIn
) -> None:
    load_demo_centres()
    page = sign_in(demo.people["camille"]).get("/espaces/carte").content.decode()
    drawn = MAP.findall(page)[0]
    ET.fromstring(drawn)  # noqa: S314 (our own page)
    named = dict(
        re.findall(
            r'departement=(\w+)&amp;kind=visit_on_site" aria-label="([^"]+)"', drawn
        )
    )
    told = re.findall(
        r'departement=(\w+)&amp;kind=\w+">[^<]+</a></th>\s*<td class="n">\d+</td>\s*<td class="n">([^<]+)</td>',
        page,
    )
    recent = {code: weeks for code, weeks in told if weeks != "pas de récente"}
    assert len(told) == 101
    assert {code: label.split("\u00a0: ")[1] for code, label in named.items()} == recent
    assert named["01"] == "Ain (01)\u00a0: 18,5 semaines"
    assert page.index("Passer la carte") < page.index(
        '<svg class="map" viewBox="0 0 1000'
    )
    assert "IGN Admin Express" in page
    assert " style=" not in page


def test_without_recent_words_the_map_is_hatched_and_says_so(
    demo: Demo, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["camille"])
    assert (
        "Loire-Atlantique (44)\u00a0: 5 semaines"
        in client.get("/espaces/carte").content.decode()
    )
    old = timezone.now() - timedelta(days=40)
    WaitingDeclaration.objects.update(declared_at=old)
    drawn = MAP.findall(client.get("/espaces/carte").content.decode())[0]
    assert "<a " not in drawn
    assert 'class="q' not in drawn
    assert "Aucun département" in drawn


def test_the_map_costs_the_same_queries_for_two_centres_and_for_192(
    demo: Demo, sign_in: SignIn
) -> None:
    client = sign_in(demo.people["camille"])

    def queries() -> int:
        client.get("/espaces/carte")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/espaces/carte?kind=%00'").status_code == 200
        return len(captured)

    few = queries()
    load_demo_centres()
    assert queries() == few <= 13
