"""The criteria by which centres are searched, as an address holds them.

A value that makes no sense does not narrow, and is said at its field.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from hub.areas import Area, Point
from hub.candidates import Need, Sort
from hub.languages import COMMON
from hub.models import Court
from hub.models.centres import VisitKind
from hub.queries.places import Places
from hub.reasons import language_names
from hub.text import fold

COURT_AREA = "court"  # the value of `zone` besides the codes of départements
EVERYWHERE = "all"
DISTANCES_KM = (20, 50, 100, 200)
WEEKDAYS = tuple(range(7))
MOST_CHILDREN, OLDEST, MOST_WEEKS = 30, 25, 500
# "4, 7 ans": numbers of years, and what may stand between them. One digit at a time, so
# that no text can be read in more than one way.
AGES = re.compile(r"(?:[0-9]|ans?|years?|et|and|[\s,;/+&])*")


# Fields of the pages; the others come from links and boxes, and cannot be mistyped.
ASKED_OF_PEOPLE = ("kind", "weeks", "place", "km", "ages", "children", "language")


class CriteriaForm(forms.Form):
    """GET only. `sent` says that somebody used the form, so nothing is pre-filled."""

    sent = forms.BooleanField(required=False)
    q = forms.CharField(required=False, max_length=200)
    place = forms.CharField(required=False, max_length=120)
    km = forms.IntegerField(required=False, min_value=1, max_value=20_000)
    zone = forms.CharField(required=False, max_length=5)
    departement = forms.CharField(required=False, max_length=3)
    kind = forms.ChoiceField(required=False, choices=VisitKind.choices)
    weeks = forms.IntegerField(required=False, min_value=0, max_value=MOST_WEEKS)
    ages = forms.CharField(required=False, max_length=100)
    children = forms.IntegerField(required=False, min_value=1, max_value=MOST_CHILDREN)
    protection = forms.BooleanField(required=False)
    exits = forms.BooleanField(required=False)
    language = forms.RegexField(r"^[a-z]{2,3}$", required=False)  # ISO 639
    interpreter = forms.BooleanField(required=False)
    wheelchair = forms.BooleanField(required=False)
    entrances = forms.BooleanField(required=False)
    transport = forms.BooleanField(required=False)
    day = forms.TypedMultipleChoiceField(
        required=False, coerce=int, choices=[(n, n) for n in WEEKDAYS]
    )
    sort = forms.ChoiceField(required=False, choices=[(s, s) for s in Sort])

    def need(
        self, places: Places, *, court: Court | None = None, base: Need | None = None
    ) -> Need:
        """What is looked for. `base`: what a measure already says; it stays.

        `court`: whose area can be meant. With `base` it is meant unless the form was
        used, and distances start from its seat unless a place is given.
        """
        self.is_valid()
        given = self.cleaned_data
        need = base or _about_children(given)
        if base is None or given.get("sent"):
            need = replace(need, **_wishes(given, need.languages))
        zone = given.get("zone") or ""
        if base is not None and not given.get("sent"):
            zone = COURT_AREA
        seat = _seat(court) if court and (base or zone == COURT_AREA) else None
        return replace(
            need,
            visit_kind=need.visit_kind or given.get("kind") or "",
            origin=places.find(given.get("place") or "") or seat,
            area=_area(given, zone, court),
            words=tuple(fold(given.get("q") or "").split()),
            max_weeks=given.get("weeks"),
            sort=Sort(given.get("sort") or Sort.FIT),
        )

    def clean_ages(self) -> str:
        typed = " ".join((self.cleaned_data["ages"] or "").lower().split())
        numbers = [int(n) for n in re.findall("[0-9]+", typed)]
        known = AGES.fullmatch(typed) and all(n <= OLDEST for n in numbers)
        if typed and not (known and numbers):
            raise forms.ValidationError("")
        return typed

    def problems(self, need: Need, places: Places) -> dict[str, str]:
        """By field, what was not understood and what to write; after `need`."""
        sentences = {
            "weeks": _("Write a number of weeks from 0 to %(most)d."),
            "ages": _("Write ages in whole years, for example: 4, 7."),
            "children": _("Write a number of children, from 1 to %(most)d."),
        }
        most = {"weeks": MOST_WEEKS, "children": MOST_CHILDREN}
        found = {
            name: sentences.get(name, _("Choose one of the answers of the list."))
            % {"most": most.get(name, 0)}
            for name in self.errors
            if name in ASKED_OF_PEOPLE
        }
        typed = fold(self.cleaned_data.get("place") or "")
        if typed and not places.find(typed):
            found["place"] = _(
                "This place is not known here: write the town of a court near it."
            )
        if need.area.max_km is not None and need.origin is None:
            found.setdefault("place", _("Say from where the distance is counted."))
        return found


def language_choices(asked: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Pairs of code and name, the common ones; what is asked for is there.

    Families that speak others are asked for with "interpreter".
    """
    names = language_names()
    codes = dict.fromkeys([*COMMON, *asked])
    return [(code, names.get(code, code)) for code in codes]


def _seat(court: Court) -> Point:
    return Point(court.city, court.latitude, court.longitude)


def _area(given: Mapping[str, Any], zone: str, court: Court | None) -> Area:
    km = given.get("km")
    if zone == COURT_AREA:
        if court is None:
            return Area(max_km=km)
        return Area(court=court.code, court_point=_seat(court), max_km=km)
    departement = given.get("departement") or zone
    return Area(departement="" if departement == EVERYWHERE else departement, max_km=km)


def _about_children(given: Mapping[str, Any]) -> Need:
    ages = [
        min(int(n), OLDEST) for n in re.findall(r"[0-9]{1,2}", given.get("ages") or "")
    ]
    return Need(
        ages_months=tuple(12 * age for age in ages),
        children=given.get("children") or len(ages),
        protection_order=bool(given.get("protection")),
    )


def _wishes(given: Mapping[str, Any], before: tuple[str, ...]) -> dict[str, Any]:
    """`before`: all languages of a measure, of which the form shows the first."""
    language = given.get("language")
    languages = (language,) if language else ()
    return {
        "exits": bool(given.get("exits")),
        "languages": before if language in before[:1] else languages,
        "interpreter": bool(given.get("interpreter")),
        "wheelchair": bool(given.get("wheelchair")),
        "separate_entrances": bool(given.get("entrances")),
        "public_transport": bool(given.get("transport")),
        "weekdays": tuple(given.get("day") or ()),
    }
