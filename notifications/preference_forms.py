"""Forms of the preferences page: types only, sense is notifications.preferences."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from hub.forms.organisations import checked
from hub.models import User
from hub.zones import NAMES
from notifications.kinds import RULES, Frequency, Subject
from notifications.models import Preference
from notifications.moments import local_moment
from notifications.preferences import Chosen

TIME = {
    "required": _("Write a time."),
    "invalid": _("Write a time like 08:30."),
}
CHOICE = {
    "required": _("Choose one of the list."),
    "invalid": _("Choose one of the list."),
    "invalid_choice": _("Choose one of the list."),
}
WEEKDAYS = (
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
)
# Subjects as the page lists them, with the reason of those nobody can silence.
FLOOR_REASONS = {
    Subject.URGENT: _(
        "Always at once: the judge must hear of an immediate difficulty without "
        "delay (art. 1180-5 CPC)."
    ),
    Subject.ACCOUNT: _("Always at once: you must hear of what touches your account."),
}


def _time(*, required: bool = True) -> forms.TimeField:
    formats = ["%H:%M", "%H:%M:%S", "%Hh%M", "%H h %M"]
    return forms.TimeField(
        input_formats=formats, error_messages=TIME, required=required
    )


class PreferencesForm(forms.Form):
    """The page as a whole; one field `f-SUBJECT` for each that can be chosen."""

    quiet_from = _time(required=False)
    quiet_until = _time(required=False)
    quiet_weekend = forms.BooleanField(required=False)
    zone = forms.ChoiceField(
        choices=[("", ""), *NAMES.items()], required=False, error_messages=CHOICE
    )
    locale = forms.ChoiceField(
        choices=[("", ""), *settings.LANGUAGES], required=False, error_messages=CHOICE
    )
    substitute = forms.IntegerField(
        required=False, min_value=1, max_value=2**62, error_messages=CHOICE
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for subject, rule in RULES.items():
            if not rule.is_floor:
                self.fields[f"f-{subject}"] = forms.ChoiceField(
                    choices=Frequency.choices, required=False, error_messages=CHOICE
                )

    def chosen(self) -> Chosen:
        """Raises InvalidInput. A subject that was not sent stays the usual."""
        given = checked(self)
        return Chosen(
            frequencies={
                subject: given[f"f-{subject}"]
                for subject in RULES
                if given.get(f"f-{subject}")
            },
            quiet_from=given["quiet_from"],
            quiet_until=given["quiet_until"],
            quiet_weekend=given["quiet_weekend"],
            zone=given["zone"],
            locale=given["locale"] if "locale" in self.data else None,
            substitute=given["substitute"],
        )


class HearingForm(forms.Form):
    weekday = forms.TypedChoiceField(
        choices=WEEKDAYS, coerce=int, error_messages=CHOICE
    )
    begins = _time()
    ends = _time()


class AudienceForm(forms.Form):
    until = _time()

    def moment(self, now: datetime, zone: ZoneInfo) -> datetime:
        """That time today, in the person's zone. Raises InvalidInput."""
        at: time = checked(self)["until"]
        return local_moment(now.astimezone(zone).date(), at, zone)


def typed(user: User, chosen: Preference) -> dict[str, str]:
    """Stored choices as the fields of the page hold them."""
    fields = {
        f"f-{subject}": str((chosen.frequencies or {}).get(subject, rule.usual))
        for subject, rule in RULES.items()
    }
    begins, ends = chosen.quiet_from, chosen.quiet_until
    return fields | {
        "quiet_from": f"{begins:%H:%M}" if begins else "",
        "quiet_until": f"{ends:%H:%M}" if ends else "",
        "quiet_weekend": "on" if chosen.quiet_weekend else "",
        "zone": user.zone,
        "locale": user.locale,
        "substitute": str(chosen.substitute_id or ""),
    }
