"""Waiting times: the estimator against scipy and against its definition; the query."""

import random
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from scipy.stats import CensoredData, ecdf

from hub.demo import Demo
from hub.models import Centre, Site, WaitingDeclaration
from hub.models.centres import VisitKind
from hub.queries.waiting import gap_for, gaps, observed_period, observed_waits
from hub.waiting import Observed, Spell, quantile, quantiles, share_by, survival
from tests.hub.worlds import Life, create

NEAR = 1e-9


def samples(count: int, seed: int) -> Iterator[list[Spell]]:
    """Few distinct days, so that deaths and censorings often tie."""
    source = random.Random(seed)
    for _ in range(count):
        days = source.randint(3, 120)
        yield [
            Spell(0, source.randint(0, days), source.random() < 0.6)
            for _ in range(source.randint(1, 60))
        ]


def by_scipy(spells: list[Spell]) -> dict[int, float]:
    """The survival function at every event time; scipy wants one event at least."""
    times = [spell.exit for spell in spells]
    censored = [not spell.happened for spell in spells]
    found = ecdf(CensoredData.right_censored(times, censored)).sf
    at = sorted({spell.exit for spell in spells if spell.happened})
    return dict(zip(at, found.evaluate(at), strict=True))


def by_definition(spells: list[Spell], t: int) -> float:
    """The product over days of one minus events over those in view, day by day."""
    share = 1.0
    for day in range(t + 1):
        in_view = [s for s in spells if s.entry <= day <= s.exit]
        events = [s for s in in_view if s.exit == day and s.happened]
        if events:
            share *= 1 - len(events) / len(in_view)
    return share


def first_at_most(curve: dict[int, float], share: float) -> int | None:
    return next((t for t, s in sorted(curve.items()) if s <= share + NEAR), None)


def test_the_curve_and_its_quantiles_are_those_of_scipy() -> None:
    compared = 0
    for spells in samples(1000, seed=1958):
        if not any(spell.happened for spell in spells):
            assert survival(spells) == []
            continue
        theirs = by_scipy(spells)
        ours = survival(spells)
        assert [t for t, _ in ours] == list(theirs)
        assert all(abs(share - theirs[t]) < NEAR for t, share in ours)
        assert quantile(ours, 0.5) == first_at_most(theirs, 0.5)
        assert quantile(ours, 0.9) == first_at_most(theirs, 0.1)
        compared += 1
    assert compared > 950


def test_an_estimator_that_drops_who_still_waits_would_be_noticed() -> None:
    differing = 0
    for spells in samples(1000, seed=1958):
        done = [spell for spell in spells if spell.happened]
        theirs = by_scipy(spells) if done else {}
        wrong = dict(survival(done))
        differing += any(abs(wrong[t] - theirs[t]) > NEAR for t in theirs)
    assert differing > 800


def test_delayed_entry_follows_the_definition() -> None:
    source = random.Random(46)
    for _ in range(300):
        spells = []
        for _ in range(source.randint(1, 40)):
            entry = source.choice([0, 0, source.randint(0, 30)])
            spells.append(
                Spell(entry, entry + source.randint(0, 40), source.random() < 0.6)
            )
        for t, share in survival(spells):
            assert abs(share - by_definition(spells, t)) < NEAR


def test_what_happened_comes_before_what_was_cut_off_on_the_same_day() -> None:
    spells = [Spell(0, 5, True), Spell(0, 5, False), Spell(0, 9, True)]
    assert survival(spells) == [(5, 1 - 1 / 3), (9, 0.0)]


def test_a_quantile_that_too_many_have_not_reached_is_unknown() -> None:
    spells = [Spell(0, 3, True), Spell(0, 8, False), Spell(0, 8, False)]
    assert quantiles(spells) == (None, None)
    assert quantiles([Spell(0, 3, True), Spell(0, 8, False)]) == (3, None)
    assert quantiles([]) == (None, None)


def test_a_share_is_read_off_the_curve() -> None:
    curve = survival([Spell(0, day, True) for day in (10, 20, 30, 40)])
    assert [share_by(curve, day) for day in (9, 10, 35, 90)] == [0, 0.25, 0.75, 1]


def test_one_early_start_among_long_waits_does_not_make_the_median_short() -> None:
    late = [Spell(200, 260, True) for _ in range(10)]
    spells = [Spell(0, 10, True), *late]
    assert quantile(survival(spells), 0.5) == 10  # the textbook alone
    assert quantiles(spells) == (260, 260)


def test_a_curve_that_fell_to_zero_before_others_came_in_tells_nothing() -> None:
    early = [Spell(0, 10, True) for _ in range(4)]
    late = [Spell(200, 260, True) for _ in range(10)]
    assert quantiles(early) == (10, 10)
    assert quantiles([*early, *late]) == (None, None)


