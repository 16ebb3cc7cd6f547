"""What is said of measures, threads and espaces de rencontre, kind by kind.

Counts, kinds and dates: no name and no reference, whatever the content policy.
"""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.letter_facts import Known
from notifications.line_words import long_day
from notifications.said import Said, first_and_last, home, request_page, thread_page


def ack_overdue(known: Known) -> Said:
    """Who did not acknowledge, or who waits for it, or (no thread) how many."""
    step = known.facts.get("step")
    if step == "T1.national":
        return _without_receipt(known)
    if step == "T1.court":
        sentences = [
            _("A measure that was transmitted has not been acknowledged."),
            _("Call the espace de rencontre, or choose another one."),
        ]
        title = _("A transmission has no acknowledgement")
    else:
        sentences = [
            _("A measure was transmitted, and nobody has acknowledged it yet."),
            _("One acknowledgement by any contact is enough."),
        ]
        title = _("An acknowledgement is overdue")
    return Said(title, sentences, _("Open the thread"), thread_page(known))


def answer_overdue(known: Known) -> Said:
    sentences = [_("A difficulty was reported, and the court has not answered it yet.")]
    title, button = _("An answer to a difficulty is overdue"), _("Open the thread")
    return Said(title, sentences, button, thread_page(known))


def deadline(known: Known) -> Said:
    if known.facts.get("step") == "T3.declared":
        sentence = _("A family has waited longer than the waiting time declared.")
    else:
        sentence = _("The time that the decision gives for the first contact is over.")
    sentences = [sentence, _("Say in the thread what became of it.")]
    title, button = _("A deadline of a measure has passed"), _("Open the thread")
    return Said(title, sentences, button, thread_page(known))


def ending(known: Known) -> Said:
    """Without a day where its facts hold none: a protection order is not hinted at."""
    day = _long_day(known.facts.get("day"))
    sentence = _("A measure has an end that comes close.")
    if day:
        sentence = _("A measure ends on %(day)s.") % {"day": day}
    sentences = [sentence, _("If it has to go on, the decision must come before.")]
    title, button = _("The end of a measure comes close"), _("Open the thread")
    return Said(title, sentences, button, thread_page(known))


def waiting_stale(known: Known) -> Said:
    sentences = [
        _("The waiting time of your espace de rencontre was declared a while ago."),
        _("Courts rely on it: please say whether it is unchanged."),
    ]
    title, button = _("A waiting time is to be confirmed"), _("Confirm or change")
    code = known.centre_code
    page = reverse("hub:centre-waiting", args=[code]) if code else home()
    return Said(title, sentences, button, page)


def availability_asked(known: Known) -> Said:
    sentences = [_("A court asks whether you could receive a family.")]
    title, button = _("A question about your availability"), _("See the question")
    return Said(title, sentences, button, request_page(known))


def availability_answered(known: Known) -> Said:
    sentences = [_("An espace de rencontre has answered your question.")]
    title, button = _("An answer about availability"), _("See the answer")
    return Said(title, sentences, button, request_page(known))


def closure(known: Known) -> Said:
    sentences = [_("An espace de rencontre that follows measures of yours will close.")]
    if known.days:
        sentences.append(_("From %(first)s to %(last)s.") % first_and_last(known.days))
    title, button = _("A closure is announced"), _("Open the hub")
    return Said(title, sentences, button, home())


def file_refused(known: Known) -> Said:
    sentences = [
        _("A file that you sent was refused by the check. Nobody else received it."),
        _("The thread says why, and what you can do."),
    ]
    title, button = _("A file was refused"), _("Open the thread")
    return Said(title, sentences, button, thread_page(known))


def _without_receipt(known: Known) -> Said:
    n = int(known.facts["count"])
    sentence = ngettext(
        "%(n)d transmission has waited too long for its acknowledgement.",
        "%(n)d transmissions have waited too long for their acknowledgement.",
        n,
    ) % {"n": n}
    title = _("Transmissions without acknowledgement")
    return Said(title, [sentence], _("Open the hub"), reverse("hub:desk"))


def _long_day(iso: object) -> str:
    """Of a day in the facts; nothing where they hold none."""
    return long_day(date.fromisoformat(str(iso))) if iso else ""
