"""What a centre says of itself: whom each site receives, how and when (DOMAIN 1.6)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from hub import permissions
from hub.actions.journal import record
from hub.errors import InvalidInput, NotFound
from hub.models import Centre, OpeningSlot, ReceptionProfile, Site, User
from hub.terms_rules import MINUTES

OLDEST_YEARS = 21  # (choice) measures end at 18; some centres receive a little longer
MOST_SIBLINGS = 12
MOST_FAMILIES = 50

Slot = tuple[int, time | None, time | None]  # weekday, start, end, as typed


def describe_site(
    centre: Centre,
    site_id: int,
    *,
    facts: Mapping[str, bool],
    profiles: Mapping[str, Mapping[str, Any]],
    slots: Sequence[Slot],
    by: User,
) -> None:
    """Replaces what the site says by what the form holds, all or nothing.

    `facts`: wheelchair, separate_entrances, public_transport. `profiles`: kind ->
    values; a kind that is left out is no longer offered. Raises NotFound, Forbidden,
    InvalidInput with `<kind>-<field>` and `slot-<n>`.
    """
    with transaction.atomic():
        permissions.place_where(by, "centre.describe", organisation=centre.code)
        site = centre.sites.select_for_update().filter(pk=site_id).first()
        if site is None:
            raise NotFound
        if wrong := dict([*_wrong_profiles(profiles), *_wrong_slots(slots)]):
            raise InvalidInput(wrong)
        for name, value in facts.items():
            setattr(site, name, value)
        site.save()
        _store(site, profiles, slots)
        counts = {"kinds": len(profiles), "slots": len(slots)}
        record(by, "centre_described", "centre", centre.pk, counts=counts)


def _store(
    site: Site, profiles: Mapping[str, Mapping[str, Any]], slots: Sequence[Slot]
) -> None:
    site.profiles.exclude(visit_kind__in=list(profiles)).delete()
    for kind, values in profiles.items():
        ReceptionProfile.objects.update_or_create(
            site=site, visit_kind=kind, defaults=dict(values)
        )
    site.slots.all().delete()
    OpeningSlot.objects.bulk_create(
        OpeningSlot(site=site, weekday=day, start=start, end=end)
        for day, start, end in slots
        if start and end  # the check has refused the others
    )


def _wrong_profiles(
    profiles: Mapping[str, Mapping[str, Any]],
) -> Iterable[tuple[str, str]]:
    if not profiles:
        yield "kinds", _("Tick at least one kind of visit.")
    for kind, values in profiles.items():
        youngest, oldest = values["min_age_months"], values["max_age_years"]
        if oldest > OLDEST_YEARS:
            yield f"{kind}-max_age_years", _("Check the highest age, in years.")
        elif youngest > oldest * 12:
            yield f"{kind}-max_age_years", _("The highest age is below the lowest.")
        low, high = values["visit_minutes_min"], values["visit_minutes_max"]
        if not (MINUTES[0] <= low and high <= MINUTES[1]):
            sentence = _("A meeting lasts from %(low)d to %(high)d minutes.")
            wrong = sentence % {"low": MINUTES[0], "high": MINUTES[1]}
            yield f"{kind}-visit_minutes_max", wrong
        elif low > high:
            sentence = _("The longest meeting is shorter than the shortest.")
            yield f"{kind}-visit_minutes_max", sentence
        siblings = values.get("max_siblings")
        if siblings is not None and not 1 <= siblings <= MOST_SIBLINGS:
            sentence = _("From 1 to %(n)d children, or nothing for no limit.")
            yield f"{kind}-max_siblings", sentence % {"n": MOST_SIBLINGS}
        if not 1 <= values["families_per_slot"] <= MOST_FAMILIES:
            sentence = _("From 1 to %(n)d families.")
            yield f"{kind}-families_per_slot", sentence % {"n": MOST_FAMILIES}


def _wrong_slots(slots: Sequence[Slot]) -> Iterable[tuple[str, str]]:
    """Hours stand at their row; an overlap is said at the later row."""
    taken: dict[int, list[tuple[time, time]]] = {}
    for number, (day, start, end) in enumerate(slots, start=1):
        if start is None or end is None:
            yield f"slot-{number}", _("Write both hours, like 14:00 and 17:30.")
        elif start >= end:
            yield f"slot-{number}", _("This slot ends before it begins.")
        elif any(start < other[1] and other[0] < end for other in taken.get(day, [])):
            yield f"slot-{number}", _("This slot overlaps another one of that day.")
        else:
            taken.setdefault(day, []).append((start, end))
