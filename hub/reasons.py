"""The reason of a rank, or of being set aside, in words. Never a score.

French elisions and contractions are made here ("d'Angers", "du Mans"), because no
template can know them.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from babel import Locale
from babel.dates import get_day_names
from babel.lists import format_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.candidates import Bar, Candidate, Declared, Need, Profile, Wish
from hub.days import in_words, region
from hub.ranking import Ranked
from hub.text import fold
from hub.waiting_words import ranked_wait

MUTE = tuple("aeiouyh")  # an h is mute, except in the towns of ASPIRATED
ASPIRATED = ("haguenau", "hautmont", "hazebrouck", "hem", "houilles")


def why(row: Ranked, need: Need) -> str:
    """Like "6 weeks declared 3 days ago, 12 km from Nantes, accepts siblings of 4"."""
    words = [ranked_wait(row.wait), *_distance(row, need), *_fits(row, need)]
    if row.candidate.load:
        words.append(_load(row.candidate.load))
    return _sentence(words)


def missing(row: Ranked) -> str:
    """What is asked for and not there, counted and named; empty when all is met."""
    if not row.unmet:
        return ""
    n = len(row.unmet)
    names = ", ".join(_unmet(wish) for wish in row.unmet)
    return ngettext(
        "%(n)d criterion is not met: %(names)s.",
        "%(n)d criteria are not met: %(names)s.",
        n,
    ) % {"n": n, "names": names}


def why_set_aside(row: Ranked) -> str:
    return ", ".join(_bar(bar, row) for bar in row.bars)


def from_place(name: str) -> str:
    """Like "from Nantes"; in French "de Nantes", "d'Angers", "du Mans", "des Lilas"."""
    if region() != "fr":
        return _("from %(place)s") % {"place": name}
    for article, contracted in (("Le ", "du "), ("Les ", "des ")):
        if name.startswith(article):
            return contracted + name.removeprefix(article)
    folded = fold(name)
    if folded.startswith(MUTE) and not folded.startswith(ASPIRATED):
        return f"d’{name}"
    return f"de {name}"


def children(need: Need) -> str:
    """Like "Children of 4 and 7"; under two years in months."""
    names = [_age(months) for months in sorted(need.ages_months)]
    return ngettext("Child of %(ages)s", "Children of %(ages)s", len(names)) % {
        "ages": _list(names)
    }


def kilometres(km: float) -> str:
    if km < 1:
        return _("less than 1 km")
    return _("%(n)d km") % {"n": round(km)}


def weekdays(days: Iterable[int]) -> str:
    """Like "on Wednesday and on Saturday"."""
    return _list(_("on %(day)s") % {"day": day_name(day)} for day in sorted(set(days)))


def day_name(day: int) -> str:
    """As date.weekday(), in the reader's language."""
    return str(get_day_names("wide", locale=region())[day])


def language_names() -> dict[str, str]:
    """ISO 639-1 -> the language's name in the reader's language."""
    return dict(Locale.parse(region()).languages)


def _distance(row: Ranked, need: Need) -> Iterator[str]:
    if row.km is not None and need.origin:
        yield f"{kilometres(row.km)} {from_place(need.origin.name)}"


def _fits(row: Ranked, need: Need) -> Iterator[str]:
    if row.profile and need.children > 1:
        yield _("accepts siblings of %(n)d") % {"n": need.children}
    if row.profile and need.protection_order:
        yield _("accepts protection orders")
    for wish in row.met:
        yield _met(wish, row.candidate, need)


def _load(load: int) -> str:
    return ngettext("%(n)d measure at present", "%(n)d measures at present", load) % {
        "n": load
    }


def _met(wish: Wish, one: Candidate, need: Need) -> str:
    if wish == Wish.DAYS:
        days = weekdays(one.weekdays & set(need.weekdays))
        return _("open %(days)s") % {"days": days}
    return {
        Wish.EXITS: _("outings possible"),
        Wish.LANGUAGES: _("languages spoken or interpreted"),
        Wish.INTERPRETER: _("interpreter possible"),
        Wish.WHEELCHAIR: _("wheelchair access"),
        Wish.ENTRANCES: _("separate entrances"),
        Wish.TRANSPORT: _("public transport"),
        Wish.FREQUENCY: _("as often as ordered"),
    }[wish]


def _unmet(wish: Wish) -> str:
    return {
        Wish.DESCRIBED: _("whom it receives is not described"),
        Wish.EXITS: _("no outings"),
        Wish.LANGUAGES: _("languages not spoken, no interpreter"),
        Wish.INTERPRETER: _("no interpreter"),
        Wish.WHEELCHAIR: _("no wheelchair access"),
        Wish.ENTRANCES: _("one entrance for all"),
        Wish.TRANSPORT: _("no public transport"),
        Wish.DAYS: _("closed on the days asked for"),
        Wish.FREQUENCY: _("fewer meetings a month than asked for"),
    }[wish]


def _bar(bar: Bar, row: Ranked) -> str:
    if bar == Bar.INTAKE_PAUSED:
        return _paused(row.wait.declared)
    if row.profile and bar in _LIMITS:
        return _limit(bar, row.profile)
    return {
        Bar.CLOSED: _("closed"),
        Bar.PAUSED: _("receives nobody at the moment"),
        Bar.NO_APPROVAL: _("no approval in force"),
        Bar.SAID_UNABLE: _("could not take this measure up"),
        Bar.KIND: _("does not offer this kind of visit"),
    }[bar]


_LIMITS = (Bar.TOO_YOUNG, Bar.TOO_OLD, Bar.SIBLINGS, Bar.PROTECTION, Bar.LENGTH)


def _limit(bar: Bar, profile: Profile) -> str:
    if bar == Bar.TOO_YOUNG:
        months = profile.min_age_months
        if months < 24 or months % 12:
            return _("children from %(n)d months on") % {"n": months}
        return _("children from %(n)d years on") % {"n": months // 12}
    if bar == Bar.TOO_OLD:
        return _("children up to %(n)d years only") % {"n": profile.max_age_years}
    if bar == Bar.SIBLINGS:
        n = profile.max_siblings or 0
        return ngettext("%(n)d child at most", "at most %(n)d children together", n) % {
            "n": n
        }
    if bar == Bar.PROTECTION:
        return _("does not accept protection orders")
    span = {"least": profile.minutes_min, "most": profile.minutes_max}
    return _("meetings of %(least)d to %(most)d minutes") % span


def _age(months: int) -> str:
    if months < 24:
        return ngettext("%(n)d month", "%(n)d months", months) % {"n": months}
    return ngettext("%(n)d year", "%(n)d years", months // 12) % {"n": months // 12}


def _paused(declared: Declared | None) -> str:
    if declared and declared.paused_until:
        until = {"day": _day(declared.paused_until)}
        return _("takes no new measure until %(day)s") % until
    return _("takes no new measure at the moment")


def _day(day: date) -> str:
    return in_words(day)


def _list(words: Iterable[str]) -> str:
    return format_list(list(words), locale=region())


def _sentence(words: Iterable[str]) -> str:
    text = ", ".join(words)
    return f"{text[:1].upper()}{text[1:]}."
