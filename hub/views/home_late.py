"""What the other side is late with, on the home page, and the act that helps.

Which delays count is hub.queries.agenda_late.
"""

from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.agenda import Waiting, Why
from hub.jinja import local_date
from hub.views.home_parts import COMPOSER, Deed, Parts, reference_of, remind, thread_of


def _late_receipt(one: Waiting) -> Parts:
    text = ""
    if one.subject:
        text = _("The hub reminded them on %(day)s.") % {"day": local_date(one.subject)}
    return _("No receipt of the measure"), text, remind(one), None


def _late_date(one: Waiting) -> Parts:
    deed = Deed(_("Ask for a date"), thread_of(one, COMPOSER), reference_of(one))
    return _("First meeting not held"), "", deed, None


def _late_wait(one: Waiting) -> Parts:
    weeks = (timezone.now() - one.since).days // 7
    text = ngettext(
        "%(weeks)s week of waiting for %(declared)s declared.",
        "%(weeks)s weeks of waiting for %(declared)s declared.",
        weeks,
    ) % {"weeks": weeks, "declared": one.subject}
    deed = Deed(_("Ask for a date"), thread_of(one, COMPOSER), reference_of(one))
    return _("Longer than declared"), text, deed, None


def _late_acknowledgement(one: Waiting) -> Parts:
    title = ngettext(
        "%(num)s acknowledgement is missing",
        "%(num)s acknowledgements are missing",
        one.count,
    ) % {"num": one.count}
    return title, "", remind(one), None


def _late_answer(one: Waiting) -> Parts:
    return _("No answer"), "", remind(one), None


LATE: dict[Why, Callable[[Waiting], Parts]] = {
    Why.LATE_RECEIPT: _late_receipt,
    Why.LATE_DATE: _late_date,
    Why.LATE_WAIT: _late_wait,
    Why.LATE_ACKNOWLEDGEMENT: _late_acknowledgement,
    Why.LATE_ANSWER: _late_answer,
}
