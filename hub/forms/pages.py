"""Messages and sign-in, as pages send them."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from hub.posting import Draft


class MessageForm(forms.Form):
    """The composer. Length and characters are judged by the action, for all doors."""

    id = forms.UUIDField(required=False)
    body = forms.CharField(required=False, strip=False)
    needs_ack = forms.BooleanField(required=False)
    urgent = forms.CharField(required=False)
    is_urgent = forms.BooleanField(required=False)
    for_case_file = forms.BooleanField(required=False)
    corrects = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)

    def draft(
        self,
        thread: uuid.UUID,
        author: uuid.UUID,
        attachments: tuple[uuid.UUID, ...] = (),
    ) -> Draft:
        """The draft as typed; a raw field that Django refused counts as typed too."""
        given = self.cleaned_data
        urgent = given.get("urgent") or ""
        return Draft(
            thread=thread,
            author=author,
            id=given.get("id") or uuid.uuid4(),
            body=self.data.get("body", "").replace("\r\n", "\n"),
            needs_ack=given["needs_ack"],
            urgent=(urgent or " ") if given["is_urgent"] else urgent,
            for_case_file=given["for_case_file"],
            corrects=given.get("corrects"),
            attachments=attachments,
        )


class AddressForm(forms.Form):
    email = forms.EmailField(
        max_length=254,
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("Write the address in full, for example name@example.fr."),
            "max_length": _("This address is too long."),
        },
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=20, error_messages={"required": _("Write the 6 digits.")}
    )
