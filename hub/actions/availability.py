"""Asking centres for room before the decision, and their answers (CPC 448).

Closed lists and numbers only: no name, no reference, no free text passes here.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub import events, permissions
from hub.actions.journal import record
from hub.errors import Illegal, InvalidInput, NotFound
from hub.models import AvailabilityAnswer, AvailabilityRequest, Centre, Court, User
from hub.models.centres import VisitKind

MOST_CENTRES = 10  # (choice) a question to everybody would tell nobody anything
MOST_CHILDREN = 12
MOST_VISITS = 12
MOST_WEEKS = 104  # two years: whoever waits longer has no place


class AgeBand(models.TextChoices):
    """Wide on purpose: with a number of children they point to nobody."""

    BABY = "0_2", gettext_lazy("0 to 2 years")
    NURSERY = "3_5", gettext_lazy("3 to 5 years")
    SCHOOL = "6_10", gettext_lazy("6 to 10 years")
    MIDDLE = "11_14", gettext_lazy("11 to 14 years")
    OLDER = "15_17", gettext_lazy("15 to 17 years")


class AvailabilityNeed(models.TextChoices):
    """What a place must offer."""

    WHEELCHAIR = "wheelchair", gettext_lazy("wheelchair access")
    ENTRANCES = "entrances", gettext_lazy("separate entrances")
    TRANSPORT = "transport", gettext_lazy("public transport")
    INTERPRETER = "interpreter", gettext_lazy("interpreter possible")
    PROTECTION = "protection", gettext_lazy("protection order")
    WEEKEND = "weekend", gettext_lazy("Saturday or Sunday")
    WEDNESDAY = "wednesday", gettext_lazy("Wednesday")


def band_of(years: int) -> AgeBand:
    """The band in which an age falls; a grown child falls in the last one."""
    lasts = {
        AgeBand.BABY: 2,
        AgeBand.NURSERY: 5,
        AgeBand.SCHOOL: 10,
        AgeBand.MIDDLE: 14,
    }
    found = (band for band, last in lasts.items() if years <= last)
    return next(found, AgeBand.OLDER)


def ask(
    *,
    by: User,
    court: Court,
    centres: Sequence[Centre],
    visit_kind: str,
    children_count: int,
    age_bands: Sequence[str],
    visits_per_month: int,
    needs: Sequence[str],
) -> AvailabilityRequest:
    """One question to 1 to 10 centres; it expires after RULES.availability_days.

    Raises NotFound for a stranger to the court, Forbidden for a member who may not,
    InvalidInput for what no list holds.
    """
    wrong = _wrong(
        centres, visit_kind, children_count, age_bands, visits_per_month, needs
    )
    with transaction.atomic():
        permissions.place_where(by, "availability.ask", organisation=court.code)
        if wrong:
            raise InvalidInput(wrong)
        now = timezone.now()
        asked = AvailabilityRequest.objects.create(
            court=court,
            by=by,
            visit_kind=visit_kind,
            children_count=children_count,
            age_bands=_in_order(age_bands, AgeBand.values),
            visits_per_month=visits_per_month,
            needs=_in_order(needs, AvailabilityNeed.values),
            asked_at=now,
            expires_at=now + timedelta(days=settings.RULES.availability_days),
        )
        AvailabilityAnswer.objects.bulk_create(
            AvailabilityAnswer(request=asked, centre=centre) for centre in centres
        )
        counts = {"centres": len(centres)}
        record(by, "availability_asked", "availability", asked.pk, counts=counts)
        events.availability_asked.send(
            None,
            request_id=asked.pk,
            centre_ids=[centre.pk for centre in centres],
            expires_at=asked.expires_at,
        )
        return asked


def answer(
    *, by: User, request: AvailabilityRequest, centre: Centre, weeks: int | None
) -> AvailabilityAnswer:
    """Weeks until a first meeting, or None: no place. The last answer counts.

    Raises NotFound where the centre was not asked or the person is a stranger to it,
    Forbidden, Illegal once the question has expired, InvalidInput.
    """
    with transaction.atomic():
        permissions.place_where(by, "availability.answer", organisation=centre.code)
        given = (
            AvailabilityAnswer.objects.select_for_update(of=("self",))
            .select_related("request")
            .filter(request=request, centre=centre)
            .first()
        )
        if given is None:
            raise NotFound
        if given.request.expires_at <= timezone.now():
            raise Illegal(_("This question has expired: it can no longer be answered."))
        if weeks is not None and not 0 <= weeks <= MOST_WEEKS:
            sentence = _("Write a number of weeks from 0 to %(most)d.")
            raise InvalidInput({"weeks": sentence % {"most": MOST_WEEKS}})
        given.weeks, given.answered_at, given.answered_by = weeks, timezone.now(), by
        given.save()
        counts = {} if weeks is None else {"weeks": weeks}
        record(by, "availability_answered", "availability", request.pk, counts=counts)
        events.availability_answered.send(
            None,
            request_id=request.pk,
            user_id=given.request.by_id,
            centre_id=centre.pk,
        )
        return given


def _wrong(
    centres: Sequence[Centre],
    visit_kind: str,
    children_count: int,
    age_bands: Sequence[str],
    visits_per_month: int,
    needs: Sequence[str],
) -> dict[str, str]:
    wrong = {}
    if not 1 <= len({centre.pk for centre in centres}) <= MOST_CENTRES:
        most = {"most": MOST_CENTRES}
        wrong["espace"] = _("Choose 1 to %(most)d espaces de rencontre.") % most
    if visit_kind not in VisitKind.values:
        wrong["visit_kind"] = _("Choose a kind of visit.")
    if not 1 <= children_count <= MOST_CHILDREN:
        most = {"most": MOST_CHILDREN}
        wrong["children_count"] = _("Write how many children, 1 to %(most)d.") % most
    if not age_bands or not set(age_bands) <= set(AgeBand.values):
        wrong["age_bands"] = _("Choose at least one range of ages.")
    if not 1 <= visits_per_month <= MOST_VISITS:
        most = {"most": MOST_VISITS}
        wrong["visits_per_month"] = (
            _("Write how many meetings a month, 1 to %(most)d.") % most
        )
    if not set(needs) <= set(AvailabilityNeed.values):
        wrong["needs"] = _("Choose needs of the list.")
    return wrong


def _in_order(chosen: Sequence[str], known: Sequence[str]) -> list[str]:
    """In the order of the list: the order of ticking says nothing to anybody."""
    return [one for one in known if one in chosen]
