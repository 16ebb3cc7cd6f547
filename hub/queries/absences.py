"""Absences that somebody may see and enter: their own, and those of their members."""

from collections.abc import Iterable

from django.db.models import Q

from hub import permissions
from hub.models import Absence, Membership, User
from hub.queries.people import open_absences


def managed_members(user: User) -> list[Membership]:
    """The other members whose places the person manages, by name. One query."""
    managed = Q(pk=None)
    for place in permissions.places_in(user, "members.manage"):
        if not place.organisation_code:
            continue
        roles = permissions.roles_managed_by(place.role)
        managed |= Q(court=place.court_id, centre=place.centre_id, role__in=roles)
    here = Membership.objects.current().filter(managed, user__is_active=True)
    ordered = here.exclude(user=user).select_related("user", "court", "centre")
    rows = ordered.order_by("user__usual_name", "user__given_name", "pk")
    return list({m.user_id: m for m in rows}.values())


def absences_shown(user: User, members: Iterable[Membership]) -> list[Absence]:
    """What goes on or comes, first days first. One query."""
    people = [user.pk, *(m.user_id for m in members)]
    return list(open_absences().filter(user__in=people).order_by("first_day", "pk"))
