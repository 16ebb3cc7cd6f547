"""What the page of each act asks for. Types only: hub.actions judges the sense."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hub.actions.reception import AFTERWARDS, BEFORE_INTAKE
from hub.models.choices import (
    ClosureReason,
    DifficultyCategory,
    MilestoneKind,
    UnableReason,
    Urgency,
)

DATE_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y"]
NO_SUCH_DATE = _("Write a date that exists, for example 2026-11-25.")
Choices = list[tuple[str, Any]]


class DateField(forms.DateField):
    """A day; browsers without a calendar may type 25/11/2026."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            input_formats=DATE_FORMATS,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"required": _("Give the date."), "invalid": NO_SUCH_DATE},
            **options,
        )


class ActForm(forms.Form):
    """Without a field: the act needs nothing but the button."""


class DecisionForm(ActForm):
    """A clerk acts on a signed decision; judges need not say so."""

    holds_decision = forms.BooleanField(
        required=False, label=_("The signed decision is in the registry.")
    )


class ExpectedForm(ActForm):
    expected_on = DateField(label=_("First meeting expected on"))


class MilestoneForm(ActForm):
    """`opens`: before the interviews only contacts and interviews can be recorded."""

    kind = forms.ChoiceField(
        label=_("What took place"), error_messages={"required": _("Choose one.")}
    )
    on = DateField(label=_("On"))

    def __init__(self, *args: Any, opens: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = BEFORE_INTAKE if opens else AFTERWARDS
        self.fields["kind"].choices = choices(kinds)  # type: ignore[attr-defined]


class FirstVisitForm(ActForm):
    on = DateField(label=_("First meeting held on"))


class BodyForm(ActForm):
    body = forms.CharField(
        label=_("What is missing"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say it in a few words.")},
    )


class UnableForm(ActForm):
    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[("", _("Choose")), *UnableReason.choices],
        error_messages={"required": _("Choose a reason.")},
    )
    body = forms.CharField(
        label=_("For the judge"),
        help_text=_("Facts only. The judge is told at once (art. 1180-5 CPC)."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say it in a few words.")},
    )


class InterruptForm(ActForm):
    category = forms.ChoiceField(
        label=_("What kind of difficulty"),
        choices=[("", _("Choose")), *DifficultyCategory.choices],
        error_messages={"required": _("Choose one.")},
    )
    occurred_on = DateField(label=_("Happened on"))
    body = forms.CharField(
        label=_("What happened"),
        help_text=_(
            "Facts, without assessment. What counts for the decision is communicated "
            "to the parties (art. 16 CPC)."
        ),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Say it in a few words.")},
    )
    families_informed = forms.BooleanField(
        required=False, label=_("The families know of this report.")
    )
    child_protection_alert_made = forms.BooleanField(
        required=False,
        label=_("A child protection alert was made by its own way."),
    )


class DifficultyForm(InterruptForm):
    urgency = forms.ChoiceField(
        label=_("How soon the judge should answer"),
        choices=Urgency.choices,
        initial=Urgency.ANSWER_NEEDED,
    )
    field_order = ("category", "urgency", "occurred_on", "body")


class ProposeCloseForm(ActForm):
    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[
            ("", _("Choose")),
            *[
                (value, label)
                for value, label in ClosureReason.choices
                if value not in (ClosureReason.REVOKED, ClosureReason.REPLACED)
            ],
        ],
        error_messages={"required": _("Choose a reason.")},
    )


class CloseForm(ActForm):
    """Empty confirms what the centre proposed; otherwise the judge's own reason."""

    reason = forms.ChoiceField(
        label=_("Why"),
        required=False,
        choices=[
            ("", _("as the espace de rencontre proposes")),
            (ClosureReason.REVOKED.value, ClosureReason.REVOKED.label),
            (ClosureReason.REPLACED.value, ClosureReason.REPLACED.label),
            (ClosureReason.UNABLE.value, ClosureReason.UNABLE.label),
        ],
    )


class NotStartedForm(ActForm):
    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[
            (ClosureReason.NEVER_STARTED.value, ClosureReason.NEVER_STARTED.label),
            (ClosureReason.LAPSED.value, ClosureReason.LAPSED.label),
        ],
    )
    condition_met = forms.BooleanField(
        required=False,
        label=_("The condition that the decision states is met and recorded."),
    )


def choices(kinds: tuple[MilestoneKind, ...]) -> Choices:
    return [("", _("Choose")), *[(kind.value, kind.label) for kind in kinds]]
