"""Posting, reading and acknowledging messages: the three writes of a conversation.

The rules of posting are in hub.posting; here are the lock, the facts, the writes
and the announcement, in a constant number of queries (ARCHITECTURE section 2).
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from hub import events, permissions
from hub.actions import turns
from hub.actions.reading import Mark, mark_many
from hub.chain import with_files
from hub.errors import Forbidden, NotFound
from hub.models import (
    Acknowledgement,
    Attachment,
    Measure,
    Message,
    Participant,
    Side,
    Thread,
    User,
)
from hub.models.accounts import HUB_USER_ID
from hub.models.threads import ThreadState
from hub.posting import Draft, Facts, Head, Outcome, Plan, Seat, plan

# The hub writes only lines of the life-cycle, and on neither side.
HUB_SEAT = Seat("Hub des mesures", "", "", None, may_write=False, may_mark=False)


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
    facts, awaiting = _facts(drafts)
    decided = plan(drafts, facts, timezone.now())
    if decided.rows:
        _write(decided)
        turns.answered_in_writing(decided.rows, awaiting)
        events.messages_posted.send(None, messages=decided.rows)
    return decided.outcomes


def mark_read(user: User, thread_id: UUID, seq: int) -> bool:
    """Moves the person's read mark forward to `seq`; never back, never past the head.

    Returns whether it moved. Raises NotFound for a stranger.
    """
    moved = mark_many([Mark(user.pk, thread_id, seq)])
    if (user.pk, thread_id) not in moved:
        raise NotFound
    return moved[user.pk, thread_id]


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


def _facts(drafts: Sequence[Draft]) -> tuple[Facts, dict[UUID, Measure]]:
    """What `plan` needs, and the threads' measures that wait for an answer."""
    threads = {draft.thread for draft in drafts}
    authors = {draft.author for draft in drafts}
    # In id order, so that two groups that share threads cannot lock each other out.
    # NO KEY: foreign-key checks of other inserts need not wait.
    locked = list(
        Thread.objects.select_for_update(no_key=True, of=("self",))
        .select_related("designation__measure")
        .filter(pk__in=threads)
        .order_by("pk")
    )
    heads = {
        t.pk: Head(t.last_seq, t.head, t.state == ThreadState.OPEN, t.awaits, t.look_at)
        for t in locked
    }
    seats = (
        Participant.objects.filter(permissions.seats_with("thread.read"))
        .filter(thread__in=threads, user__in=authors)
        .select_related("user", "membership__court", "membership__centre")
    )
    written = with_files(Message.objects.filter(_already_written(drafts)))
    named = {file for draft in drafts for file in draft.attachments}
    facts = Facts(
        heads=heads,
        seats={(s.thread_id, s.user_id): _seat(s) for s in seats}
        | {(thread, HUB_USER_ID): HUB_SEAT for thread in threads},
        known={(m.author_id, m.client_id): m for m in written},
        written={(m.thread_id, m.seq): m for m in written},
        files=Attachment.objects.in_bulk(named),
        unread_delay=settings.UNREAD_DELAY,
    )
    return facts, turns.awaiting_answer(locked)


def _already_written(drafts: Iterable[Draft]) -> Q:
    """The drafts' client ids, and the messages they correct, in one condition."""
    ids = [draft.id for draft in drafts]
    authors = {draft.author for draft in drafts}
    corrected = {d.corrects for d in drafts if d.corrects is not None}
    known = Q(author__in=authors, client_id__in=ids)
    threads = {d.thread for d in drafts if d.corrects is not None}
    return known | Q(thread__in=threads, seq__in=corrected)


def _seat(seat: Participant) -> Seat:
    role = seat.membership.role
    return Seat(
        name=seat.user.name,
        role=role,
        organisation=seat.membership.organisation,
        side=Side(seat.membership.side),
        may_write=role in permissions.roles_with("thread.write"),
        may_mark=role in permissions.roles_with("message.mark_for_case_file"),
    )


def _write(decided: Plan) -> None:
    Message.objects.bulk_create(decided.rows)
    if decided.claims:
        Attachment.objects.bulk_update(decided.claims, ["message", "position"])
    last_at = decided.rows[-1].at
    Thread.objects.bulk_update(
        [
            Thread(
                pk=thread,
                last_seq=head.last_seq,
                head=head.hash,
                awaits=head.awaits,
                last_at=last_at,
                look_at=head.look_at,
            )
            for thread, head in decided.heads.items()
        ],
        ["last_seq", "head", "awaits", "last_at", "look_at"],
    )
