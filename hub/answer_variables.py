"""The variables of standard answers: the closed list, their check, their values.

Pure: no query. None of them names a parent or a child; such a name is typed by a
person, who sees where it goes.
"""

import difflib
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from hub import text
from hub.calendar import local_day
from hub.days import in_words
from hub.models import Measure, Membership, Participant, Role, User

# The words of an answer are part of a French legal record, whatever language the
# person who inserts them reads.
LANGUAGE = "fr"
_VARIABLE = re.compile(r"\{([^{}]*)\}")


class Variable(NamedTuple):
    """`name` is what is typed between braces; `example` fills the preview."""

    name: str
    meaning: Promise
    example: str


VARIABLES = (
    Variable("reference", _("the reference of the measure"), "M-7K3F-92QX"),
    Variable(
        "centre",
        _("the name of the designated espace de rencontre"),
        "Espace de rencontre Les Glycines (fictif)",
    ),
    Variable(
        "juridiction", _("the name of the court"), "Tribunal judiciaire de Nantes"
    ),
    Variable("date_decision", _("the date of the decision"), "29 septembre 2026"),
    Variable(
        "date_transmission",
        _("the day on which the measure was transmitted"),
        "2 octobre 2026",
    ),
    Variable("prenom_nom", _("first and last name of who writes"), ""),
    Variable("fonction", _("role of who writes"), ""),
    Variable("organisation", _("organisation of who writes"), ""),
    Variable("aujourd_hui", _("the day of today"), "23 novembre 2026"),
)
_NAMES = [variable.name for variable in VARIABLES]


def canonical(typed: str) -> str:
    """The same text with its variables spelled as listed: "{ Référence }" is known.

    Raises ValueError with a sentence for a person: an unknown variable, a lone brace.
    """
    checked = _VARIABLE.sub(lambda found: "{" + _known(found[1]) + "}", typed)
    rest = _VARIABLE.sub("", checked)
    if "{" in rest or "}" in rest:
        raise ValueError(
            gettext(
                "A brace is alone: write a variable between { and }, for example "
                "{reference}, and no other brace."
            )
        )
    return checked


def fill(body: str, values: Mapping[str, str]) -> str:
    """The text with each variable replaced, once: a value is never read again."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), body)


def example(place: Membership, user: User) -> dict[str, str]:
    """What a preview shows to this person of this court or centre."""
    values = {variable.name: variable.example for variable in VARIABLES}
    ours = "juridiction" if place.court_id else "centre"
    return values | _of_writer(place, user) | {ours: place.organisation}


def values_in(seat: Participant, user: User, now: datetime) -> dict[str, str]:
    """The values in a thread, for whoever sits there: nothing that its page hides.

    Without a query, from a seat of `permissions.seat_in_thread`.
    """
    designation = seat.thread.designation
    measure: Measure = designation.measure
    where, sent = measure.court.departement_id, designation.transmitted_at
    return {
        "reference": measure.reference,
        "centre": designation.centre.name,
        "juridiction": measure.court.name,
        "date_decision": _day(measure.decided_on),
        "date_transmission": _day(local_day(sent, where) if sent else None),
        "aujourd_hui": _day(local_day(now, where)),
        **_of_writer(seat.membership, user),
    }


def _of_writer(place: Membership, user: User) -> dict[str, str]:
    with override(LANGUAGE):
        role = str(Role(place.role).label)
    return {
        "prenom_nom": user.name,
        "fonction": role,
        "organisation": place.organisation,
    }


def _day(day: date | None) -> str:
    """A gap that whoever writes must see and fill, where there is no date."""
    return in_words(day, locale=LANGUAGE) if day else "[date]"


def _known(typed: str) -> str:
    name = text.fold(typed).replace(" ", "_")
    if name in _NAMES:
        return name
    close = difflib.get_close_matches(name, _NAMES, n=1)
    shown = typed.strip()[:40]
    if close:
        raise ValueError(
            gettext("{%(typed)s} is not known: did you mean {%(close)s}?")
            % {"typed": shown, "close": close[0]}
        )
    raise ValueError(
        gettext("{%(typed)s} is not a variable. Those that exist: %(names)s.")
        % {"typed": shown, "names": ", ".join(f"{{{name}}}" for name in _NAMES)}
    )
