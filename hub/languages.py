"""The languages a family may speak: ISO 639-1 codes and their names. No query."""

from functools import cache

from babel import Locale
from django.utils import translation

from hub import text

ISO_639_1 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co "
    "cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd "
    "gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg "
    "mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os "
    "pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss "
    "st su sv sw ta te tg th ti tk tl tn to tr ts tt ty ug uk ur uz ve vi vo wa "
    "wo xh yi yo za zh zu"
)
CODES = tuple(ISO_639_1.split())
# Most asked of interpreters in family courts (choice): they come first in lists.
COMMON = (
    "ar", "tr", "uk", "en", "pt", "es", "it", "ro", "ru", "fa", "zh", "pl", "de",
)  # fmt: skip
COURT_LANGUAGE = "fr"  # never asked for: the order is in French


def name(code: str) -> str:
    """In the reader's language, "arabe"; the code itself where no name is known."""
    return dict(_names(translation.get_language() or "fr")).get(code, code)


def choices() -> list[tuple[str, str]]:
    """Every language but French: the common ones first, then all others by name."""
    names = _names(translation.get_language() or "fr")
    first = [(code, name(code)) for code in COMMON]
    aside = {*COMMON, COURT_LANGUAGE}
    return first + [(code, label) for code, label in names if code not in aside]


def groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """The same under two headings, for a list to be chosen from."""
    common, found = len(COMMON), choices()
    return [
        (translation.gettext("Most asked for"), found[:common]),
        (translation.gettext("Other languages"), found[common:]),
    ]


@cache
def _names(language: str) -> tuple[tuple[str, str], ...]:
    known = Locale.parse(language, sep="-").languages
    named = [(code, known.get(code, code)) for code in CODES]
    return tuple(sorted(named, key=lambda pair: text.fold(pair[1])))
