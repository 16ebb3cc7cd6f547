"""Posting, reading and acknowledging messages: the three writes of a conversation.

The rules of posting are in hub.posting, its statements in hub.sql.posting; here are
the transaction and the announcement.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from hub import events, permissions
from hub.actions import turns
from hub.actions.posting_facts import read_facts
from hub.errors import Forbidden, NotFound
from hub.models import (
    Acknowledgement,
    Attachment,
    Message,
    Participant,
    ReadMark,
    User,
)
from hub.posting import Draft, Outcome, Plan, plan
from hub.sql import posting as sql


def post_messages(drafts: Sequence[Draft]) -> list[Outcome]:
    """Commits what may be posted of one or many drafts and says what became of each.

    One transaction and a constant number of queries whatever the number of drafts.
    An (author, id) that is already stored answers with its old message. Announces
    `messages_posted` once. Database errors pass through: nothing was stored.
    """
    try:
        with transaction.atomic():
            return post_in_transaction(drafts)
    except IntegrityError:
        # The same (author, id) was committed through another thread between our
        # look and our insert. Now it is visible, so a second run answers with it.
        with transaction.atomic():
            return post_in_transaction(drafts)


def post_in_transaction(drafts: Sequence[Draft]) -> list[Outcome]:
    """The same inside a transaction of the caller, for system messages of actions."""
    facts, asked = read_facts(drafts)
    decided = plan(drafts, facts, timezone.now())
    if decided.rows:
        _write(decided)
        if asked:
            turns.answered_in_writing(decided.rows, turns.awaiting_answer(asked))
        events.messages_posted.send(None, messages=decided.rows)
    return decided.outcomes


def mark_read(user: User, thread_id: UUID, seq: int) -> bool:
    """Moves the person's read mark forward to `seq`; never back, never past the head.

    Returns whether it moved. Raises NotFound for a stranger.
    """
    with transaction.atomic():
        seat = permissions.seat_in_thread(user, thread_id, "thread.read")
        seq = min(seq, seat.thread.last_seq)
        moved = Participant.objects.filter(pk=seat.pk, read_seq__lt=seq)
        if not moved.update(read_seq=seq):
            return False
        at = timezone.now()
        ReadMark.objects.create(participant=seat, seq=seq, at=at)
        events.thread_read.send(
            None, thread_id=thread_id, user_id=user.pk, seq=seq, at=at
        )
        return True


def acknowledge(user: User, thread_id: UUID, seq: int) -> Acknowledgement:
    """Records that the other side received message `seq`, which asked for it.

    A second call answers with the first record. Raises NotFound for a stranger, a
    missing message or one that asked for nothing; Forbidden on the author's side.
    """
    with transaction.atomic():
        seat = permissions.seat_in_thread(user, thread_id, "thread.acknowledge")
        message = Message.objects.filter(thread=thread_id, seq=seq, needs_ack=True)
        asked = message.first()
        if asked is None:
            raise NotFound
        if asked.author_side == seat.membership.side:
            raise Forbidden("thread.acknowledge")
        record, new = Acknowledgement.objects.get_or_create(
            thread_id=thread_id,
            seq=seq,
            user=user,
            defaults={"at": timezone.now(), "user_name": user.name},
        )
        if new:
            events.message_acknowledged.send(
                None, thread_id=thread_id, user_id=user.pk, seq=seq, at=record.at
            )
        return record


def _write(decided: Plan) -> None:
    sql.write(decided.rows, decided.heads)
    if decided.claims:
        Attachment.objects.bulk_update(decided.claims, ["message", "position"])
