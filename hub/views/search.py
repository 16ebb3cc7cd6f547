"""Searching: the page of what was found, and the short answers of the palette.

What is found, and by whom, is hub.queries.search*. Nothing typed here is kept.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hub import permissions, questions
from hub.models import User
from hub.queries.search import Messages, messages_found
from hub.queries.search_measures import Measures, measures_found
from hub.queries.search_places import Place, centres_found, directory
from hub.queries.search_threads import seats_of
from hub.questions import Question
from hub.views.requests import person, whole_number

CENTRES_PER_PAGE = 10


@dataclass(frozen=True)
class Results:
    """Everything that one page shows. `centres` is None for who may not see any."""

    measures: Measures
    messages: Messages
    centres: "Page[Place] | None"

    @property
    def counts(self) -> tuple[int, int, int]:
        measures = self.measures.page.paginator.count + len(self.measures.past)
        centres = self.centres.paginator.count if self.centres else 0
        return measures, self.messages.page.paginator.count, centres


def search(request: HttpRequest) -> HttpResponse:
    """What fits all words of `q`. Each list has its own page in the address."""
    question = questions.read(request.GET.get("q", ""))
    context: dict[str, Any] = {"question": question, "addresses": {}}
    if question.terms:
        numbers = [_number(request, name) for name in PAGES]
        results = everything(person(request), question, *numbers)
        context |= {
            "results": results,
            "counts": results.counts,
            "addresses": {name: _rest(request, question, name) for name in PAGES},
        }
    return render(request, "search/search.html", context)


PAGES = ("mesures", "messages", "espaces")  # what each list's page is called


def everything(user: User, question: Question, *numbers: int) -> Results:
    """What the page shows. `numbers`: which page of each list, as PAGES names them."""
    mesures, messages, espaces = numbers
    sees_centres = permissions.may(user, "centre.read")
    places = directory()
    centres = centres_found(question, places.centres) if sees_centres else []
    fitting = Paginator(centres, CENTRES_PER_PAGE)
    seats = seats_of(user)
    return Results(
        measures_found(user, question, places, seats, mesures),
        messages_found(seats, question, messages),
        fitting.get_page(espaces) if sees_centres else None,
    )


def _number(request: HttpRequest, name: str) -> int:
    return whole_number(request.GET.get(name)) or 1


def _rest(request: HttpRequest, question: Question, name: str) -> str:
    """The address without this list's page: the others stay where they are."""
    numbers = {n: _number(request, n) for n in PAGES if n != name}
    turned = {n: number for n, number in numbers.items() if number > 1}
    return urlencode({"q": question.text, **turned})
