"""A measure on the home page: its reason in words, and its next act.

Which measures are shown is hub.queries.agenda; delays of the other side are in
home_late.py, what is no measure in home_places.py.
"""

from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.agenda import Waiting, Why
from hub.jinja import clock, local_date, reason_name
from hub.models.choices import DifficultyCategory, MeasureState
from hub.models.follow_up import ProposalKind
from hub.views.home_late import LATE
from hub.views.home_parts import (
    Deed,
    Parts,
    Row,
    act_page,
    reference_of,
    reply,
    thread_of,
    to_measure,
    to_review,
    until,
)


def measure_row(one: Waiting) -> Row:
    """A row about a measure, in the words of its reason."""
    title, text, deed, other = BUILDERS[one.why](one)
    measure = one.measure
    assert measure is not None
    where = thread_of(one) or reverse("hub:measure", args=[measure.reference])
    if one.why == Why.UNANSWERED:
        where = deed.address  # a chief clerk reads no measure
    return Row(one, title, text, until(one), where, deed, other)


def _decide(one: Waiting) -> Parts:
    text = _("The meetings are suspended until the court decides.")
    if one.who:
        text = _("%(who)s reported it.") % {"who": one.who} + " " + text
    deed = to_measure(one, _("Decide"))
    return _("Meetings interrupted for safety"), text, deed, reply(one)


def _redesignate(one: Waiting) -> Parts:
    text = _("The decision stands until another espace de rencontre is designated.")
    where = reverse("hub:measure-centre", args=[reference_of(one)])
    deed = Deed(_("Choose another one"), where, reference_of(one))
    return _("The espace de rencontre cannot take it up"), text, deed, None


def _proposal(one: Waiting) -> Parts:
    proposal = one.subject
    titles = {
        ProposalKind.CLOSE: _("End of the measure proposed"),
        ProposalKind.NOT_STARTED: _("End proposed: nobody came"),
        ProposalKind.REOPEN: _("Reopening proposed: closed by mistake"),
    }
    title = _("A proposal to answer") if proposal is None else titles[proposal.kind]
    text = _("Proposed by %(who)s.") % {"who": one.who} if one.who else ""
    if proposal and proposal.reason:
        text = _("Proposed by %(who)s: %(reason)s.") % {
            "who": one.who,
            "reason": reason_name(proposal.reason),
        }
    return title, text, to_measure(one, _("Answer the proposal")), None


def _difficulty(one: Waiting) -> Parts:
    told, is_judge = one.subject
    title = _("Difficulty: %(category)s") % {
        "category": told.report.get_category_display()
    }
    text = _("Reported by %(who)s.") % {"who": one.who}
    if is_judge and told.said_at:
        day = f"{local_date(told.said_at)}, {clock(told.said_at)}"
        text += " " + _("The registry answered on %(day)s.") % {"day": day}
    if told.due is None:
        text += " " + _("Receipt acknowledged.")
    expected = (
        _("Your answer is expected")
        if is_judge
        else _("The judge’s answer is expected")
    )
    read = Deed(_("Read"), thread_of(one, f"#m-{one.seq}"), reference_of(one))
    return title, f"{text} {expected}.", reply(one), read


def _receipt(one: Waiting) -> Parts:
    deed = to_measure(one, _("Read and acknowledge"))
    return (
        _("New measure"),
        _("The court is waiting for your acknowledgement."),
        deed,
        None,
    )


def _acknowledgement(one: Waiting) -> Parts:
    title = ngettext(
        "%(num)s message asks for your acknowledgement",
        "%(num)s messages ask for your acknowledgement",
        one.count,
    ) % {"num": one.count}
    if one.subject and one.count == 1:
        category = DifficultyCategory(one.subject).label
        title = _("Difficulty: %(category)s") % {"category": category}
    text = _("Asked for by %(who)s.") % {"who": one.who}
    where = thread_of(one, f"#m-{one.seq}")
    deed = Deed(_("Read and acknowledge"), where, reference_of(one))
    replies = one.seat and one.seat.thread.awaits == one.seat.membership.side
    return title, text, deed, reply(one) if replies else None


def _information(one: Waiting) -> Parts:
    title = _("Information or a document is missing")
    return title, _("The espace de rencontre asks for it."), reply(one), None


def _date(one: Waiting) -> Parts:
    deed = act_page(one, "acceptation", _("Accept and give a date"))
    other = act_page(one, "impossibilite", _("Cannot be taken up"))
    return _("No date yet for the first meeting"), "", deed, other


def _asked_something(one: Waiting) -> Parts:
    text = _("Last message: %(who)s.") % {"who": one.who} if one.who else ""
    return _("Your answer is expected"), text, reply(one), None


def _date_passed(one: Waiting) -> Parts:
    title = _("The day of the first meeting has passed")
    slug, label = "date", _("Propose another date")
    if one.measure and one.measure.state == MeasureState.INTAKE:
        slug, label = "premiere-rencontre", _("Record the first meeting")
    return title, "", act_page(one, slug, label), None


def _contact_passed(one: Waiting) -> Parts:
    title = _("Nobody made contact in the time that the decision sets")
    other = act_page(one, "etape", _("Record a contact"))
    return title, "", act_page(one, "difficulte", _("Tell the court")), other


def _term_passed(one: Waiting) -> Parts:
    deed = act_page(one, "proposition-de-fin", _("Propose to close"))
    return _("The measure has reached its term"), "", deed, None


def _term_near(one: Waiting) -> Parts:
    text = _("See whether something has to follow.")
    return _("The measure ends soon"), text, to_measure(one, _("Open")), None


def _draft(one: Waiting) -> Parts:
    text = ngettext(
        "%(num)s thing is still needed.", "%(num)s things are still needed.", one.count
    ) % {"num": one.count}
    return _("Draft to complete"), text, to_review(one, _("Complete")), None


def _ready(one: Waiting) -> Parts:
    text = _("Prepared by %(who)s.") % {"who": one.who} if one.who else ""
    deed = to_review(one, _("Review and transmit"))
    return _("Ready to be reviewed and transmitted"), text, deed, None


def _unanswered(one: Waiting) -> Parts:
    assert one.measure is not None
    desk = reverse("hub:desk-of", args=[one.measure.court.code])
    deed = Deed(_("Give a colleague a place"), f"{desk}#juridiction", reference_of(one))
    text = _("Judge: %(who)s.") % {"who": one.who}
    return _("Nobody has answered a difficulty"), text, deed, None


def _news(one: Waiting) -> Parts:
    number = one.seat.unread if one.seat else 0
    title = ngettext("%(num)s new message", "%(num)s new messages", number)
    deed = Deed(_("Read"), thread_of(one, "#nouveaux"), reference_of(one))
    return title % {"num": number}, "", deed, None


BUILDERS: dict[Why, Callable[[Waiting], Parts]] = {
    Why.DECIDE: _decide,
    Why.REDESIGNATE: _redesignate,
    Why.PROPOSAL: _proposal,
    Why.DIFFICULTY: _difficulty,
    Why.RECEIPT: _receipt,
    Why.ACKNOWLEDGEMENT: _acknowledgement,
    Why.INFORMATION: _information,
    Why.DATE: _date,
    Why.ANSWER: _asked_something,
    Why.DATE_PASSED: _date_passed,
    Why.CONTACT_PASSED: _contact_passed,
    Why.TERM_PASSED: _term_passed,
    Why.TERM_NEAR: _term_near,
    Why.DRAFT: _draft,
    Why.READY: _ready,
    Why.UNANSWERED: _unanswered,
    Why.NEWS: _news,
    **LATE,
}
