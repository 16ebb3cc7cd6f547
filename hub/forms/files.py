"""What is asked about files."""

from django import forms
from django.utils.translation import gettext_lazy as _

from hub.actions.originals import OriginalReason


class OriginalForm(forms.Form):
    """Why somebody needs the bytes exactly as they were sent."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose")), *OriginalReason.choices],
        error_messages={
            "required": _("Choose why you need the original."),
            "invalid_choice": _("Choose why you need the original."),
        },
    )
