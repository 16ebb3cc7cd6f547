"""Giving messages the words by which they are found, behind the posting commit.

Posting knows nothing of this. A message without words is found all the same, by reading
it (hub.queries.search), so late is slow and never wrong. Any number of processes may do
this at once, and a killed one leaves nothing half done.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from hub.models import Message, MessageWords, SearchProgress
from hub.stems import stems_of

AT_ONCE = 100  # messages of one transaction: SQLite's writers wait some ms for it
# Of each second at most so much is spent, as posting may need the same processor.
SHARE = 0.25
# Of one run in `serve`: deadlines wait for it in the same thread. The next one goes on.
LONGEST_SECONDS = 5.0
# Keys are given before commits, so a smaller one may appear after a larger one. Not any
# more after this: settings.py ends transactions that say nothing for a minute.
SETTLES = timedelta(minutes=10)
READ = ("thread", "at", "body", "urgent", "author_name")


def index_new(*, seconds: float = LONGEST_SECONDS) -> int:
    """Gives words to messages that have none yet, gently; returns to how many."""
    return _index(_beyond(_settled()), time.monotonic() + seconds)


def index_all(progress: Callable[[int, int], None]) -> int:
    """The same at once, and wherever they are: after an upgrade, or to be sure."""
    settles = _old_enough(Message.objects.all())
    missing = _without_words(Message.objects.all())
    total, done = missing.count(), 0
    while batch := _store(missing):
        done += len(batch)
        missing = missing.filter(pk__gt=batch[-1].pk)  # not to look there again
        progress(min(done, total), total)
    _settle(settles)
    return done


def _index(newer: QuerySet[Message], until: float) -> int:
    settles = _old_enough(newer)
    missing, done = _without_words(newer), 0
    while time.monotonic() < until:
        began = time.monotonic()
        batch = _store(missing)
        if not batch:
            _settle(settles)
            break
        done += len(batch)
        missing = missing.filter(pk__gt=batch[-1].pk)
        time.sleep((time.monotonic() - began) * (1 / SHARE - 1))
    return done


def _settled() -> int:
    return SearchProgress.objects.values_list("settled", flat=True).first() or 0


def _old_enough(messages: QuerySet[Message]) -> int | None:
    """Asked before they get words: what is committed meanwhile has a larger key."""
    old = messages.filter(at__lt=timezone.now() - SETTLES)
    key: int | None = old.aggregate(key=Max("pk"))["key"]
    return key


def _settle(key: int | None) -> None:
    if key is None:
        return
    SearchProgress.objects.update_or_create(pk=1, defaults={"settled": key})


def _beyond(key: int) -> QuerySet[Message]:
    return Message.objects.filter(pk__gt=key)


def _without_words(messages: QuerySet[Message]) -> QuerySet[Message]:
    known = MessageWords.objects.filter(message=OuterRef("pk"))
    return messages.filter(~Exists(known)).order_by("pk")


def _store(missing: QuerySet[Message]) -> list[Message]:
    """The next ones. One of them may be purged meanwhile: then once more without it.

    The key to the message is looked at when the transaction ends; by then the purge is
    committed, so the second look finds what is left.
    """
    try:
        return _store_once(missing)
    except IntegrityError:
        return _store_once(missing)


def _store_once(missing: QuerySet[Message]) -> list[Message]:
    with transaction.atomic():
        batch = list(missing.only(*READ)[:AT_ONCE])
        rows = [
            MessageWords(
                message=message,
                thread_id=message.thread_id,
                at=message.at,
                words=" ".join(stems_of(message.searched_text)),
            )
            for message in batch
        ]
        MessageWords.objects.bulk_create(rows, ignore_conflicts=True)
    return batch
