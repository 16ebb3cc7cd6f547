"""From rows of the outbox to mails ready to be carried, many at once.

What a mail may say follows MAIL_CONTENT (DOMAIN section 8.2); by default no name, no
reference and no text. That is decided in notifications.letter_facts.
"""

import logging
import traceback
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import translation

from hub.actions import journal
from hub.models import Thread
from notifications import letter_facts, letter_headers, mime, paper, words
from notifications.letter_facts import Known, language_of
from notifications.letter_reading import Found, read
from notifications.models import Notification
from notifications.transports.base import Parcel

Letters = dict[UUID, "Parcel | LetterFailed"]

DISCLOSED = "disclosed"  # the fact of a row: which policy was journalled for it

logger = logging.getLogger(__name__)


class LetterFailed(Exception):
    """One mail could not be written; the others are not harmed. `str` of it is where
    it failed, without anybody's words."""


class NothingToSay(LetterFailed):
    """What it was about was read, or done, since the worker looked: no failure."""


def write(rows: Sequence[Notification], now: datetime) -> Letters:
    """One mail for each row, in its recipient's language. Constant queries.

    A repeat of a row has the same Message-ID. Rows of digests read their own items.
    What a mail says beyond counts is in the journal when this returns, once for each
    row.
    """
    with transaction.atomic():
        found = read(rows, now)
        letters: Letters = {}
        told: list[tuple[Notification, Known]] = []
        for language, some in _by_language(rows, found).items():
            with translation.override(language):
                for row in some:
                    letters[row.pk] = _letter(row, found, now, told)
        _journal(told)
    return letters


def compose(known: Known, now: datetime) -> bytes:
    """The whole mail, in the language that is active. Raises whatever is wrong."""
    said = words.said(known)
    reference = letter_headers.reference(known.row)
    text, html = paper.bodies(known, said, reference)
    headers = letter_headers.headers(known, said.subject, now)
    return mime.write(headers, text, html, known.row.hex)


def _by_language(
    rows: Sequence[Notification], found: Found
) -> dict[str, list[Notification]]:
    """Changing the language costs more than a mail: once for each language."""
    groups: dict[str, list[Notification]] = defaultdict(list)
    for row in rows:
        person = found.people.get(row.user_id) if row.user_id else None
        groups[language_of(row, person)].append(row)
    return groups


def _letter(
    row: Notification,
    found: Found,
    now: datetime,
    told: list[tuple[Notification, Known]],
) -> "Parcel | LetterFailed":
    try:
        known = letter_facts.known(row, found, now)
        content = compose(known, now)
        to = mime.ascii_address(known.email)
        parcel = Parcel(to, content, letter_headers.envelope_sender(row.pk, row.kind))
    except letter_facts.Nothing:
        return NothingToSay()
    except Exception as error:  # the top of a loop: one bad mail must not stop others
        failed = LetterFailed(_place_of(error))
        logger.error("A mail of kind %s failed: %s", row.kind, failed)
        return failed
    if known.policy != "none":
        told.append((row, known))
    return parcel


def _place_of(error: Exception) -> str:
    """Which error and where; not its text, which may hold what somebody wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1]
    return f"{type(error).__name__} at {last.filename.rpartition('/')[2]}:{last.lineno}"


def _journal(told: Sequence[tuple[Notification, Known]]) -> None:
    """Each disclosure is a line of its own. A row that is written again says nothing
    more than before, unless the policy has changed."""
    fresh = [(r, k) for r, k in told if r.facts.get(DISCLOSED) != k.policy]
    if not fresh:
        return
    threads = _threads_of({line.reference for _row, k in fresh for line in k.lines})
    for policy in ("meta", "full"):
        mine = [known for _row, known in fresh if known.policy == policy]
        ids = [thread for known in mine for thread in _disclosed_in(known, threads)]
        journal.record_many(f"mail_disclosed_{policy}", "thread", ids)
    for row, known in fresh:
        row.facts = {**row.facts, DISCLOSED: known.policy}
    Notification.objects.bulk_update([row for row, _known in fresh], ["facts"])


def _disclosed_in(known: Known, threads: dict[str, UUID]) -> list[UUID]:
    """The threads about which this mail says more than counts, each once."""
    if known.thread:
        return [known.thread]
    named = {line.reference for line in known.lines if line.reference}
    return [threads[reference] for reference in sorted(named) if reference in threads]


def _threads_of(references: set[str]) -> dict[str, UUID]:
    """Measure -> its current thread, for the lines of summaries."""
    rows = Thread.objects.filter(
        designation__is_current=True,
        designation__measure__reference__in=references - {""},
    )
    return dict(rows.values_list("designation__measure__reference", "pk"))
