"""What the home page of the hub shows of e-mail: what failed, and a first step.

Belongs here: what is added to hub.agenda and hub.first_steps. Who may see a failure is
notifications.failures.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub import agenda, first_steps, permissions
from hub.agenda import Waiting, Why, Words
from hub.first_steps import Step
from hub.models import User
from notifications.failures import RIGHT, open_failures
from notifications.models import Preference, State


def connect() -> None:
    agenda.sources.append(failed_mail)
    first_steps.checks[Step.MAIL] = has_chosen


def failed_mail(user: User, now: datetime) -> Iterator[Waiting]:
    """One line for all mail that somebody has to try again or give up. One query."""
    if not permissions.may(user, RIGHT):
        return
    dead = open_failures(user).filter(state=State.DEAD)
    found = dead.order_by().aggregate(count=Count("pk"), first=Min("created_at"))
    if number := found["count"]:
        title = ngettext(
            "%(num)s e-mail could not be sent", "%(num)s e-mails could not be sent",
            number,
        ) % {"num": number}  # fmt: skip
        text = _("Those who were to be told know nothing of it.")
        where = reverse("notifications:failures")
        words = Words(title, text, _("Try again or give up"), where)
        yield Waiting(Why.OTHER, since=found["first"] or now, words=words)


def has_chosen(user: User) -> bool:
    """Whether the person ever saved when to be told."""
    return Preference.objects.filter(user=user).exists()
