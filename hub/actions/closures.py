"""Days on which a centre receives nobody, told to all concerned in one act."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from hub import events, permissions, text
from hub.actions.journal import record
from hub.actions.messages import post_in_transaction
from hub.actions.seating import seat_in
from hub.actions.transitions import RECORD_LANGUAGE
from hub.calendar import local_day
from hub.errors import InvalidInput, InvalidText
from hub.models import SYSTEM, Centre, Closure, MessageKind, Thread, User
from hub.models.threads import ThreadState
from hub.posting import Draft
from hub.states import LIVE

LONGEST = timedelta(days=366)
FARTHEST = timedelta(days=730)
MAX_REASON = 200


def announce_closure(
    centre: Centre, *, first_day: date, last_day: date, reason: str, by: User
) -> Closure:
    """Keeps the closure and says it in the thread of every current measure.

    One transaction and a constant number of queries whatever the number of threads.
    The notice asks for nothing. The same closure twice is announced once. Raises
    NotFound for a stranger, Forbidden, InvalidInput.
    """
    with transaction.atomic():
        right = "centre.describe"
        place = permissions.place_where(by, right, organisation=centre.code)
        Centre.objects.select_for_update(no_key=True).get(pk=centre.pk)
        reason = _checked(centre, first_day, last_day, reason)
        same = centre.closures.filter(first_day=first_day, last_day=last_day).first()
        if same:
            return same
        closure = Closure.objects.create(
            centre=centre,
            first_day=first_day,
            last_day=last_day,
            reason=reason,
            announced_by=by,
        )
        threads = _current_threads(centre)
        seat_in(place, threads)
        _tell(closure, threads, by)
        _announce(closure, len(threads), by)
        return closure


def _current_threads(centre: Centre) -> list[UUID]:
    threads = Thread.objects.filter(
        state=ThreadState.OPEN,
        designation__centre=centre,
        designation__is_current=True,
        designation__measure__state__in=LIVE,
    )
    return list(threads.values_list("pk", flat=True))


def _tell(closure: Closure, threads: Sequence[UUID], by: User) -> None:
    """A typed notice and a line of the life-cycle in each, as one bulk."""
    with override(RECORD_LANGUAGE):
        days = _days(closure)
        notice = _("The espace de rencontre receives nobody %(days)s: %(why)s.") % {
            "days": days,
            "why": closure.reason.rstrip("."),
        }
        line = _("Closure announced: %(days)s.") % {"days": days}
    said = ((MessageKind.CLOSURE_NOTICE, notice, "act"), (SYSTEM, line, "system"))
    post_in_transaction(
        [
            Draft(thread, by.pk, uuid4(), body, kind=str(kind), door=door)
            for thread in threads
            for kind, body, door in said
        ]
    )


def _announce(closure: Closure, told: int, by: User) -> None:
    centre = closure.centre
    record(by, "closure_announced", "centre", centre.pk, counts={"threads": told})
    codes = list(centre.courts_served.values_list("code", flat=True))
    events.closure_announced.send(
        None, centre_code=centre.code, court_codes=codes, closure_id=closure.pk
    )


def _checked(centre: Centre, first_day: date, last_day: date, reason: str) -> str:
    today = local_day(timezone.now(), centre.departement_id)
    wrong = {}
    if last_day < first_day:
        wrong["last_day"] = _("The last day is before the first.")
    elif last_day < today:
        wrong["last_day"] = _("These days are past.")
    elif last_day - first_day > LONGEST or first_day > today + FARTHEST:
        wrong["last_day"] = _("Check the years: a closure lasts one year at most.")
    try:
        reason = " ".join(text.normalise(reason, MAX_REASON).split())
    except InvalidText as error:
        wrong["reason"] = error.detail
    if not reason:
        wrong["reason"] = _("Say why in a few words.")
    if wrong:
        raise InvalidInput(wrong)
    return reason


def _days(closure: Closure) -> str:
    first, last = f"{closure.first_day:%d/%m/%Y}", f"{closure.last_day:%d/%m/%Y}"
    if first == last:
        return _("on %(day)s") % {"day": first}
    return _("from %(first)s to %(last)s") % {"first": first, "last": last}
