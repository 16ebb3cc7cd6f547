"""Changing what a person chose, and at once what waits because of it.

Each function is one transaction. What the choices mean is in notifications.moments.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.actions import display
from hub.errors import HubError, InvalidInput, NotFound
from hub.models import User
from hub.queries.people import substitutes_for
from hub.zones import NAMES
from notifications import outbox
from notifications.kinds import RULES, Frequency, Kind, Subject
from notifications.models import (
    HearingSlot,
    Notification,
    Preference,
    Reason,
    State,
)
from notifications.moments import held_until, times_of

LONGEST_HEARING = timedelta(hours=12)
LONGEST_QUIET = timedelta(hours=16)  # who wants less than a third of a day: frequency
MOST_HEARINGS = 20  # slots a week
TESTS_AN_HOUR = 3
HOUR = timedelta(hours=1)
FLOORS = [subject for subject, rule in RULES.items() if rule.is_floor]


class TooManyTests(HubError):
    """Enough test mails for this hour."""


@dataclass(frozen=True)
class Chosen:
    """A whole page of choices. Empty `zone`: that of the organisation; empty `locale`:
    what the browser asks for; None: as it was."""

    frequencies: dict[str, str] = field(default_factory=dict)
    quiet_from: time | None = None
    quiet_until: time | None = None
    quiet_weekend: bool = False
    zone: str = ""
    locale: str | None = None
    substitute: int | None = None  # the place of a colleague


def preference_of(user: User) -> Preference:
    """The stored choices, or unsaved ones that choose nothing."""
    return Preference.objects.filter(user=user).first() or Preference(user=user)


def change(user: User, chosen: Chosen) -> None:
    """Stores the page; what was gathered and is not wanted any more ends here.

    A floor stays what it is. Saving also takes back "unsubscribe". InvalidInput.
    """
    _refuse_wrong(user, chosen)
    frequencies = {
        subject: frequency
        for subject, frequency in chosen.frequencies.items()
        if subject not in FLOORS and frequency != RULES[Subject(subject)].usual
    }
    with transaction.atomic():
        Preference.objects.update_or_create(
            user=user,
            defaults={
                "frequencies": frequencies,
                "quiet_from": chosen.quiet_from,
                "quiet_until": chosen.quiet_until,
                "quiet_weekend": chosen.quiet_weekend,
                "substitute_id": chosen.substitute,
                "unsubscribed_at": None,
            },
        )
        display.choose(user, locale=chosen.locale, zone=chosen.zone)
        never = [
            s for s, frequency in frequencies.items() if frequency == Frequency.NEVER
        ]
        Notification.objects.filter(
            user=user, state=State.GATHERED, subject__in=never
        ).update(state=State.DROPPED, reason=Reason.NEVER, ended_at=timezone.now())


def unsubscribe(user_id: UUID, now: datetime) -> None:
    """No more summaries of what was left to one; twice is once.

    What was gathered for the next one, and is not wanted any more, ends here.
    """
    with transaction.atomic():
        chosen, _new = Preference.objects.get_or_create(user_id=user_id)
        if chosen.unsubscribed_at:
            return
        chosen.unsubscribed_at = now
        chosen.save(update_fields=["unsubscribed_at"])
        times = times_of([user_id])[user_id]
        silent = [s for s in Subject if times.frequency(s) == Frequency.NEVER]
        Notification.objects.filter(
            user=user_id, state=State.GATHERED, subject__in=silent
        ).update(state=State.DROPPED, reason=Reason.NEVER, ended_at=now)


def begin_hearing(user: User, until: datetime, now: datetime) -> None:
    """Nothing but floors until then. Raises InvalidInput."""
    if not now < until <= now + LONGEST_HEARING:
        raise InvalidInput({"until": _("Choose a time within the next 12 hours.")})
    Preference.objects.update_or_create(user=user, defaults={"hearing_until": until})


def end_hearing(user: User, now: datetime) -> None:
    """Before its time; the summary that waited for it may leave."""
    with transaction.atomic():
        # FOR UPDATE: two ends at once must not both move the summary.
        chosen = Preference.objects.select_for_update().filter(user=user).first()
        if chosen is None or chosen.hearing_until is None:
            return
        until, chosen.hearing_until = chosen.hearing_until, None
        chosen.save(update_fields=["hearing_until"])
        held = held_until(times_of([user.pk])[user.pk], Subject.MESSAGE, now)
        due_at = held.due_at if held else now
        waiting = Notification.objects.filter(
            user=user, kind=Kind.DIGEST, state=State.WAITING, due_at__gte=until
        ).filter(window__startswith="hearing:")
        Notification.objects.filter(
            digest__in=waiting.values("pk"), state=State.GATHERED
        ).update(due_at=due_at)
        waiting.update(due_at=due_at)
        transaction.on_commit(partial(outbox.woken.send, None))


def add_hearing(user: User, weekday: int, begins: time, ends: time) -> None:
    """Every week. Raises InvalidInput."""
    if not begins < ends:
        raise InvalidInput({"ends": _("A hearing ends after it begins, the same day.")})
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        slots = HearingSlot.objects.filter(user=user)
        if slots.count() >= MOST_HEARINGS:
            raise InvalidInput({"weekday": _("Remove a slot before you add one.")})
        slots.get_or_create(
            weekday=weekday, begins=begins, ends=ends, defaults={"user": user}
        )


def remove_hearing(user: User, slot: int) -> None:
    """Raises NotFound for somebody else's."""
    if not HearingSlot.objects.filter(user=user, pk=slot).delete()[0]:
        raise NotFound


def owe_test_mail(user: User, now: datetime) -> None:
    """Raises TooManyTests. A second press in the same minute owes nothing more."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        tests = Notification.objects.filter(user=user, kind=Kind.TEST)
        if tests.filter(created_at__gt=now - HOUR).count() >= TESTS_AN_HOUR:
            raise TooManyTests
        outbox.owe(Kind.TEST, [user], window=f"test:{now:%Y-%m-%dT%H:%MZ}")


def _refuse_wrong(user: User, chosen: Chosen) -> None:
    wrong = {}
    begins, ends = chosen.quiet_from, chosen.quiet_until
    if (begins is None) != (ends is None):
        wrong["quiet_from"] = _("Write both times, or neither.")
    elif begins and ends and not _is_quiet_length(begins, ends):
        wrong["quiet_from"] = _("Quiet hours last 16 hours at most.")
    if chosen.zone and chosen.zone not in NAMES:
        wrong["zone"] = _("Choose a zone of the list.")
    if chosen.substitute and chosen.substitute not in {
        place.pk for place in substitutes_for(user)
    }:
        wrong["substitute"] = _("Choose a colleague of the same organisation.")
    if wrong:
        raise InvalidInput(wrong)


def _is_quiet_length(begins: time, ends: time) -> bool:
    """From the one time to the next of the other, over midnight if need be."""

    def since_midnight(at: time) -> timedelta:
        return timedelta(hours=at.hour, minutes=at.minute)

    length = (since_midnight(ends) - since_midnight(begins)) % timedelta(days=1)
    return timedelta(0) < length <= LONGEST_QUIET
