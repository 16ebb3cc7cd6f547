"""Ranks are compared facts: who fits, in which order, who is set aside, said in words.

No database, except where every court's town is declined.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.utils.translation import override

from hub import reasons, waiting_words
from hub.actions.reference_data import load_courts
from hub.areas import Area, Point, km_between
from hub.candidates import Bar, Candidate, Declared, Need, Profile, Sort, Wait, Wish
from hub.models import Court
from hub.ranking import Ranked, rank, wait_for
from hub.waiting import Observed

VISIT, EXITS, HANDOVER = "visit_on_site", "visit_with_exits", "handover"
NANTES = Point("Nantes", 47.22, -1.55)
ANGERS = (47.47, -0.55)
DAY = date(2026, 11, 22)
LIMITED = Profile(
    VISIT, min_age_months=36, max_age_years=12, max_siblings=3,
    minutes_min=60, minutes_max=180, visits_per_month_max=2,
)  # fmt: skip


def declared(weeks: int, days: int = 3, **more: Any) -> Declared:
    return Declared(weeks, days, DAY, stale=days >= 30, **more)


def centre(code: str = "A", **facts: Any) -> Candidate:
    plain = {"profiles": (LIMITED,), "declared": {VISIT: declared(6)}}
    return Candidate(centre_id=ord(code[0]), code=code, name=code, **{**plain, **facts})


def against(need: Need, one: Candidate) -> Ranked:
    ranking = rank(need, [one], smallest_count=5)
    [row] = ranking.shown + ranking.set_aside
    return row


def order(need: Need, *centres: Candidate) -> str:
    shown = rank(need, centres, smallest_count=5).shown
    return "".join(row.candidate.code for row in shown)


@pytest.mark.parametrize(
    ("need", "facts", "bar"),
    [
        ({}, {"status": "closed"}, Bar.CLOSED),
        ({}, {"status": "paused"}, Bar.PAUSED),
        ({}, {"approved": False}, Bar.NO_APPROVAL),
        ({}, {"declared": {VISIT: declared(6, paused=True)}}, Bar.INTAKE_PAUSED),
        ({"visit_kind": HANDOVER}, {}, Bar.KIND),
        ({"ages_months": (35, 60)}, {}, Bar.TOO_YOUNG),
        ({"ages_months": (60, 13 * 12)}, {}, Bar.TOO_OLD),
        ({"children": 4}, {}, Bar.SIBLINGS),
        ({"protection_order": True}, {}, Bar.PROTECTION),
        ({"visit_minutes": 59}, {}, Bar.LENGTH),
        ({"visit_minutes": 181}, {}, Bar.LENGTH),
    ],
)
def test_a_hard_reason_sets_a_centre_aside_and_says_why(
    need: dict[str, Any], facts: dict[str, Any], bar: Bar
) -> None:
    assert against(Need(visit_kind=VISIT), centre()).bars == ()
    row = against(Need(**{"visit_kind": VISIT, **need}), centre(**facts))
    assert row.bars == (bar,)
    assert reasons.why_set_aside(row)
    legal = {Bar.CLOSED, Bar.PAUSED, Bar.NO_APPROVAL, Bar.INTAKE_PAUSED}
    assert row.choosable == (bar not in legal)


@pytest.mark.parametrize(
    "need",
    [
        {"ages_months": (36, 12 * 12 + 11)},
        {"children": 3},
        {"visit_minutes": 60},
        {"visit_minutes": 180},
    ],
)
def test_a_limit_itself_is_still_inside(need: dict[str, Any]) -> None:
    assert against(Need(visit_kind=VISIT, **need), centre()).bars == ()


@pytest.mark.parametrize(
    ("need", "better", "wish"),
    [
        ({"exits": True}, {"profiles": (LIMITED, Profile(EXITS))}, Wish.EXITS),
        (
            {"languages": ("ar",)},
            {"profiles": (replace(LIMITED, languages=("ar",)),)},
            Wish.LANGUAGES,
        ),
        (
            {"interpreter": True},
            {"profiles": (replace(LIMITED, interpreter="on_request"),)},
            Wish.INTERPRETER,
        ),
        ({"wheelchair": True}, {"wheelchair": True}, Wish.WHEELCHAIR),
        ({"separate_entrances": True}, {"separate_entrances": True}, Wish.ENTRANCES),
        ({"public_transport": True}, {"public_transport": True}, Wish.TRANSPORT),
        ({"weekdays": (2, 5)}, {"weekdays": frozenset({5})}, Wish.DAYS),
    ],
)
def test_a_wish_that_is_not_met_only_costs_rank(
    need: dict[str, Any], better: dict[str, Any], wish: Wish
) -> None:
    wanted = Need(visit_kind=VISIT, **need)
    sooner, fitting = centre(), centre("B", **better)
    assert against(wanted, sooner).unmet == (wish,)
    assert against(wanted, fitting).met == (wish,)
    assert reasons.missing(against(wanted, sooner))
    assert reasons.missing(against(wanted, fitting)) == ""
    assert order(Need(visit_kind=VISIT), sooner, fitting) == "AB"
    assert order(wanted, sooner, fitting) == "BA"


def test_more_meetings_than_offered_is_a_wish_not_a_bar() -> None:
    assert against(Need(VISIT, visits_per_month=2), centre()).unmet == ()
    often = against(Need(VISIT, visits_per_month=4.3), centre())
    assert (often.unmet, often.bars) == ((Wish.FREQUENCY,), ())


def test_fit_comes_first_then_waiting_then_distance_then_load() -> None:
    need = Need(visit_kind=VISIT, wheelchair=True, origin=NANTES)
    near = {"latitude": 47.2, "longitude": -1.5}
    far = {"latitude": ANGERS[0], "longitude": ANGERS[1]}
    fits = {"wheelchair": True}
    soon = {"declared": {VISIT: declared(2)}}
    rows = [
        centre("E", **near, **soon),
        centre("D", **far, **fits),
        centre("C", **near, **fits, load=3),
        centre("B", **near, **fits, load=1),
        centre("A", **far, **fits, **soon),
    ]
    assert order(need, *rows) == "ABCDE"
    assert order(replace(need, sort=Sort.WAIT), *rows) == "AEBCD"
    assert order(replace(need, sort=Sort.DISTANCE), *rows)[:2] in ("BC", "EB")


def test_what_is_not_known_comes_last_and_is_still_shown() -> None:
    need = Need(visit_kind=VISIT, origin=NANTES)
    silent = centre("A", declared={})
    assert order(need, silent, centre("B", declared={VISIT: declared(50)})) == "BA"
    assert reasons.why(against(need, silent), need) == "Aucun délai déclaré."


def test_a_stale_declaration_counts_only_when_nothing_is_observed() -> None:
    stale = {VISIT: declared(2, days=95)}
    seen = {VISIT: Observed(n=23, median_days=70, p90_days=133, still_waiting=4)}
    few = {VISIT: Observed(n=4, median_days=70, p90_days=None, still_waiting=4)}
    one = centre(declared=stale, observed=seen)
    assert wait_for(one, VISIT, 5).weeks == 10
    assert wait_for(replace(one, observed=few), VISIT, 5).weeks == 2
    assert wait_for(replace(one, declared={VISIT: declared(3)}), VISIT, 5).weeks == 3


def test_a_centre_of_two_sites_is_listed_once_by_the_better_one() -> None:
    need = Need(visit_kind=VISIT, wheelchair=True)
    first, second = centre(), centre(wheelchair=True, city="Rezé")
    closed_to_some = centre(profiles=(Profile(HANDOVER),))
    [row] = rank(need, [closed_to_some, first, second], smallest_count=5).shown
    assert row.candidate.city == "Rezé"
    assert rank(need, [closed_to_some, first], smallest_count=5).set_aside == []


def test_the_area_of_a_court_is_whom_it_is_served_by_and_100_km_around() -> None:
    area = Area(court="TJ44109", court_point=NANTES)
    near = centre("A", latitude=ANGERS[0], longitude=ANGERS[1])
    serving = centre("B", latitude=43.3, longitude=5.4, courts=frozenset({"TJ44109"}))
    neither = centre("C", latitude=43.3, longitude=5.4)
    assert order(Need(VISIT), near, serving, neither) == "ABC"
    assert order(Need(VISIT, area=area), near, serving, neither) == "AB"


def test_a_distance_limit_needs_a_place_to_count_from() -> None:
    near = centre("A", latitude=47.2, longitude=-1.5)
    unplaced = centre("B")
    limit = Area(max_km=50)
    assert order(Need(VISIT, area=limit), near, unplaced) == "AB"
    assert order(Need(VISIT, area=limit, origin=NANTES), near, unplaced) == "A"


@pytest.mark.parametrize(
    ("there", "km"),
    [((47.22, -1.55), 0), (ANGERS, 80), ((48.86, 2.35), 343)],
)
def test_distances_are_those_of_the_globe(there: tuple[float, float], km: int) -> None:
    assert km_between(NANTES, *there) == pytest.approx(km, abs=2)
    assert km_between(Point("", 0, 0), 0, 90) == pytest.approx(10007.56, abs=1)
    assert km_between(NANTES, None, None) == float("inf")


def test_the_reason_of_a_rank_is_a_sentence_and_never_a_number_alone() -> None:
    need = Need(VISIT, (48, 84), 4, origin=Point("Angers", *ANGERS), weekdays=(2, 5))
    one = centre(
        profiles=(replace(LIMITED, max_siblings=None),), weekdays=frozenset({2, 5}),
        latitude=47.57, longitude=-0.5, load=2,
    )  # fmt: skip
    with override("fr"):
        words = reasons.why(against(need, one), need)
    assert words == (
        "6 semaines déclarées il y a 3 jours, 12\u00a0km d’Angers, accepte les fratries "
        "de\u00a04, ouvert le mercredi et le samedi, 2 mesures en cours."
    )


def test_both_waits_are_named_and_small_numbers_are_not_published() -> None:
    seen = Observed(n=23, median_days=42, p90_days=77, still_waiting=2)
    told = Wait(VISIT, declared(6), seen, published=True)
    with override("fr"):
        assert waiting_words.observed_main(told) == "6 semaines"
        rest = waiting_words.observed_rest(told, 5)
        assert rest == "9 sur 10 avant 11 semaines, 23 mesures"
        hidden = replace(told, published=False)
        assert waiting_words.observed_main(hidden) == ""
        few = waiting_words.observed_rest(hidden, 5)
        assert few == "moins de 5 mesures, non publié"
        assert waiting_words.weeks(1.5) == "1,5 semaine"


def test_every_town_of_a_court_is_declined_as_its_court_is(db: None) -> None:
    load_courts()
    wrong = []
    with override("fr"):
        for court in Court.objects.filter(kind="TJ"):
            of_town = court.name.removeprefix("Tribunal judiciaire ").replace("'", "’")
            said = reasons.from_place(court.city).replace("'", "’")
            if said not in (of_town, of_town.removesuffix(" de La Réunion")):
                wrong.append((said, court.name))
    assert wrong == []
