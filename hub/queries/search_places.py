"""Espaces de rencontre found by name, place and conditions; courts by name and place.

There are some hundreds of them in the country: they are read whole and compared here,
so that both databases answer alike. Everybody with `centre.read` may see all of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, NamedTuple

from babel import Locale
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from hub import languages
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
    offers: list[str] = field(default_factory=list)  # keys of CONDITIONS

    @property
    def is_open(self) -> bool:
        return self.status == CentreStatus.ACTIVE

    @property
    def conditions(self) -> list[str]:
        """As their pages word them."""
        return [str(CONDITIONS[name]) for name in self.offers]

    @cached_property
    def called(self) -> Name:
        return name_of(self.name, self.search, self.departement, self.region)


class Fact(NamedTuple):
    """What a centre offers: `words` find it, `condition` and `town` are shown."""

    centre: int
    words: str
    condition: str = ""
    town: str = ""


def centres_found(question: Question, everyone: Sequence[Place]) -> list[Place]:
    """Those of `all_centres` that fit every word. At most two queries.

    None for words that fit every centre.
    """
    terms = question.beside(ANY_CENTRE)
    if not terms:
        return []
    words: dict[int, set[str]] = {place.pk: set() for place in everyone}
    _tell(everyone, words, _of_sites())
    # How they receive: of all where a word may mean that, else of those that are shown.
    if any(map(_receptions().fits, terms)):
        _tell(everyone, words, _of_receptions())
        return [place for place in everyone if _fits(place, words, terms)]
    fitting = [place for place in everyone if _fits(place, words, terms)]
    _tell(fitting, words, _of_receptions([place.pk for place in fitting]))
    return fitting


_centres = Prepared(
    lambda: Centre.objects.order_by("name", "code").values_list(
        "pk", "code", "name", "departement__name", "is_demo", "status", "search",
        "departement__region",
    )
)  # fmt: skip
_sites = Prepared(
    lambda: Site.objects.order_by("pk").values_list("centre", "city", *OF_SITES)
)
_courts = Prepared(
    lambda: Court.objects.values_list("code", "name", "city", "departement__name")
)


def all_centres() -> list[Place]:
    """Every one, by name; without what its sites say. One query."""
    return [Place(*row) for row in _centres.rows()]


def centres_named(question: Question, everyone: Iterable[Place]) -> Iterator[Place]:
    """The same by name and département alone, without a query."""
    terms = question.beside(ANY_CENTRE)
    return (p for p in everyone if terms and all(map(p.called.fits, terms)))


def centres_called(term: Term, places: Iterable[Place]) -> set[int]:
    return {place.pk for place in places if place.called.fits(term)}


def courts_called(terms: Iterable[Term]) -> dict[Term, set[str]]:
    """For each word the courts that it names. One query."""
    named = [(code, name_of(*texts)) for code, *texts in _courts.rows()]
    return {t: {code for code, name in named if name.fits(t)} for t in terms}


def _fits(place: Place, words: dict[int, set[str]], terms: list[Term]) -> bool:
    more = name_of(*sorted(words[place.pk]))
    return all(place.called.fits(term) or more.fits(term) for term in terms)


def _tell(
    places: Iterable[Place], words: dict[int, set[str]], facts: Iterator[Fact]
) -> None:
    by_key = {place.pk: place for place in places}
    for fact in facts:
        place = by_key.get(fact.centre)
        if place is None:
            continue  # added meanwhile
        words[place.pk].add(fact.words)
        if fact.condition and fact.condition not in place.offers:
            place.offers.append(fact.condition)
        if fact.town and fact.town not in place.towns:
            place.towns.append(fact.town)


@cache
def labels_of(choices: Any) -> list[tuple[str, Name]]:
    """The values of a closed list with what they are called, in every language."""
    return [(value, Name(*all_languages(label))) for value, label in choices.choices]


def _of_sites() -> Iterator[Fact]:
    """Their towns and what their doors are like. One query."""
    for centre, city, *facts in _sites.rows():
        yield Fact(centre, city, town=city)
        for name, is_so in zip(OF_SITES, facts, strict=True):
            if is_so:
                yield Fact(centre, _condition_words(name), name)


def _of_receptions(centres: list[int] | None = None) -> Iterator[Fact]:
    """How these receive, or all. One query."""
    profiles = ReceptionProfile.objects.all()
    if centres is not None:
        profiles = profiles.filter(site__centre__in=centres)
    rows = profiles.values_list(
        "site__centre", "visit_kind", "languages", "interpreter",
        "accepts_protection_orders",
    )  # fmt: skip
    for centre, kind, spoken, interpreter, protection in rows:
        yield Fact(centre, _kind_words(kind))
        for code in spoken:
            yield Fact(centre, _language_words(code))
        for name, is_so in (
            ("accepts_protection_orders", protection),
            ("interpreter", interpreter != "no"),
        ):
            if is_so:
                yield Fact(centre, _condition_words(name), name)


@cache
def _receptions() -> Name:
    """All that a word may mean of how a centre receives."""
    kinds = (_kind_words(kind) for kind in VisitKind.values)
    spoken = (_language_words(code) for code in languages.CODES)
    conditions = (_condition_words(name) for name in CONDITIONS if name not in OF_SITES)
    return Name(*kinds, *spoken, *conditions)


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
