"""What an organisation says of its own address and, a court, of its units."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from hub import permissions, text
from hub.actions.journal import record
from hub.errors import InvalidInput, InvalidText, NotFound
from hub.models import Centre, Court, CourtUnit, User

MANAGE = "members.manage"
MAX_LABEL = 80


def change_mailbox(centre: Centre, email: str, *, by: User) -> None:
    """The centre's functional address, to which reminders go (DOMAIN 8.1)."""
    with transaction.atomic():
        permissions.place_over(by, MANAGE, organisation=centre.code)
        email = _address(email, "mailbox")
        Centre.objects.filter(pk=centre.pk).update(email=email)
        record(by, "mailbox_changed", "centre", centre.pk)


def create_unit(court: Court, label: str, email: str = "", *, by: User) -> CourtUnit:
    """A cabinet or pole: its members share the measures given to it."""
    with transaction.atomic():
        permissions.place_over(by, MANAGE, organisation=court.code)
        unit = CourtUnit(court=court)
        _fill(unit, label, email)
        _store(unit)
        record(by, "unit_created", "unit", unit.pk)
        return unit


def change_unit(
    court: Court, unit_id: int, *, label: str, email: str, active: bool, by: User
) -> CourtUnit:
    """Renames, gives another address, closes or reopens; members and measures stay."""
    with transaction.atomic():
        permissions.place_over(by, MANAGE, organisation=court.code)
        unit = court.units.select_for_update(no_key=True).filter(pk=unit_id).first()
        if unit is None:
            raise NotFound
        _fill(unit, label, email)
        unit.is_active = active
        _store(unit)
        record(by, "unit_changed", "unit", unit.pk)
        return unit


def _fill(unit: CourtUnit, label: str, email: str) -> None:
    try:
        label = " ".join(text.normalise(label, MAX_LABEL).split())
    except InvalidText as error:
        raise InvalidInput({"label": error.detail}) from None
    if not label:
        raise InvalidInput({"label": _("Name the unit.")})
    unit.label = label
    unit.functional_email = _address(email, "unit_email") if email.strip() else ""


def _store(unit: CourtUnit) -> None:
    try:
        with transaction.atomic():
            unit.save()
    except IntegrityError:
        sentence = _("A unit of this court already has this name.")
        raise InvalidInput({"label": sentence}) from None


def _address(email: str, field: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        sentence = _("Write the address in full, for example name@example.fr.")
        raise InvalidInput({field: sentence}) from None
    return email
