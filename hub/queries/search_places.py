"""Espaces de rencontre found by name, place and conditions; courts by name and place.

There are some hundreds of them in the country: they are read whole and compared here,
so that both databases answer alike. Everybody with `centre.read` may see all of it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

from babel import Locale
from django.conf import settings
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from hub.models import Centre, Court, ReceptionProfile, Site
from hub.models.centres import CentreStatus, VisitKind
from hub.prepared import Prepared
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
OF_SITES = ("wheelchair", "separate_entrances", "public_transport")
ALSO_SAID = {"wheelchair": "fauteuil roulant handicap mobilité réduite PMR"}


class Facts(NamedTuple):
    """What one row tells of a centre: `called` finds it, the others are shown."""

    called: Name
    offers: tuple[str, ...]  # keys of CONDITIONS
    town: str = ""


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
    facts: Sequence[Facts] = ()  # of `centres_found` alone

    @property
    def is_open(self) -> bool:
        return self.status == CentreStatus.ACTIVE

    @property
    def towns(self) -> list[str]:
        return list(dict.fromkeys(fact.town for fact in self.facts if fact.town))

    @property
    def conditions(self) -> list[str]:
        """As their pages word them."""
        offers = dict.fromkeys(name for fact in self.facts for name in fact.offers)
        return [str(CONDITIONS[name]) for name in offers]

    @cached_property
    def called(self) -> Name:
        return name_of(self.name, self.search, self.departement, self.region)

    def fits(self, term: Term) -> bool:
        return self.called.fits(term) or any(f.called.fits(term) for f in self.facts)


class CourtName(NamedTuple):
    code: str
    name: str
    called: Name


class Directory(NamedTuple):
    """The country's centres, by name, and courts: what words may stand for."""

    centres: list[Place]
    courts: list[CourtName]

    def centres_called(self, term: Term) -> set[int]:
        return {place.pk for place in self.centres if place.called.fits(term)}

    def courts_called(self, term: Term) -> set[str]:
        return {court.code for court in self.courts if court.called.fits(term)}


def centres_found(question: Question, everyone: Sequence[Place]) -> list[Place]:
    """Those of a directory that fit every word, with what they offer. Two queries.

    None for words that fit every centre.
    """
    terms = question.beside(ANY_CENTRE)
    if not terms:
        return []
    facts = _facts()
    for place in everyone:
        place.facts = facts[place.pk]
    return [place for place in everyone if all(map(place.fits, terms))]


def _facts() -> dict[int, list[Facts]]:
    """Of every centre, in the order of their entry."""
    told: dict[int, list[Facts]] = defaultdict(list)
    for centre, *row in _sites.rows():
        told[centre].append(_of_site(*row))
    for centre, *row in _profiles.rows():
        told[centre].append(_of_reception(*row))
    return told


_centres = Prepared(
    lambda: Centre.objects.order_by("name", "code").values_list(
        "pk", "code", "name", "departement__name", "is_demo", "status", "search",
        "departement__region",
    )
)  # fmt: skip
_sites = Prepared(
    lambda: Site.objects.order_by("pk").values_list("centre", "city", *OF_SITES)
)
_profiles = Prepared(
    lambda: ReceptionProfile.objects.order_by("pk").values_list(
        "site__centre", "visit_kind", Cast("languages", TextField()), "interpreter",
        "accepts_protection_orders",
    )
)  # fmt: skip
_courts = Prepared(
    lambda: Court.objects.values_list("code", "name", "city", "departement__name")
)


def directory() -> Directory:
    """Of centres, without what their sites say. Two queries."""
    courts = [
        CourtName(code, name, name_of(name, *places))
        for code, name, *places in _courts.rows()
    ]
    return Directory([Place(*row) for row in _centres.rows()], courts)


def centres_named(question: Question, everyone: Iterable[Place]) -> Iterator[Place]:
    """The same by name and département alone, without a query."""
    terms = question.beside(ANY_CENTRE)
    return (p for p in everyone if terms and all(map(p.called.fits, terms)))


@cache
def labels_of(choices: Any) -> list[tuple[str, Name]]:
    """The values of a closed list with what they are called, in every language."""
    return [(value, Name(*all_languages(label))) for value, label in choices.choices]


@lru_cache(maxsize=4096)
def _of_site(town: str, *answers: bool) -> Facts:
    offers = [name for name, is_so in zip(OF_SITES, answers, strict=True) if is_so]
    return Facts(name_of(town, *map(_condition_words, offers)), tuple(offers), town)


@lru_cache(maxsize=4096)
def _of_reception(kind: str, spoken: str, interpreter: str, protection: bool) -> Facts:
    """`spoken`: the codes of languages as the database holds them."""
    answers = {
        "accepts_protection_orders": protection,
        "interpreter": interpreter != "no",
    }
    offers = [name for name, is_so in answers.items() if is_so]
    spoken_words = map(_language_words, json.loads(spoken))
    words = (_kind_words(kind), *spoken_words, *map(_condition_words, offers))
    return Facts(name_of(*words), tuple(offers))


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
