"""The limits of what a decision can say: each is accepted at its edge, not beyond."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.terms_rules import (
    wrong_decision,
    wrong_effective_day,
    wrong_family,
    wrong_terms,
)

TODAY = date(2026, 11, 24)


def phase(order: int, months: int = 2, **more: Any) -> dict[str, Any]:
    return {
        "order": order,
        "length_value": months,
        "length_unit": "months",
        "exits": "none",
        **more,
    }


@pytest.mark.parametrize(
    ("field", "low", "high", "more"),
    [
        ("visit_minutes", 30, 480, {}),
        ("duration_months", 1, 24, {}),
        ("periodicity_count", 1, 7, {"periodicity_unit": "week"}),
        ("periodicity_count", 1, 31, {"periodicity_unit": "month"}),
        ("exits_after", 1, 100, {}),
        ("contact_deadline_days", 1, 365, {}),
        ("lapse_absences", 1, 20, {"lapse_rule": "n_unexcused_absences"}),
    ],
)
def test_a_number_is_accepted_up_to_its_limits_and_not_beyond(
    field: str, low: int, high: int, more: dict[str, Any]
) -> None:
    for number in (low, high):
        assert wrong_terms({field: number, **more}, []) == {}
    for number in (low - 1, high + 1):
        assert list(wrong_terms({field: number, **more}, [])) == [field]


@given(st.integers(min_value=0, max_value=9999))
def test_minutes_are_judged_the_same_everywhere(minutes: int) -> None:
    of_terms = bool(wrong_terms({"visit_minutes": minutes}, []))
    of_phase = bool(wrong_terms({}, [phase(1, visit_minutes=minutes)]))
    assert of_terms == of_phase == (not 30 <= minutes <= 480)


@given(st.lists(st.integers(min_value=0, max_value=8), max_size=7))
def test_phases_are_accepted_only_numbered_one_to_n(orders: list[int]) -> None:
    wrong = wrong_terms({}, [phase(order, 1) for order in orders])
    in_order = sorted(orders) == list(range(1, len(orders) + 1)) and len(orders) <= 6
    assert (not wrong) is in_order


def test_phases_never_last_longer_than_the_measure() -> None:
    phases = [phase(1, 3), phase(2, 3)]
    assert wrong_terms({"duration_months": 6}, phases) == {}
    assert list(wrong_terms({"duration_months": 5}, phases)) == ["phase-1-length"]


def test_a_lapse_needs_what_it_speaks_of() -> None:
    absences = {"lapse_rule": "n_unexcused_absences"}
    contact = {"lapse_rule": "no_contact_by_deadline"}
    assert list(wrong_terms(absences, [])) == ["lapse_absences"]
    assert list(wrong_terms(contact, [])) == ["contact_deadline_days"]
    assert wrong_terms({**contact, "contact_deadline_days": 30}, []) == {}


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, []),
        ({"decided_on": TODAY, "notified_on": TODAY, "next_hearing_on": TODAY}, []),
        ({"decided_on": date(2026, 11, 25)}, ["decided_on"]),
        ({"decided_on": date(1926, 11, 24)}, ["decided_on"]),
        ({"decided_on": TODAY, "notified_on": date(2026, 11, 23)}, ["notified_on"]),
        ({"notified_on": date(2026, 11, 25)}, ["notified_on"]),
        ({"next_hearing_on": date(2026, 11, 23)}, ["next_hearing_on"]),
        ({"next_hearing_on": date(2206, 11, 24)}, ["next_hearing_on"]),
        ({"notified_on": date(26, 11, 24)}, ["notified_on"]),
    ],
)
def test_dates_of_a_decision(values: dict[str, Any], wrong: list[str]) -> None:
    assert list(wrong_decision(values, TODAY)) == wrong


@pytest.mark.parametrize(
    ("born", "wrong"),
    [
        (date(2026, 11, 1), []),
        (date(2026, 12, 1), ["child-1-birth"]),
        (date(2008, 12, 1), []),
        (date(2008, 11, 1), ["child-1-birth"]),
    ],
)
def test_a_child_is_born_and_not_of_age(born: date, wrong: list[str]) -> None:
    assert list(wrong_family([{"birth_month": born}], [], {}, TODAY)) == wrong


def test_twelve_children_and_six_authorised_persons_at_most() -> None:
    child = {"birth_month": date(2019, 3, 1)}
    third = {"role": "authorised_third"}
    assert wrong_family([child] * 12, [third] * 6, {}, TODAY) == {}
    wrong = wrong_family([child] * 13, [third] * 7, {}, TODAY)
    assert list(wrong) == ["child-13-birth", "third-7-relation"]


def test_one_person_visits_and_one_hosts() -> None:
    visiting, hosting = {"role": "visiting"}, {"role": "hosting"}
    assert wrong_family([], [visiting, hosting], {}, TODAY) == {}
    assert list(wrong_family([], [visiting, visiting], {}, TODAY))


@pytest.mark.parametrize(
    "typed",
    ["12 rue des Lilas", "Au 4, avenue Foch à Nantes", "3 bis chemin du Moulin"],
)
def test_a_postal_address_is_recognised_in_free_text(typed: str) -> None:
    assert list(wrong_family([], [], {"note": typed}, TODAY)) == ["note"]
    assert list(wrong_terms({"access_needs": typed}, [])) == ["access_needs"]


@pytest.mark.parametrize(
    "typed", ["2 rencontres par mois", "Ne pas laisser seul dans la rue", "1er samedi"]
)
def test_ordinary_words_are_not_taken_for_an_address(typed: str) -> None:
    assert wrong_family([], [], {"note": typed}, TODAY) == {}


def test_new_terms_count_from_the_decision_to_a_year_ahead() -> None:
    decided = date(2026, 9, 1)
    for day in (decided, TODAY, date(2027, 11, 24)):
        assert wrong_effective_day(day, decided, TODAY) == {}
    for wrong in (None, date(2026, 8, 31), date(2027, 11, 25)):
        assert wrong_effective_day(wrong, decided, TODAY)
