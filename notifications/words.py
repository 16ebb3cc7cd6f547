"""What each kind of notification says: one entry for each. No kind is without words.

What a mail may name is decided in notifications.letter_facts; how it looks, in
templates/emails/.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications import line_words
from notifications import words_of_measures as measures
from notifications import words_of_people as people
from notifications.kinds import Kind
from notifications.letter_facts import Known
from notifications.said import Said, home, thread_page


def said(known: Known) -> Said:
    """In the language that is active."""
    return WORDS[known.kind](known)


def _unread(known: Known) -> Said:
    n = sum(line.count for line in known.lines)
    kinds = {line.text_kind for line in known.lines}
    if len(kinds) == 1:
        title = line_words.counted(kinds.pop(), n)
    else:
        title = ngettext("%(n)d item waits for you", "%(n)d items wait for you", n) % {
            "n": n
        }
    if any(line.urgent for line in known.lines):
        title = f"{_('Urgent')}{_(':')} {title}"  # seen without opening the mail
    return Said(title, [], _("Read and answer"), thread_page(known))


def _digest(known: Known) -> Said:
    n = sum(line.count for line in known.lines)
    title = ngettext(
        "Summary: %(n)d item waits for you", "Summary: %(n)d items wait for you", n
    ) % {"n": n}
    return Said(title, [], _("Open the hub"), home())


WORDS: dict[Kind, Callable[[Known], Said]] = {
    Kind.MESSAGES: _unread,
    Kind.DIGEST: _digest,
    Kind.ACK_OVERDUE: measures.ack_overdue,
    Kind.ANSWER_OVERDUE: measures.answer_overdue,
    Kind.DEADLINE: measures.deadline,
    Kind.ENDING: measures.ending,
    Kind.WAITING_STALE: measures.waiting_stale,
    Kind.AVAILABILITY_ASKED: measures.availability_asked,
    Kind.AVAILABILITY_ANSWERED: measures.availability_answered,
    Kind.CLOSURE: measures.closure,
    Kind.FILE_REFUSED: measures.file_refused,
    Kind.SUBSTITUTION: people.substitution,
    Kind.INVITATION: people.invitation,
    Kind.ROLE_CHANGED: people.role_changed,
    Kind.NEW_BROWSER: people.new_browser,
    Kind.USE_THE_LINK: people.use_the_link,
    Kind.TEST: people.test,
}
