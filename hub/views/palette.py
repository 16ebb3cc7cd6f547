"""The palette's short answers: where one can go by typing a few letters.

The same queries as the page of the search, so the same rights; what may be done at all
is asked of the matrix, as every route does.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub import permissions, questions
from hub.models import Participant, User
from hub.queries.search_measures import Case, measures_found
from hub.queries.search_places import (
    Place,
    all_languages,
    centres_named,
    directory,
)
from hub.queries.search_threads import recent_threads, seats_of
from hub.questions import Name, Question
from hub.views.requests import person

SHOWN = 5  # of each kind: more is for the page

# Where to, and what it is called there or by people.
COMMANDS = (
    ("hub:home", gettext_lazy("Home")),
    ("hub:measure-new", gettext_lazy("New measure")),
    ("hub:desk", gettext_lazy("Desk")),
    ("hub:centres", gettext_lazy("Espaces de rencontre")),
    ("hub:availability", gettext_lazy("Questions about places")),
    ("hub:answers", gettext_lazy("Standard answers")),
    ("hub:absences", gettext_lazy("My absences")),
    ("notifications:preferences", gettext_lazy("Preferences")),
    ("hub:sessions", gettext_lazy("My sessions")),
    ("hub:figures", gettext_lazy("Key figures")),
)
Item = dict[str, str]  # label, detail, href
Group = dict[str, Any]  # name, items; everywhere: it leads to the search's page


def palette(request: HttpRequest) -> JsonResponse:
    """Groups of places to go to, the likeliest first; without words the usual ones."""
    user, question = person(request), questions.read(request.GET.get("q", ""))
    groups = _found(user, question) if question.terms else _usual(user)
    shown: list[Group] = [
        {"name": name, "items": items} for name, items in groups if items
    ]
    if question.terms:
        item = _everything(question, beside=bool(shown))
        shown.append({"name": _("Search"), "items": [item], "everywhere": True})
    return JsonResponse({"groups": shown})


def _usual(user: User) -> Iterator[tuple[str, list[Item]]]:
    yield _("Last threads"), [_last(seat) for seat in recent_threads(user)[:SHOWN]]
    yield _("Go to"), _commands(user, Question(""))


def _found(user: User, question: Question) -> Iterator[tuple[str, list[Item]]]:
    places = directory()
    found = measures_found(user, question, places, seats_of(user), 1)
    cases = found.rows[:SHOWN]
    threads = [case for case in cases if case.known.thread]
    yield _("Threads"), [_thread(case) for case in [*threads, *found.past][:SHOWN]]
    yield _("Measures"), [_measure(case) for case in cases]
    sees_centres = permissions.may(user, "centre.read")
    fitting = centres_named(question, places.centres if sees_centres else [])
    yield (
        _("Espaces de rencontre"),
        [_centre(place) for place in islice(fitting, SHOWN)],
    )
    yield _("Go to"), _commands(user, question)


def _thread(case: Case) -> Item:
    """With the kind that is in force, as the measure's own line says it."""
    centre = case.centre.name if case.centre else ""
    known = case.known
    return _to_thread(
        known.thread, known.reference, case.kind_label, case.court, centre
    )


def _last(seat: Participant) -> Item:
    designation = seat.thread.designation
    measure = designation.measure
    about = (designation.kind_label, measure.court.name, designation.centre.name)
    return _to_thread(seat.thread_id, measure.reference, *about)


def _to_thread(thread: UUID | None, reference: str, *about: str) -> Item:
    words = _("Thread of %(reference)s") % {"reference": reference}
    where = reverse("hub:thread", args=[thread])
    return {"label": words, "detail": _joined(*about), "href": f"{where}#nouveaux"}


def _measure(case: Case) -> Item:
    reference = case.known.reference
    words = _("Measure %(reference)s") % {"reference": reference}
    where = reverse("hub:measure", args=[reference])
    about = _joined(case.kind_label, case.state_label, case.court)
    return {"label": words, "detail": about, "href": where}


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _centre(place: Place) -> Item:
    where = reverse("hub:centre", args=[place.code])
    return {"label": place.name, "detail": place.departement, "href": where}


def _everything(question: Question, *, beside: bool) -> Item:
    words = (
        _("“%(words)s” in the messages too")
        if beside
        else _("Look for “%(words)s” in the messages")
    )
    words %= {"words": question.text}
    where = f"{reverse('hub:search')}?{urlencode({'q': question.text})}"
    return {"label": words, "detail": "", "href": where}


def _commands(user: User, question: Question) -> list[Item]:
    return [
        {"label": str(label), "detail": "", "href": reverse(route)}
        for route, label in COMMANDS
        if _may_open(user, route) and all(map(_named(label).fits, question.terms))
    ]


def _may_open(user: User, route: str) -> bool:
    right = permissions.route_right(route, "GET")
    everybody = (permissions.PUBLIC, permissions.SIGNED_IN)
    return right in everybody or (right is not None and permissions.may(user, right))


def _named(label: Any) -> Name:
    return Name(*all_languages(label))
