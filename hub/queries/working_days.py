"""The working days of centres, from what they declare: slots and closures."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from hub.models import Centre, Closure, OpeningSlot
from hub.working_days import WorkingDays


def working_days_of(centres: Iterable[Centre]) -> dict[int, WorkingDays]:
    """For many centres at once, by primary key. Two queries."""
    by_id = {centre.pk: centre for centre in centres}
    weekdays: dict[int, set[int]] = defaultdict(set)
    slots = OpeningSlot.objects.filter(site__centre__in=by_id).values_list(
        "site__centre", "weekday"
    )
    for centre, weekday in slots.order_by().distinct():
        weekdays[centre].add(weekday)
    closures: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for one in Closure.objects.filter(centre__in=by_id).order_by("first_day"):
        closures[one.centre_id].append((one.first_day, one.last_day))
    return {
        pk: WorkingDays(
            centre.departement_id, frozenset(weekdays[pk]), tuple(closures[pk])
        )
        for pk, centre in by_id.items()
    }
