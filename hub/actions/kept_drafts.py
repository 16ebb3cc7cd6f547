"""Keeping what somebody types and has not sent: saving, forgetting, tidying."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from hub import permissions, text
from hub.errors import Illegal, InvalidText, StaleForm
from hub.models import KeptDraft, Membership, Message, Participant, User
from hub.models.threads import ThreadState
from hub.posting import Draft

# Far beyond what can be posted: who pastes a whole decision must not lose it, and a
# row must not grow without end either.
MOST_CHARACTERS = 100_000
KEPT_FOR = timedelta(days=30)  # DOMAIN section 5.3


def keep(user: User, draft: Draft, is_urgent: bool, revision: int) -> KeptDraft | None:
    """Stores what is typed now; nothing is kept of an empty text, or of a sent one.

    `revision`: of the text that the page began with, 0 for none. Raises StaleForm when
    another page has saved something else since: only the person may decide which text
    counts. Illegal for a closed thread, for what is far too long or was never typed,
    NotFound and Forbidden as everywhere.
    """
    _check(draft)
    try:
        with transaction.atomic():
            seat = permissions.seat_in_thread(user, draft.thread, "thread.write")
            if seat.thread.state != ThreadState.OPEN:
                raise Illegal(_("This thread is closed: it can only be read."))
            return _keep(user, draft, is_urgent, revision)
    except IntegrityError:  # the first text of two pages at once: one of them was first
        raise _stale() from None


def forget(user: User, thread_id: UUID, client_id: UUID) -> None:
    """The message with this id was posted: nothing of it is a draft any more."""
    KeptDraft.objects.filter(user=user, thread=thread_id, client_id=client_id).delete()


def forget_of(place: Membership) -> None:
    """Before a place ends: what was begun in the threads where it seats the person."""
    seats = Participant.objects.filter(membership=place)
    KeptDraft.objects.filter(
        user=place.user_id, thread__in=seats.values("thread")
    ).delete()


def tidy_drafts(now: datetime | None = None) -> int:
    """Removes what was sent, what nobody may send any more and what is too old."""
    now = now or timezone.now()
    of_draft = Q(author=OuterRef("user"), client_id=OuterRef("client_id"))
    seats = Participant.objects.filter(
        permissions.seats_with("thread.write", now),
        user=OuterRef("user"),
        thread=OuterRef("thread"),
    )
    gone = (
        Q(changed_at__lt=now - KEPT_FOR)
        | Exists(Message.objects.filter(of_draft))
        | ~Exists(seats)
    )
    return KeptDraft.objects.filter(gone).delete()[0]


def _check(draft: Draft) -> None:
    if len(draft.body) > MOST_CHARACTERS or len(draft.urgent) > MOST_CHARACTERS:
        raise Illegal(_("This text is too long to be kept as a draft."))
    try:
        text.refuse_never_typed(draft.body + draft.urgent)
    except InvalidText as error:
        raise Illegal(error.detail) from None


def _keep(user: User, draft: Draft, is_urgent: bool, revision: int) -> KeptDraft | None:
    mine = KeptDraft.objects.select_for_update()
    kept = mine.filter(user=user, thread=draft.thread).first()
    sent = _sent_of(user, draft.id, kept)
    if kept and kept.client_id in sent:
        kept.delete()
        kept = None
    is_same_message = kept is not None and kept.client_id == draft.id
    if draft.id in sent or not (draft.body.strip() or draft.urgent.strip()):
        if kept and is_same_message:
            _refuse_newer(kept, revision)
            kept.delete()
        return None
    fresh = _row(user, draft, is_urgent)
    if kept is None:
        fresh.save(force_insert=True)
        return fresh
    if is_same_message and _content(kept) == _content(fresh):
        return kept  # the same text came twice: its answer was lost
    _refuse_newer(kept, revision)
    fresh.pk, fresh.revision = kept.pk, max(fresh.revision, kept.revision + 1)
    fresh.save(force_update=True)
    return fresh


def _sent_of(user: User, client_id: UUID, kept: KeptDraft | None) -> set[UUID]:
    asked = {client_id, kept.client_id} if kept else {client_id}
    found = Message.objects.filter(author=user, client_id__in=asked)
    return set(found.values_list("client_id", flat=True))


def _refuse_newer(kept: KeptDraft, revision: int) -> None:
    if kept.revision != revision:
        raise _stale()


def _stale() -> StaleForm:
    return StaleForm(
        _("Another text for this thread was saved meanwhile, on another page.")
    )


def _row(user: User, draft: Draft, is_urgent: bool) -> KeptDraft:
    now = timezone.now()
    return KeptDraft(
        thread_id=draft.thread,
        user=user,
        client_id=draft.id,
        body=draft.body,
        needs_ack=draft.needs_ack,
        is_urgent=is_urgent,
        urgent=draft.urgent.strip(),
        for_case_file=draft.for_case_file,
        corrects=draft.corrects,
        revision=int(now.timestamp() * 1000),
        changed_at=now,
    )


def _content(row: KeptDraft) -> tuple[object, ...]:
    flags = (row.needs_ack, row.is_urgent, row.for_case_file)
    return (row.body, row.urgent, row.corrects, *flags)
