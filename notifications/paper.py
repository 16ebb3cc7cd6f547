"""From words to the two bodies of a mail: the templates of templates/emails/.

They are read and compiled once; a template that fails, fails for one mail.
"""

import re
from datetime import date
from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.template import engines
from django.utils import translation
from django.utils.translation import gettext as _
from jinja2 import Environment, Template

from notifications import line_words
from notifications.kinds import Kind
from notifications.letter_facts import Known
from notifications.said import Said, preferences_page

# Kinds with a template of their own; all others are a notice.
_GAPS = re.compile(r"\n(?:[ \t]*\n){2,}")
OWN = {Kind.MESSAGES: "unread", Kind.DIGEST: "digest"}


class Empty(ValueError):
    """A mail that would say nothing."""


def bodies(known: Known, said: Said, reference: str) -> tuple[str, str]:
    """Text and HTML, in the language that is active. Raises Empty, and whatever a
    template raises."""
    if not said.title or not (said.sentences or known.lines):
        raise Empty
    name = OWN.get(known.kind, "notice")
    context = context_of(known, said, reference)
    text = _template(f"{name}.txt", known.language)
    html = _template(f"{name}.html", known.language)
    return _without_gaps(text.render(context)), html.render(context)


def context_of(known: Known, said: Said, reference: str) -> dict[str, Any]:
    return {
        "language": known.language,
        "title": said.title,
        "name": known.name,
        "sentences": said.sentences,
        **_waiting(known),
        "about": _about(known),
        "button": said.button,
        "link": known.link or settings.BASE_URL + said.path,
        "notes": _notes(known.link_until, bool(known.excerpts), known.language),
        "mail_reference": reference,
        "preferences": settings.BASE_URL + preferences_page(),
        "support": settings.MAIL.mail_support,
    }


def _waiting(known: Known) -> dict[str, Any]:
    """What is counted, for the two kinds that count."""
    if not known.lines:
        return {}
    at = {"moment": line_words.moment(known.at)}
    if known.kind == Kind.DIGEST:
        intro = _("On %(moment)s, this waits for you:") % at
        return {"intro": intro, "sections": line_words.sections(known.lines, known.at)}
    return {
        "intro": _("On %(moment)s, you have not yet read:") % at,
        "rows": line_words.rows(known.lines, known.at),
        "excerpts": [
            {"at": line_words.moment(one.at), "text": one.text}
            for one in known.excerpts
        ],
    }


def _about(known: Known) -> str:
    if not known.place:
        return ""
    return _("It is about measure %(reference)s, with: %(place)s.") % {
        "reference": known.reference,
        "place": known.place,
    }


@lru_cache(maxsize=64)
def _notes(link_until: date | None, full: bool, language: str) -> tuple[str, ...]:
    """What the reader can rely on; each sentence follows what is really so.

    `language`: the active one, as a key.
    """
    if link_until:
        until = {"day": line_words.long_day(link_until)}
        way_back = [
            _("Opening the link changes nothing and marks nothing as read."),
            _(
                "It works until %(day)s, as often as you need it, for you only: a "
                "browser that you use here for the first time asks for a code."
            )
            % until,
            _("Nobody reads answers to this e-mail: please use the link."),
        ]
    else:
        way_back = [
            _("Nobody reads answers to this e-mail: please sign in to the hub.")
        ]
    if full:
        holds = _(
            "This e-mail holds messages about a family, because your mailbox is "
            "trusted with them. Please do not forward it."
        )
    else:
        holds = _(
            "To protect families, this e-mail holds no message, no name of theirs "
            "and no case number."
        )
    return (*way_back, holds)


def _without_gaps(text: str) -> str:
    """Optional parts leave empty lines behind."""
    return _GAPS.sub("\n\n", text).strip() + "\n"


@lru_cache(maxsize=16)
def _template(name: str, language: str) -> Template:
    """Compiled for one language: asking for each word anew is half of a mail's cost.

    What `_` returns is plain text, which templates of HTML escape with its values.
    """
    engine: Any = engines["jinja2"]
    environment: Environment = engine.env.overlay()
    environment.globals = {**environment.globals, "_": partial(_say, language)}
    return environment.get_template(f"emails/{name}")


def _say(language: str, words: str, **values: object) -> str:
    return _translated(language, words) % values


@lru_cache(maxsize=512)
def _translated(language: str, words: str) -> str:
    with translation.override(language):
        return translation.gettext(words)
