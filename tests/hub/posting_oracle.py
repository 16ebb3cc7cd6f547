"""The same facts and writes of posting through the ORM: what the SQL is compared with."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hub import permissions
from hub.actions.posting_facts import HUB_SEAT
from hub.chain import with_files
from hub.heads import Head
from hub.models import ORDINARY, Attachment, Message, Participant, Side, Thread
from hub.models.accounts import HUB_USER_ID
from hub.models.choices import Act
from hub.models.threads import ThreadState
from hub.posting import Draft, Facts, Outcome, Plan, Seat, plan


def read_facts(drafts: Sequence[Draft]) -> tuple[Facts, set[UUID]]:
    threads = {draft.thread for draft in drafts}
    locked = list(
        Thread.objects.select_for_update(no_key=True, of=("self",))
        .select_related("designation__measure")
        .filter(pk__in=threads)
        .order_by("pk")
    )
    seats = (
        Participant.objects.filter(permissions.seats_with("thread.read"))
        .filter(thread__in=threads, user__in={draft.author for draft in drafts})
        .select_related("user", "membership__court", "membership__centre")
    )
    written = with_files(Message.objects.filter(_already_written(drafts)))
    facts = Facts(
        heads={t.pk: _head(t) for t in locked},
        seats={(s.thread_id, s.user_id): _seat(s) for s in seats}
        | {(t, HUB_USER_ID): HUB_SEAT for t in threads},
        known={(m.author_id, m.client_id): m for m in written},
        written={(m.thread_id, m.seq): m for m in written},
        files=Attachment.objects.in_bulk({f for d in drafts for f in d.attachments}),
        unread_delay=settings.UNREAD_DELAY,
    )
    measures = {t.pk: t.designation.measure for t in locked}
    return facts, {t for t, m in measures.items() if m.awaits_act == Act.ANSWER}


def post_with_orm(drafts: Sequence[Draft]) -> list[Outcome]:
    """The whole action, without whose turn it is and without an announcement."""
    with transaction.atomic():
        decided = plan(drafts, read_facts(drafts)[0], timezone.now())
        write(decided)
    return decided.outcomes


def write(decided: Plan) -> None:
    Message.objects.bulk_create(decided.rows)
    Attachment.objects.bulk_update(decided.claims, ["message", "position"])
    heads = [
        Thread(
            pk=thread,
            last_seq=head.last_seq,
            head=head.hash,
            awaits=head.awaits,
            last_at=decided.rows[-1].at,
            look_at=head.look_at,
        )
        for thread, head in decided.heads.items()
    ]
    names = ["last_seq", "head", "awaits", "last_at", "look_at"]
    Thread.objects.bulk_update(heads, names)


def _already_written(drafts: Sequence[Draft]) -> Q:
    correcting = [draft for draft in drafts if draft.corrects is not None]
    return Q(
        author__in={d.author for d in drafts}, client_id__in=[d.id for d in drafts]
    ) | Q(
        thread__in={d.thread for d in correcting},
        seq__in={d.corrects for d in correcting},
    )


def _head(thread: Thread) -> Head:
    is_open = thread.state == ThreadState.OPEN
    last = Message.objects.filter(
        thread=thread, seq=thread.last_seq, kind=ORDINARY
    ).first()
    spoke = last.author_side if last else ""
    return Head(
        thread.last_seq, thread.head, is_open, thread.awaits, thread.look_at, spoke
    )


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
