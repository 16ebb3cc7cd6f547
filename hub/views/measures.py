"""A measure's page: what was ordered, for whom, where the thread is, what misses."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hub import permissions, wording
from hub.calendar import local_day
from hub.models import Measure, MeasureTerms, SafetyContext
from hub.models.choices import MeasureState
from hub.queries.acts import possible
from hub.queries.measures import contents_of, designations_for, versions_of
from hub.views.acts import buttons
from hub.views.order_documents import document_context
from hub.views.requests import person
from hub.views.steps import step_address


@dataclass
class Version:
    """One version of the terms in words, and what it changed; nothing in the first."""

    terms: MeasureTerms
    lines: list[wording.Line]
    phases: list[str]
    changes: list[tuple[str, str, str]]


def measure(request: HttpRequest, reference: str) -> HttpResponse:
    user = person(request)
    found = permissions.measure_for(user, reference)
    can = possible(user, found)
    rights = can.rights
    contents = contents_of(found, with_safety="safety.read" in rights)
    versions = _in_words(versions_of(found))
    today = local_day(timezone.now(), found.court.departement_id)
    draft = found.state == MeasureState.DRAFT
    missing = contents.missing if draft and "measure.edit" in rights else []
    context = {
        "measure": found,
        "contents": contents,
        "designations": designations_for(user, found),
        **document_context(request, found),
        "can": can,
        "acts": buttons(can, found),
        "current": versions[-1] if versions else None,
        "versions": versions[::-1],
        "ages": wording.ages(contents.children, today),
        "children": [(child, child.age(today)) for child in contents.children],
        "sees_safety": "safety.read" in rights,
        "safety": safety_lines(contents.safety) if contents.safety else [],
        "missing": [(one, step_address(reference, one.step)) for one in missing],
        "continues_at": _next_step(found, [one.step for one in missing]),
        "may_edit": draft and "measure.edit" in rights,
        "sent_by_us": not draft and "measure.edit" in rights,
        "may_discard": draft and _never_sent(found),
    }
    return render(request, "measures/measure.html", context)


def safety_lines(safety: SafetyContext) -> list[str]:
    """What is ticked, as the form words it."""
    return [label for name, label in wording.safety_labels() if getattr(safety, name)]


def _in_words(versions: list[MeasureTerms]) -> list[Version]:
    earlier = [None, *versions]
    return [
        Version(
            terms,
            wording.describe(terms),
            wording.describe_phases(list(terms.phases.all())),
            wording.differences(before, terms) if before else [],
        )
        for before, terms in zip(earlier, versions, strict=False)
    ]


def _next_step(measure: Measure, lacking: list[str]) -> str:
    """The first step in which something is missing, else the review."""
    return step_address(measure.reference, lacking[0] if lacking else "relire")


def _never_sent(measure: Measure) -> bool:
    """A first version that nobody froze; the action asks the record itself."""
    terms = measure.terms
    return bool(terms and terms.version == 1 and terms.frozen_at is None)