def test_passing_over_thin_views_changes_nothing_where_all_are_seen_from_the_start() -> (
    None
):
    for spells in samples(200, seed=1991):
        curve = survival(spells)
        assert quantiles(spells) == (quantile(curve, 0.5), quantile(curve, 0.9))


def test_waiting_is_counted_by_centre_and_kind(demo: Demo) -> None:
    create(
        demo.people["camille"],
        [
            *[Life(sent=60, started=60 - days) for days in (10, 20, 30, 40, 50)],
            Life(sent=70),
            Life(sent=30, left=5),
            Life(sent=40, started=12, centre="DEMO-44-02"),
        ],
    )
    here, there = (Centre.objects.get(code=f"DEMO-44-0{n}").pk for n in (1, 2))
    found = observed_waits()
    assert found[here, VisitKind.VISIT] == Observed(7, 40, None, 1)
    assert found[there, VisitKind.VISIT] == Observed(1, 28, 28, 0)
    assert set(observed_waits([there])) == {(there, VisitKind.VISIT)}


def test_a_wait_longer_than_the_period_is_seen_and_what_ended_before_is_not(
    demo: Demo,
) -> None:
    create(
        demo.people["camille"],
        [
            *[Life(sent=400, started=days) for days in (90, 100, 110)],
            Life(sent=400, started=300),
            Life(sent=400, left=300),
        ],
    )
    here = Centre.objects.get(code="DEMO-44-01").pk
    assert observed_waits()[here, VisitKind.VISIT] == Observed(3, 300, 310, 0)


def test_a_centre_that_never_starts_its_long_cases_does_not_look_fast(
    demo: Demo,
) -> None:
    quick = [Life(sent=100, started=90) for _ in range(4)]
    create(demo.people["camille"], quick)
    here = Centre.objects.get(code="DEMO-44-01").pk
    assert observed_waits()[here, VisitKind.VISIT].median_days == 10
    create(demo.people["camille"], [Life(sent=100) for _ in range(9)])
    assert observed_waits()[here, VisitKind.VISIT] == Observed(13, None, None, 9)


@pytest.mark.parametrize(("weeks", "belied"), [(3, True), (4, False), (20, False)])
def test_a_centre_that_declares_much_less_than_is_observed_is_asked(
    demo: Demo, weeks: int, belied: bool
) -> None:
    centre = Centre.objects.get(code="DEMO-44-01")
    create(demo.people["camille"], [Life(sent=50, started=10) for _ in range(5)])
    declared = WaitingDeclaration.objects.filter(
        site__centre=centre, visit_kind=VisitKind.VISIT
    )
    declared.update(weeks=weeks)
    assert [gap.declared_weeks for gap in gap_for(centre)] == [weeks] * belied
    assert gaps() == gap_for(centre)


def test_no_question_is_asked_on_four_measures(demo: Demo) -> None:
    WaitingDeclaration.objects.update(weeks=0)
    lives = [Life(sent=50, started=10) for _ in range(4)]
    create(demo.people["camille"], lives)
    assert gaps() == []
    create(demo.people["camille"], lives[:1])
    assert len(gaps()) == 1


def test_the_newest_declaration_counts(demo: Demo) -> None:
    centre = Centre.objects.get(code="DEMO-44-01")
    create(demo.people["camille"], [Life(sent=50, started=10) for _ in range(5)])
    WaitingDeclaration.objects.update(weeks=1)
    assert gap_for(centre)
    last = WaitingDeclaration.objects.filter(
        site__centre=centre, visit_kind=VisitKind.VISIT
    ).get()
    WaitingDeclaration.objects.create(
        site=last.site,
        visit_kind=last.visit_kind,
        weeks=9,
        declared_at=last.declared_at.replace(year=last.declared_at.year + 1),
    )
    assert gap_for(centre) == []


def test_a_centre_with_two_sites_is_measured_by_its_slower_one(demo: Demo) -> None:
    centre = Centre.objects.get(code="DEMO-44-01")
    create(demo.people["camille"], [Life(sent=50, started=10) for _ in range(5)])
    WaitingDeclaration.objects.update(weeks=1)
    assert gap_for(centre)
    other = Site.objects.create(centre=centre, city="Rezé")
    WaitingDeclaration.objects.create(
        site=other, visit_kind=VisitKind.VISIT, weeks=9, declared_at=timezone.now()
    )
    assert gap_for(centre) == []


def test_observed_waiting_is_one_query_however_many_there_are(demo: Demo) -> None:
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            observed_waits()
        assert len(queries) == 1
        create(demo.people["camille"], [Life(sent=20, started=3) for _ in range(30)])


def test_the_period_ends_today_and_began_months_ago() -> None:
    period = observed_period()
    assert (period.last - period.first).days in range(181, 185)
