"""What waits for a place of work, on the home page: questions, waiting times, and what
the national service, the operator or another package has to see to.

Which are shown is hub.queries.agenda; measures are home_rows.py.
"""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.agenda import Waiting, Why
from hub.jinja import local_date
from hub.models import Centre, WaitingDeclaration
from hub.models.centres import VisitKind
from hub.views.home_parts import Deed, Row, until
from hub.waiting_words import weeks


def place_row(one: Waiting) -> Row:
    return BUILDERS[one.why](one)


def waiting_lines(found: list[WaitingDeclaration]) -> str:
    """Like "Visit on site: 7 weeks; handover of the child: no waiting"."""
    several = len({one.site_id for one in found}) > 1
    order = {kind: number for number, kind in enumerate(VisitKind.values)}
    lines = [
        _("%(what)s: %(weeks)s")
        % {"what": _where(one, several), "weeks": _in_weeks(one.weeks)}
        for one in sorted(found, key=lambda d: (order[d.visit_kind], d.site_id))
    ]
    return capfirst(", ".join(lines))


def _where(one: WaitingDeclaration, several: bool) -> str:
    kind = str(VisitKind(one.visit_kind).label)
    return f"{kind} ({one.site.city})" if several else kind


def _in_weeks(number: int) -> str:
    return weeks(number) if number else _("no waiting")


def _question(one: Waiting) -> Row:
    asked, centre = one.subject.request, one.subject.centre
    children = ngettext("%(num)s child", "%(num)s children", asked.children_count) % {
        "num": asked.children_count
    }
    kind = VisitKind(asked.visit_kind).label
    text = f"{capfirst(str(kind))}, {children}, {asked.court.departement}."
    where = reverse("hub:availability-request", args=[asked.pk])
    title = _("A court asks whether you have a place")
    deed = Deed(_("Answer"), where, centre.name)
    return Row(one, title, text, until(one), where, deed)


def _waiting_time(one: Waiting) -> Row:
    found: tuple[Centre, list[WaitingDeclaration]] = one.subject
    centre, declared = found
    change = reverse("hub:centre-waiting", args=[centre.code])
    if not declared:
        title = _("Declare your waiting time")
        text = _("Courts do not see yet how long a family would wait.")
        return Row(
            one, title, text, "", change, Deed(_("Declare"), change, centre.name)
        )
    oldest = min(each.declared_at for each in declared)
    text = _("%(lines)s. Declared on %(day)s.") % {
        "lines": waiting_lines(declared),
        "day": local_date(oldest),
    }
    numbers = {each.weeks for each in declared}
    label = _("Confirm, unchanged")
    if len(numbers) == 1:
        label = _("Confirm: %(weeks)s") % {"weeks": _in_weeks(numbers.pop())}
    confirm = reverse("hub:centre-waiting-unchanged", args=[centre.code])
    return Row(
        one, _("Is your waiting time still right?"), text, "", change,
        Deed(label, confirm, centre.name, posts=True),
        Deed(_("Change"), change, centre.name),
    )  # fmt: skip


def _no_receipts(one: Waiting) -> Row:
    title = ngettext(
        "%(num)s measure without a receipt", "%(num)s measures without a receipt",
        one.count,
    )  # fmt: skip
    text = ngettext(
        "In %(num)s espace de rencontre.", "In %(num)s espaces de rencontre.",
        one.subject,
    ) % {"num": one.subject}  # fmt: skip
    return _national(one, title, text, "sans-accuse")


def _unreachable(one: Waiting) -> Row:
    title = ngettext(
        "%(num)s espace de rencontre cannot be reached",
        "%(num)s espaces de rencontre cannot be reached",
        one.count,
    )
    text = _("Mail to the address of the service comes back.")
    return _national(one, title, text, "injoignables")


def _no_contact(one: Waiting) -> Row:
    title = ngettext(
        "%(num)s espace de rencontre without a contact",
        "%(num)s espaces de rencontre without a contact",
        one.count,
    )
    text = _("A measure sent there would be read by nobody.")
    return _national(one, title, text, "sans-contact")


def _stale(one: Waiting) -> Row:
    title = ngettext(
        "%(num)s espace de rencontre whose waiting time is old",
        "%(num)s espaces de rencontre whose waiting time is old",
        one.count,
    )
    text = _("Judges choose with these numbers.")
    return _national(one, title, text, "delais")


def _approvals(one: Waiting) -> Row:
    title = ngettext("%(num)s approval ends", "%(num)s approvals end", one.count)
    text = _("Without an approval in force no measure can be sent there.")
    return _national(one, title, text, "agrements")


def _files(one: Waiting) -> Row:
    title = ngettext(
        "%(num)s file waits to be checked",
        "%(num)s files wait to be checked",
        one.count,
    ) % {"num": one.count}
    text = _("The scanner or its worker does not answer. Nobody can open these files.")
    where = reverse("hub:readyz")
    return Row(one, title, text, "", where, Deed(_("See the state of the hub"), where))


def _other(one: Waiting) -> Row:
    assert one.words is not None
    said = one.words
    deed = Deed(said.button, said.address)
    return Row(one, said.title, said.text, until(one), said.address, deed)


def _national(one: Waiting, title: str, text: str, anchor: str) -> Row:
    where = reverse("hub:desk-of", args=["national"]) + f"#{anchor}"
    counted: dict[str, Any] = {"num": one.count}
    deed = Deed(_("See the list"), where, title % counted)
    return Row(one, title % counted, text, until(one), where, deed)


BUILDERS: dict[Why, Callable[[Waiting], Row]] = {
    Why.QUESTION: _question,
    Why.WAITING_TIME: _waiting_time,
    Why.NO_RECEIPTS: _no_receipts,
    Why.UNREACHABLE: _unreachable,
    Why.NO_CONTACT: _no_contact,
    Why.STALE: _stale,
    Why.APPROVALS: _approvals,
    Why.FILES: _files,
    Why.OTHER: _other,
}
