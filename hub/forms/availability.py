"""A question about room, and its answer, as pages send them. No field takes words."""

from typing import Any

from django import forms
from django.http import QueryDict

from hub.actions.availability import AgeBand, AvailabilityNeed
from hub.models.centres import VisitKind

LONGEST_NUMBER = 4  # characters; a longer number is nobody's


class QuestionForm(forms.Form):
    """Types only: what the numbers may be is judged by the action."""

    visit_kind = forms.ChoiceField(required=False, choices=VisitKind.choices)
    children_count = forms.CharField(required=False, max_length=LONGEST_NUMBER)
    visits_per_month = forms.CharField(required=False, max_length=LONGEST_NUMBER)
    age_bands = forms.MultipleChoiceField(required=False, choices=AgeBand.choices)
    needs = forms.MultipleChoiceField(required=False, choices=AvailabilityNeed.choices)

    def values(self) -> dict[str, Any]:
        """What hub.actions.availability.ask takes; nonsense becomes empty or 0."""
        self.is_valid()
        given = self.cleaned_data
        return {
            "visit_kind": given.get("visit_kind") or "",
            "children_count": number(given.get("children_count")) or 0,
            "visits_per_month": number(given.get("visits_per_month")) or 0,
            "age_bands": given.get("age_bands") or [],
            "needs": given.get("needs") or [],
        }


def answered_weeks(posted: QueryDict) -> tuple[int | None, bool]:
    """(weeks, whether it can be understood). "no place" is (None, True)."""
    if posted.get("place") == "none":
        return None, True
    weeks = number(posted.get("weeks"))
    return weeks, weeks is not None


def number(typed: str | None) -> int | None:
    typed = (typed or "").strip()
    if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER:
        return int(typed)
    return None
