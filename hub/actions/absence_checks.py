"""Which absences can be entered: the days, and who can stand in. Reads only."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from hub import permissions
from hub.models import Absence, Membership, User

LONGEST = timedelta(days=730)


def wrong_fields(
    member: User,
    first_day: date,
    last_day: date,
    substitute: Membership | None,
    today: date,
) -> dict[str, str]:
    """A sentence for each field that cannot be accepted."""
    wrong = {}
    if last_day < first_day:
        wrong["last_day"] = _("The last day is before the first.")
    elif last_day < today:
        wrong["last_day"] = _("These days are past.")
    elif last_day - today > LONGEST:
        wrong["last_day"] = _("Check the year of the last day.")
    elif _away(member, first_day, last_day):
        wrong["first_day"] = _("An absence is already entered for these days.")
    if substitute and not _can_replace(substitute, member):
        wrong["substitute"] = _("Choose a colleague of the same organisation.")
    elif substitute and _away(substitute.user, first_day, last_day):
        wrong["substitute"] = _("%(name)s is away too on these days.") % {
            "name": substitute.user.name
        }
    return wrong


def _away(user: User, first_day: date, last_day: date) -> bool:
    known = Absence.objects.filter(user=user, ended_at=None)
    return known.filter(first_day__lte=last_day, last_day__gte=first_day).exists()


def _can_replace(substitute: Membership, member: User) -> bool:
    """In force, a colleague, somebody else, and in a role that writes."""
    here = {p.organisation_code for p in member.places if p.organisation_code}
    in_force = Membership.objects.current().filter(
        pk=substitute.pk,
        user__is_active=True,
        role__in=permissions.roles_with("thread.write"),
    )
    other = substitute.user_id != member.pk
    return other and substitute.organisation_code in here and in_force.exists()
