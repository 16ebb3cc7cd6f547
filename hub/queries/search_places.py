"""Espaces de rencontre found by name, place and conditions; courts by name and place.

There are some hundreds of them in the country: they are read whole and compared here,
so that both databases answer alike. Everybody with `centre.read` may see all of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from babel import Locale
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from hub.models import Centre, Court, ReceptionProfile, Site
from hub.models.centres import CentreStatus, VisitKind
from hub.questions import Name, Question, Term, name_of
from hub.stems import stems_of

# What everybody calls them: such a word tells none from another.
ANY_CENTRE = frozenset(stems_of("espace de rencontre centre meeting centre"))
# The words of their own pages.
CONDITIONS: dict[str, Any] = {
    "wheelchair": _("wheelchair access"),
    "separate_entrances": _("separate entrances"),
    "public_transport": _("public transport"),
    "accepts_protection_orders": _("accepts protection orders"),
    "interpreter": _("interpreter possible"),
}
ALSO_SAID = {"wheelchair": "fauteuil roulant handicap mobilité réduite PMR"}


@dataclass
class Place:
    """A centre as one row shows it."""

    pk: int
    code: str
    name: str
    departement: str
    is_demo: bool
    status: str
    search: str
    region: str
    towns: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)  # as their pages word them

    @property
    def is_open(self) -> bool:
        return self.status == CentreStatus.ACTIVE

    @cached_property
    def called(self) -> Name:
        return name_of(self.name, self.search, self.departement, self.region)


def centres_found(question: Question, everyone: Iterable[Place]) -> list[Place]:
    """Those of `all_centres` that fit every word. Two queries, for conditions.

    None for words that fit every centre.
    """
    terms = question.beside(ANY_CENTRE)
    places = {place.pk: place for place in everyone}
    more: dict[int, set[str]] = defaultdict(set)
    for centre, words, label in _conditions(places):
        more[centre].add(words)
        if label and label not in places[centre].conditions:
            places[centre].conditions.append(label)
    return [
        place
        for place in places.values()
        if terms and _fits(place, name_of(*place.towns, *sorted(more[place.pk])), terms)
    ]


def all_centres() -> list[Place]:
    """Every one, by name; without what its sites say. One query."""
    rows = Centre.objects.order_by("name", "code").values_list(
        "pk", "code", "name", "departement__name", "is_demo", "status", "search",
        "departement__region",
    )  # fmt: skip
    return [Place(*row) for row in rows]


def centres_named(question: Question, everyone: Iterable[Place]) -> Iterator[Place]:
    """The same by name and département alone, without a query."""
    terms = question.beside(ANY_CENTRE)
    return (p for p in everyone if terms and all(map(p.called.fits, terms)))


def centres_called(term: Term, places: Iterable[Place]) -> set[int]:
    return {place.pk for place in places if place.called.fits(term)}


def courts_called(terms: Iterable[Term]) -> dict[Term, set[str]]:
    """For each word the courts that it names. One query."""
    rows = Court.objects.values_list("code", "name", "city", "departement__name")
    named = [(code, name_of(*texts)) for code, *texts in rows]
    return {t: {code for code, name in named if name.fits(t)} for t in terms}


def _fits(place: Place, offers: Name, terms: list[Term]) -> bool:
    return all(place.called.fits(term) or offers.fits(term) for term in terms)


@cache
def labels_of(choices: Any) -> list[tuple[str, Name]]:
    """The values of a closed list with what they are called, in every language."""
    return [(value, Name(*all_languages(label))) for value, label in choices.choices]


def _conditions(places: dict[int, Place]) -> Iterator[tuple[int, str, str]]:
    """(centre, words, label) of what its sites offer. Two queries."""
    site_facts = ("wheelchair", "separate_entrances", "public_transport")
    known = list(places)  # not one that was added meanwhile
    sites = Site.objects.filter(centre__in=known).order_by("pk")
    facts_of_sites = sites.values_list("centre", "city", *site_facts)
    for centre, city, *facts in facts_of_sites:
        if city and city not in places[centre].towns:
            places[centre].towns.append(city)
        for name, is_so in zip(site_facts, facts, strict=True):
            if is_so:
                yield centre, _condition_words(name), str(CONDITIONS[name])
    profiles = ReceptionProfile.objects.filter(site__centre__in=known).values_list(
        "site__centre", "visit_kind", "languages", "interpreter",
        "accepts_protection_orders",
    )  # fmt: skip
    for centre, kind, languages, interpreter, protection in profiles:
        yield centre, _kind_words(kind), ""
        for code in languages:
            yield centre, _language_words(code), ""
        if protection:
            yield centre, _condition_words("accepts_protection_orders"), ""
        if interpreter != "no":
            yield centre, _condition_words("interpreter"), ""


@cache
def _condition_words(name: str) -> str:
    return " ".join([*all_languages(CONDITIONS[name]), ALSO_SAID.get(name, "")])


@cache
def _kind_words(kind: str) -> str:
    return " ".join(all_languages(VisitKind(kind).label))


@cache
def _language_words(code: str) -> str:
    named = (Locale(short).languages.get(code, "") for short, _n in settings.LANGUAGES)
    return " ".join(named)


def all_languages(label: Any) -> list[str]:
    """A lazy label in each language that people may have chosen."""
    found = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.append(str(label))
    return found
