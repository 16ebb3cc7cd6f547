"""What a page of a measure's form shows: its step, its fields, what is still needed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from hub import languages
from hub.completeness import CENTRE, DECISION, TERMS
from hub.forms.fields import Filled
from hub.forms.measure_fields import ASKED, LISTS, STEPS
from hub.forms.measure_steps import shown
from hub.jinja import clock
from hub.models import Measure, User
from hub.queries.measures import contents_of, judges_of
from hub.views.order_documents import document_context

REVIEW = "relire"
ORDER = (*STEPS, CENTRE, REVIEW)  # the last two are pages of their own
ELSEWHERE = {CENTRE: "hub:measure-centre", REVIEW: "hub:measure-review"}
MOST_ROWS = 40  # what a page shows again, however many were sent


def step_address(reference: str, step: str) -> str:
    """Where a step is asked, by the names that hub.completeness uses."""
    if step in ELSEWHERE:
        return reverse(ELSEWHERE[step], args=[reference])
    return reverse("hub:measure-step", args=[reference, step])


def step_page(
    request: HttpRequest,
    measure: Measure,
    step: str,
    filled: Filled | None = None,
    status: int = 200,
    *,
    add: str = "",
    refused: str = "",
    stale: bool = False,
) -> HttpResponse:
    """As saved, or as `filled` in. `add`: a kind of row that gets one more.

    `refused`: why it could not be saved. `stale`: each field then shows beside what is
    typed what somebody else saved meanwhile.
    """
    contents = contents_of(measure, with_safety=True)
    saved = shown(step, contents)
    needed = {one.field for one in contents.missing if one.step == step}
    place = ORDER.index(step)
    context = {
        "measure": measure,
        "contents": contents,
        "step": step,
        "steps": steps_of(measure, {one.step for one in contents.missing}),
        "missing": [
            (one, step_address(measure.reference, one.step)) for one in contents.missing
        ],
        "before": step_address(measure.reference, ORDER[place - 1]) if place else "",
        "form": form_context(
            filled or saved,
            needed=needed,
            asked=ASKED[step],
            add=add,
            saved=saved if stale else None,
        ),
        "refused": refused,
        "said": saved_sentence(measure) if measure.revision else "",
        "judges": judges_for(measure, step),
        "lists": LISTS,
        "languages": languages.groups() if step == TERMS else [],
        **(document_context(request, measure) if step == DECISION else {}),
    }
    return render(request, "measures/step.html", context, status=status)


def steps_of(measure: Measure, lacking: set[str]) -> list[dict[str, Any]]:
    """For the macro `stepper`: key, address, and whether nothing is needed there."""
    return [
        {
            "key": key,
            "href": step_address(measure.reference, key),
            "done": key != REVIEW and key not in lacking,
        }
        for key in ORDER
    ]


def form_context(
    filled: Filled,
    *,
    needed: set[str] | None = None,
    asked: tuple[str, ...] = (),
    add: str = "",
    saved: Filled | None = None,
) -> dict[str, Any]:
    """What the macros of measures/fields.html take. Errors are in the page's order."""
    places = {name: n for n, name in enumerate(filled.typed)}
    in_order = sorted(filled.errors, key=lambda name: places.get(name, len(places)))
    return {
        "typed": filled.typed,
        "errors": {name: filled.errors[name] for name in in_order},
        "rows": {
            kind: _row_count(kind, filled, saved) + (kind == add)
            for kind in ("child", "third", "phase")
        },
        "needed": needed or set(),
        "asked": asked,
        "saved": _saved_otherwise(filled, saved) if saved else {},
    }


def saved_sentence(measure: Measure) -> str:
    return _("Draft saved at %(time)s. Nobody outside your court sees it.") % {
        "time": clock(measure.changed_at)
    }


def judges_for(measure: Measure, step: str) -> list[User]:
    """Whom the step lets choose, the present judge among them; only one step asks."""
    if step != DECISION:
        return []
    judges = [place.user for place in judges_of([measure.court])]
    return judges if measure.judge in judges else [measure.judge, *judges]


def _row_count(kind: str, filled: Filled, saved: Filled | None) -> int:
    counts = [filled.rows.get(kind, 0), 1 if kind == "child" else 0]
    if saved:
        counts.append(saved.rows.get(kind, 0))
    return min(max(counts), MOST_ROWS)


def _saved_otherwise(filled: Filled, saved: Filled) -> dict[str, str]:
    return {
        name: saved.words.get(name, _("nothing"))
        for name in {**saved.typed, **filled.typed}
        if filled.typed.get(name, "") != saved.typed.get(name, "")
    }
