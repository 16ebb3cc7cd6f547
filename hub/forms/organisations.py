"""Forms of a centre, a court and their people: types only, sense is the actions'."""

from collections.abc import Iterator
from datetime import time
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.dateparse import parse_time
from django.utils.translation import gettext_lazy as _

from hub.actions.attendance import Counts
from hub.actions.contacts import Invitation
from hub.actions.waiting import Declared
from hub.errors import InvalidInput
from hub.models import Role, Site, WaitingDeclaration
from hub.models.centres import Intake, VisitKind
from hub.models.choices import Accompaniment

SMALL = 30_000  # what a PositiveSmallIntegerField holds everywhere
DAY = {"required": _("Choose a day."), "invalid": _("Write a day like 24/12/2026.")}
NUMBER = {
    "required": _("Write a number."),
    "invalid": _("Write a whole number."),
    "min_value": _("Write a number that is not below 0."),
    "max_value": _("Check this number."),
}
SLOT_ROWS = 4  # empty rows for new slots
INTERPRETER = ("no", "on_request", "yes")


def checked(form: forms.Form) -> dict[str, Any]:
    """The typed values. Raises InvalidInput with the first sentence of each field."""
    if form.is_valid():
        return form.cleaned_data
    raise InvalidInput({name: str(found[0]) for name, found in form.errors.items()})


def _day(**more: Any) -> forms.DateField:
    formats = ["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y"]
    return forms.DateField(input_formats=formats, error_messages=DAY, **more)


def _number(**more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        min_value=0, max_value=SMALL, error_messages=NUMBER, **more
    )


class ClosureForm(forms.Form):
    first_day = _day()
    last_day = _day()
    reason = forms.CharField(required=False, strip=False)


class AbsenceForm(forms.Form):
    first_day = _day()
    last_day = _day()
    substitute = forms.IntegerField(required=False, min_value=0, max_value=2**62)
    member = forms.UUIDField(required=False)


class AttendanceForm(forms.Form):
    first_day = _day()
    last_day = _day()
    planned = _number()
    held = _number()
    missed_visiting = _number(required=False)
    missed_hosting = _number(required=False)
    missed_centre = _number(required=False)
    excused = _number(required=False)
    send = forms.BooleanField(required=False)

    def counts(self) -> Counts:
        """Raises InvalidInput. An empty count is 0."""
        given = dict(checked(self))
        given.pop("send")
        first_day, last_day = given.pop("first_day"), given.pop("last_day")
        return Counts(first_day, last_day, **{k: n or 0 for k, n in given.items()})


class InvitationForm(forms.Form):
    email = forms.CharField(required=False, max_length=254)
    given_name = forms.CharField(required=False, strip=False)
    usual_name = forms.CharField(required=False, strip=False)
    role = forms.ChoiceField(
        choices=Role.choices,
        error_messages={
            "required": _("Choose a role."),
            "invalid_choice": _("Choose a role."),
        },
    )
    unit = forms.IntegerField(required=False, min_value=0, max_value=2**62)

    def invitation(self) -> Invitation:
        return Invitation(**checked(self))


class ProfileForm(forms.Form):
    """Whom a site receives for one kind of visit; its fields carry a prefix."""

    min_age_months = _number()
    max_age_years = _number()
    max_siblings = _number(required=False)
    families_per_slot = _number()
    visit_minutes_min = _number()
    visit_minutes_max = _number()
    visits_per_month_max = _number(required=False)
    accompaniment = forms.MultipleChoiceField(
        choices=Accompaniment.choices, required=False
    )
    interpreter = forms.ChoiceField(choices=[(i, i) for i in INTERPRETER])
    accepts_protection_orders = forms.BooleanField(required=False)


def profiles_typed(data: QueryDict) -> dict[str, dict[str, Any]]:
    """The kinds that are ticked, with their values. Raises InvalidInput."""
    found: dict[str, dict[str, Any]] = {}
    wrong: dict[str, str] = {}
    for kind in data.getlist("kinds"):
        if kind not in VisitKind.values:
            continue
        form = ProfileForm(data, prefix=kind)
        try:
            found[kind] = checked(form)
        except InvalidInput as error:
            wrong |= {f"{kind}-{name}": said for name, said in error.fields.items()}
    if wrong:
        raise InvalidInput(wrong)
    return found


def slots_typed(data: QueryDict) -> list[tuple[int, time | None, time | None]]:
    """Rows with at least one hour, in order; an hour that is none stays empty."""
    rows = zip(
        data.getlist("weekday"),
        data.getlist("start"),
        data.getlist("end"),
        strict=False,
    )
    return [
        (int(day) if day in tuple("0123456") else 0, _hour(start), _hour(end))
        for day, start, end in rows
        if start or end
    ]


def _hour(typed: str) -> time | None:
    try:
        return parse_time(typed)
    except ValueError:
        return None


def declared_typed(
    data: QueryDict, sites: list[Site], known: list[WaitingDeclaration]
) -> list[Declared]:
    """One declaration per site and offered kind. Raises InvalidInput."""
    wrong: dict[str, str] = {}
    found = []
    for site, kind in offered(sites, known):
        prefix = f"{site.pk}-{kind}"
        form = WaitingForm(data, prefix=prefix)
        try:
            given = checked(form)
        except InvalidInput as error:
            wrong |= {f"{prefix}-{name}": said for name, said in error.fields.items()}
            continue
        intake = Intake.PAUSED if given["paused"] else Intake.OPEN
        found.append(
            Declared(site.pk, kind, given["weeks"], intake, given["until"], prefix)
        )
    if wrong:
        raise InvalidInput(wrong)
    return found


class WaitingForm(forms.Form):
    weeks = _number()
    paused = forms.BooleanField(required=False)
    until = _day(required=False)


def offered(
    sites: list[Site], known: list[WaitingDeclaration]
) -> Iterator[tuple[Site, str]]:
    """What is declared: the kinds a site describes, or declared before."""
    for site in sites:
        kinds = {p.visit_kind for p in site.profiles.all()}
        kinds |= {d.visit_kind for d in known if d.site_id == site.pk}
        for kind in VisitKind.values:
            if kind in (kinds or {VisitKind.VISIT.value}):
                yield site, kind
