"""What a centre says of its waiting times: append-only, dated, signed.

The newest row per site and kind counts (DOMAIN 1.5); nothing is ever overwritten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hub import events, permissions
from hub.actions.journal import record
from hub.calendar import local_day
from hub.errors import InvalidInput
from hub.models import Centre, Membership, Role, User, WaitingDeclaration
from hub.models.centres import DeclarationSource, Intake

MOST_WEEKS = 260  # (choice) five years: beyond it is a slip of the hand


@dataclass(frozen=True)
class Declared:
    """`field`: where the form asks it, for the sentence of a wrong value."""

    site: int
    visit_kind: str
    weeks: int
    intake: str = Intake.OPEN
    paused_until: date | None = None
    field: str = ""


def declare_waiting(centre: Centre, declared: Sequence[Declared], *, by: User) -> None:
    """Writes one row per site and kind, from the web, in the person's name.

    The national service may declare on behalf, which the journal says. Raises NotFound
    for a stranger, Forbidden, InvalidInput.
    """
    with transaction.atomic():
        place = _open(centre, by)
        today = local_day(timezone.now(), centre.departement_id)
        if wrong := dict(_wrong(declared, today)):
            raise InvalidInput(wrong)
        _write(centre, declared, place)


def confirm_waiting(centre: Centre, *, by: User) -> bool:
    """Declares every kind again, unchanged. Once a day: later clicks change nothing.

    Returns whether anything was written.
    """
    with transaction.atomic():
        place = _open(centre, by)
        today = local_day(timezone.now(), centre.departement_id)
        known = newest(centre)
        if not known or all(
            local_day(d.declared_at, centre.departement_id) == today for d in known
        ):
            return False
        _write(centre, [_again(d, today) for d in known], place)
        return True


def newest(centre: Centre) -> list[WaitingDeclaration]:
    """What counts now: one declaration per site and kind. One query."""
    rows = WaitingDeclaration.objects.filter(site__centre=centre)
    by_kind = {(d.site_id, d.visit_kind): d for d in rows.order_by("declared_at", "pk")}
    return list(by_kind.values())


def _open(centre: Centre, by: User) -> Membership:
    """The place from which the person declares; two clicks wait for each other."""
    right = "centre.declare_waiting"
    place = permissions.place_over(by, right, organisation=centre.code)
    Centre.objects.select_for_update(no_key=True).get(pk=centre.pk)
    return place


def _again(known: WaitingDeclaration, today: date) -> Declared:
    """The same, except that a pause which is over is not declared again."""
    over = known.takes_new_measures(today)
    return Declared(
        site=known.site_id,
        visit_kind=known.visit_kind,
        weeks=known.weeks,
        intake=Intake.OPEN if over else known.intake,
        paused_until=None if over else known.paused_until,
    )


def _write(centre: Centre, declared: Sequence[Declared], place: Membership) -> None:
    now = timezone.now()
    WaitingDeclaration.objects.bulk_create(
        WaitingDeclaration(
            site_id=one.site,
            visit_kind=one.visit_kind,
            weeks=one.weeks,
            intake=one.intake,
            paused_until=one.paused_until,
            declared_at=now,
            declared_by=place.user,
            source=DeclarationSource.WEB,
        )
        for one in declared
    )
    on_behalf = place.role == Role.NATIONAL
    counts = {"kinds": len(declared), "on_behalf": int(on_behalf)}
    record(place.user, "waiting_declared", "centre", centre.pk, counts=counts)
    events.waiting_declared.send(
        None, centre_code=centre.code, by_id=place.user_id, on_behalf=on_behalf
    )


def _wrong(declared: Sequence[Declared], today: date) -> Iterable[tuple[str, str]]:
    if not declared:
        yield "weeks", _("Declare at least one kind of visit.")
    for one in declared:
        if not 0 <= one.weeks <= MOST_WEEKS:
            sentence = _("From 0 to %(most)d weeks. You wrote %(n)d.")
            yield f"{one.field}-weeks", sentence % {"most": MOST_WEEKS, "n": one.weeks}
        if one.paused_until and one.intake != Intake.PAUSED:
            yield f"{one.field}-until", _("Tick that no new measure is taken too.")
        elif one.paused_until and one.paused_until <= today:
            yield f"{one.field}-until", _("This day is past: choose a later one.")
