"""Which values a measure accepts: limits of DOMAIN 1.2, one sentence per wrong field.

Pure. A missing value is not wrong here: a draft may be incomplete (hub.completeness).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from hub.calendar import add_months
from hub.models.choices import Exits, LapseRule, PartyRole
from hub.models.terms import LengthUnit

MINUTES = (30, 480)  # DOMAIN 1.2
MONTHS = (1, 24)
MOST_CHILDREN = 12  # (choice) more is a slip of the hand
MOST_PHASES = 6
MOST_AUTHORISED = 6
MOST_EXITS_AFTER = 100
MOST_ABSENCES = 20
FARTHEST_YEARS = 5  # (choice) no hearing and no protection order is further away
FARTHEST_MONTHS = 12  # (choice) modified terms that begin later are a slip of the hand
# "12 bis, rue des Lilas": the hub keeps no postal address (C. civ. 515-11).
ADDRESS = re.compile(
    r"\b\d{1,4}\s*(?:bis|ter)?,?\s+"
    r"(?:rue|avenue|av\.|boulevard|bd|chemin|impasse|all[ée]e|quai|square)\s",
    re.IGNORECASE,
)
OLDEST_DECISION = date(2000, 1, 1)
GROWN_UP_YEARS = 18
MOST_PER = {"week": 7, "month": 31}

Wrong = Iterator[tuple[str, str]]


def wrong_decision(values: Mapping[str, Any], today: date) -> dict[str, str]:
    return dict(_wrong_decision(values, today))


def wrong_family(
    children: Sequence[Mapping[str, Any]],
    parties: Sequence[Mapping[str, Any]],
    safety: Mapping[str, Any],
    today: date,
) -> dict[str, str]:
    return dict(_wrong_family(children, parties, safety, today))


def wrong_terms(
    values: Mapping[str, Any], phases: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    return dict([*_wrong_terms(values), *_wrong_phases(values, phases)])


def wrong_effective_day(
    day: date | None, decided_on: date | None, today: date
) -> dict[str, str]:
    """The day from which modified terms count."""
    if day is None:
        sentence = _("Say from which day the new terms count.")
    elif decided_on and day < decided_on:
        sentence = _("This date is before the decision.")
    elif day > add_months(today, FARTHEST_MONTHS):
        sentence = _("This date is more than a year away.")
    else:
        return {}
    return {"effective_from": sentence}


def _wrong_decision(values: Mapping[str, Any], today: date) -> Wrong:
    decided, notified = values.get("decided_on"), values.get("notified_on")
    if decided and decided > today:
        yield "decided_on", _("A decision cannot be dated in the future.")
    if decided and decided < OLDEST_DECISION:
        yield "decided_on", _("Check the year of the decision.")
    if decided and notified and notified < decided:
        yield "notified_on", _("The notification cannot come before the decision.")
    if notified and notified > today:
        yield "notified_on", _("A notification cannot be dated in the future.")
    elif _odd_year(notified, today):
        yield "notified_on", _("Check the year.")
    hearing = values.get("next_hearing_on")
    if _odd_year(hearing, today):
        yield "next_hearing_on", _("Check the year.")
    elif hearing and hearing < today:
        yield "next_hearing_on", _("The next hearing is in the past.")


def _wrong_family(
    children: Sequence[Mapping[str, Any]],
    parties: Sequence[Mapping[str, Any]],
    safety: Mapping[str, Any],
    today: date,
) -> Wrong:
    if len(children) > MOST_CHILDREN:
        sentence = _("At most %(n)d children in one measure.") % {"n": MOST_CHILDREN}
        yield f"child-{MOST_CHILDREN + 1}-birth", sentence
    for number, child in enumerate(children, start=1):
        born = child["birth_month"]
        if born is None:
            continue
        if born > today:
            yield f"child-{number}-birth", _("This month is in the future.")
        elif add_months(born, 12 * GROWN_UP_YEARS) <= today:
            yield f"child-{number}-birth", _("This child would be of age.")
    yield from _wrong_parties(parties)
    until = safety.get("protection_order_until")
    if until and not safety.get("protection_order"):
        yield "protection_order_until", _("Tick the protection order too.")
    elif _odd_year(until, today):
        yield "protection_order_until", _("Check the year.")
    yield from _addresses(safety, ["note"])


def _wrong_parties(parties: Sequence[Mapping[str, Any]]) -> Wrong:
    roles = [
        party["role"] for party in parties if party["role"] != PartyRole.AUTHORISED
    ]
    if len(set(roles)) != len(roles):
        yield "visiting-relation", _("One visiting and one host person at most.")
    if len(parties) - len(roles) > MOST_AUTHORISED:
        sentence = _("At most %(n)d authorised persons.") % {"n": MOST_AUTHORISED}
        yield f"third-{MOST_AUTHORISED + 1}-relation", sentence


def _addresses(values: Mapping[str, Any], names: Sequence[str]) -> Wrong:
    for name in names:
        if ADDRESS.search(values.get(name) or ""):
            yield (
                name,
                _("This looks like a postal address. The hub keeps none."),
            )


def _wrong_terms(values: Mapping[str, Any]) -> Wrong:
    low, high = MINUTES
    if _outside(values.get("visit_minutes"), low, high):
        yield (
            "visit_minutes",
            _("A meeting lasts from %(low)d to %(high)d minutes. You wrote %(n)s.")
            % {"low": low, "high": high, "n": values["visit_minutes"]},
        )
    low, high = MONTHS
    if _outside(values.get("duration_months"), low, high):
        yield (
            "duration_months",
            _("A measure lasts from %(low)d to %(high)d months. You wrote %(n)s.")
            % {"low": low, "high": high, "n": values["duration_months"]},
        )
    most = MOST_PER.get(values.get("periodicity_unit") or "", 31)
    if _outside(values.get("periodicity_count"), 1, most):
        yield "periodicity_count", _("From 1 to %(n)d times.") % {"n": most}
    if _outside(values.get("exits_after"), 1, MOST_EXITS_AFTER):
        yield "exits_after", _("From 1 to %(n)d meetings.") % {"n": MOST_EXITS_AFTER}
    yield from _wrong_contact(values)
    yield from _addresses(values, ["periodicity_note", "access_needs"])


def _wrong_contact(values: Mapping[str, Any]) -> Wrong:
    if _outside(values.get("contact_deadline_days"), 1, 365):
        yield "contact_deadline_days", _("From 1 to 365 days.")
    absences = values.get("lapse_absences")
    if values.get("lapse_rule") == LapseRule.ABSENCES:
        absences = absences or 0
    if _outside(absences, 1, MOST_ABSENCES):
        yield (
            "lapse_absences",
            _("Say after how many absences, from 1 to %(n)d.") % {"n": MOST_ABSENCES},
        )
    if values.get("lapse_rule") == LapseRule.NO_CONTACT and not values.get(
        "contact_deadline_days"
    ):
        yield "contact_deadline_days", _("This lapse needs the deadline for contact.")


def _wrong_phases(
    values: Mapping[str, Any], phases: Sequence[Mapping[str, Any]]
) -> Wrong:
    if len(phases) > MOST_PHASES:
        sentence = _("At most %(n)d phases.") % {"n": MOST_PHASES}
        yield f"phase-{MOST_PHASES + 1}-order", sentence
    seen: set[int | None] = set()
    for number, phase in enumerate(phases, start=1):
        if phase["order"] in seen:
            yield f"phase-{number}-order", _("Two phases overlap: number them 1, 2, 3.")
        seen.add(phase["order"])
        if _outside(phase["length_value"], 1, 100):
            yield f"phase-{number}-length", _("Say how long this phase lasts.")
        if phase["exits"] not in Exits.values:
            yield f"phase-{number}-exits", _("Say whether outings are possible.")
        if _outside(phase.get("visit_minutes"), *MINUTES):
            yield f"phase-{number}-minutes", _("From 30 to 480 minutes.")
    if seen and None not in seen and seen != set(range(1, len(seen) + 1)):
        yield "phase-1-order", _("Phases follow each other: number them 1, 2, 3.")
    spent = sum(
        p["length_value"] or 0 for p in phases if p["length_unit"] == LengthUnit.MONTHS
    )
    lasting = values.get("duration_months")
    if lasting and spent > lasting:
        sentence = _("The phases last %(n)d months, longer than the measure.")
        yield "phase-1-length", sentence % {"n": spent}


def _odd_year(day: date | None, today: date) -> bool:
    """Like 1026 or 2206: a slip of the hand."""
    if day is None:
        return False
    return not OLDEST_DECISION.year <= day.year <= today.year + FARTHEST_YEARS


def _outside(number: int | None, low: int, high: int) -> bool:
    return number is not None and not low <= number <= high
