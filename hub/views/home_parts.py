"""What every row of the home page is made of: its day in words, its act as a button.

The words of each reason are in home_rows.py, home_late.py and home_places.py.
"""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.agenda import Waiting, Why
from hub.calendar import today_in
from hub.jinja import clock, day_key, local_date

COMPOSER = "#body"  # the browser puts the cursor where the address points


@dataclass(frozen=True)
class Deed:
    """`posts`: the button alone does it. `about`: for who only hears the button."""

    label: str | Promise
    address: str
    about: str = ""
    posts: bool = False


@dataclass(frozen=True)
class Row:
    """One line of the page. `until`: the day it is due, in words."""

    waiting: Waiting
    title: str | Promise
    text: str
    until: str
    address: str
    deed: Deed
    other: Deed | None = None


def until(one: Waiting) -> str:
    """Like "by 2 December at the latest"; what is over is said to be late."""
    if one.due is None:
        return ""
    if one.why in BY_REASON:
        return BY_REASON[one.why] % {"day": local_date(one.due_day)}
    due, now = one.due, timezone.now()
    if not isinstance(due, datetime):
        is_over = due < today_in(one.departement)
        return (_WAS_DUE if is_over else _BY) % {"day": local_date(due)}
    is_over = due < now
    if day_key(due) == day_key(now):  # a moment is written by the reader's clock
        return (_WAS_DUE_TODAY if is_over else _BY_TODAY) % {"time": clock(due)}
    moment = f"{local_date(due)}, {clock(due)}"
    return (_WAS_DUE if is_over else _BY) % {"day": moment}


def thread_of(one: Waiting, anchor: str = "") -> str:
    if one.seat is None:
        return ""
    return reverse("hub:thread", args=[one.seat.thread_id]) + anchor


_BY = gettext_lazy("by %(day)s at the latest")
_WAS_DUE = gettext_lazy("late: it was due by %(day)s")
_BY_TODAY = gettext_lazy("today at %(time)s at the latest")
_WAS_DUE_TODAY = gettext_lazy("late: it was due today at %(time)s")
BY_REASON = {
    Why.PROPOSAL: gettext_lazy("without an answer it happens on %(day)s"),
    Why.DATE_PASSED: gettext_lazy("it was announced for %(day)s"),
    Why.CONTACT_PASSED: gettext_lazy("the time ended on %(day)s"),
    Why.TERM_PASSED: gettext_lazy("its last day was %(day)s"),
    Why.TERM_NEAR: gettext_lazy("its last day is %(day)s"),
    Why.LATE_RECEIPT: gettext_lazy("it was due by %(day)s"),
    Why.LATE_DATE: gettext_lazy("it was announced for %(day)s"),
    Why.LATE_ACKNOWLEDGEMENT: gettext_lazy("it was due by %(day)s"),
}


# Title, text, the act, and a second one.
Parts = tuple[str | Promise, str, Deed, Deed | None]


def reference_of(one: Waiting) -> str:
    return one.measure.reference if one.measure else ""


def act_page(one: Waiting, slug: str, label: str) -> Deed:
    where = reverse("hub:measure-act", args=[reference_of(one), slug])
    return Deed(label, f"{where}?retour=/", reference_of(one))


def reply(one: Waiting) -> Deed:
    return Deed(_("Reply"), thread_of(one, COMPOSER), reference_of(one))


def remind(one: Waiting) -> Deed:
    return Deed(_("Remind them"), thread_of(one, COMPOSER), reference_of(one))


def to_measure(one: Waiting, label: str) -> Deed:
    where = reverse("hub:measure", args=[reference_of(one)])
    return Deed(label, f"{where}#acts", reference_of(one))


def to_review(one: Waiting, label: str) -> Deed:
    where = reverse("hub:measure-review", args=[reference_of(one)])
    return Deed(label, where, reference_of(one))
