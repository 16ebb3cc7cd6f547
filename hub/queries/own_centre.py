"""A centre as its own people see it: sites with what they say, announced closures."""

from hub.models import Centre, Closure, Site
from hub.queries.queues import PER_PAGE


def described_sites(centre: Centre) -> list[Site]:
    """With profiles and slots, in three queries."""
    sites = centre.sites.order_by("pk").prefetch_related("profiles", "slots")
    return list(sites)


def centre_closures(centre: Centre) -> list[Closure]:
    """The last announced first; more than a page of them is history."""
    rows = centre.closures.select_related("announced_by").order_by("-first_day", "-pk")
    return list(rows[:PER_PAGE])
