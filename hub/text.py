"""What people type: how it is cleaned for storage, and how it is shown.

Stored text is plain. HTML exists only in what `render` returns.
"""

import re
import unicodedata
from functools import lru_cache, partial
from html import escape
from urllib.parse import urlsplit

from bleach.linkifier import Linker
from django.utils.formats import number_format
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub.errors import InvalidText

MAX_BODY = 10_000  # characters after cleaning; PROTOCOL section 1
MAX_URGENT = 200  # a reason is one sentence
LINK_SCHEMES = ("http", "https", "mailto")

_NEVER_TYPED = re.compile("[\0\ud800-\udfff]")
_NEW_LINES = re.compile(r"\r\n?")
# All of Cc but line feed and tab. U+0000 is refused before: it is never typed.
_CONTROLS = re.compile(r"[\x01-\x08\x0b-\x1f\x7f-\x9f]")
_INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Zl", "Zp", "Zs"}


def normalise(text: str, limit: int = MAX_BODY) -> str:
    """The text as it is stored: NFC, line feeds, no control characters, trimmed.

    Text without any visible character becomes empty. Raises InvalidText for what
    no keyboard produces (U+0000, lone surrogates) and for more than `limit`
    characters.
    """
    refuse_never_typed(text)
    text = _CONTROLS.sub("", _NEW_LINES.sub("\n", text))
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > limit:
        raise InvalidText("too_long", _too_long(len(text), limit))
    return text if is_visible(text) else ""


def refuse_never_typed(text: str) -> None:
    """Raises InvalidText for U+0000 and lone surrogates: no database stores them."""
    if _NEVER_TYPED.search(text):
        raise InvalidText("invalid", _("This text holds characters that no one types."))


def _count_characters(count: int, limit: int) -> str:
    shown = partial(number_format, force_grouping=True)
    return gettext(
        "This text has %(n)s characters; %(limit)s fit. Shorten it or split it."
    ) % {"n": shown(count), "limit": shown(limit)}


_too_long = lazy(_count_characters, str)


def is_visible(text: str) -> bool:
    return any(unicodedata.category(c) not in _INVISIBLE for c in text)


@lru_cache(maxsize=2048)
def render(body: str) -> str:
    """Safe HTML of a stored body: paragraphs, line breaks and links only.

    Nothing that was typed is lost: two line feeds end a paragraph, every further one is
    a break, and the style sheet keeps runs of spaces (`.said`).
    """
    if not body:  # files alone
        return ""
    html = escape(body)
    if "://" in body or "@" in body:  # bleach costs 50 times what the rest does
        html = _linker().linkify(html)
    paragraphs = (p.replace("\n", "<br>") or "<br>" for p in html.split("\n\n"))
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def fold(text: str) -> str:
    """For searching: no accents, no case, single spaces ("Orléans" -> "orleans")."""
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^0-9a-z]+", " ", kept.casefold()).split())


def _linker() -> Linker:
    # One per call: html5lib's parser inside it is not safe across threads.
    return Linker(callbacks=[_absolute_only], parse_email=True)


def _absolute_only(
    attrs: dict[tuple[str | None, str], str], new: bool = False
) -> dict[tuple[str | None, str], str] | None:
    """Keeps a link only when its absolute address was typed; bleach also guesses."""
    href, typed = attrs.get((None, "href"), ""), attrs.get("_text", "")  # type: ignore[call-overload]
    scheme = urlsplit(href).scheme.lower()
    written = typed.lower().startswith(("http://", "https://")) or scheme == "mailto"
    if scheme not in LINK_SCHEMES or not written:
        return None
    attrs[(None, "rel")] = "noopener noreferrer nofollow"
    return attrs
