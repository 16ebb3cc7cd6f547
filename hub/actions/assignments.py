""" "Je prends en charge": who answers for a thread on one side, one person at most."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from hub import events, permissions
from hub.actions.journal import record
from hub.actions.transitions import RECORD_LANGUAGE, say
from hub.errors import Illegal, TakenCharge
from hub.models import Assignment, Participant, Side, Thread, User
from hub.models.threads import ThreadState


def take_charge(user: User, thread_id: UUID, *, over: bool = False) -> Assignment:
    """From now on the person answers for their side; a second time changes nothing.

    `over`: in place of a colleague. Without it a colleague's charge raises TakenCharge
    with the name. Raises NotFound, Forbidden, Illegal in a closed thread.
    """
    with transaction.atomic():
        seat = _open(user, thread_id)
        current = _current(seat)
        if current and current.user_id == user.pk:
            return current
        if current and not over:
            name = current.user.name
            sentence = _("%(name)s already answers for it.") % {"name": name}
            raise TakenCharge(sentence, name)
        if current:
            _release(current)
        taken = Assignment.objects.create(
            designation=seat.thread.designation, side=seat.membership.side, user=user
        )
        _tell(seat, user, released=False)
        record(user, "charge_taken", "thread", thread_id)
        if current:  # whoever takes it over was spared what the other had to hear
            side = seat.membership.side
            events.charge_released.send(None, thread_ids=[thread_id], side=side)
        return taken


def release_charge(user: User, thread_id: UUID) -> None:
    """The person no longer answers for it; nothing happens if they did not."""
    with transaction.atomic():
        seat = _open(user, thread_id)
        current = _current(seat)
        if current is None or current.user_id != user.pk:
            return
        _release(current)
        _tell(seat, user, released=True)
        record(user, "charge_released", "thread", thread_id)
        side = seat.membership.side
        events.charge_released.send(None, thread_ids=[thread_id], side=side)


def sentence_of(name: str, side: str, *, released: bool) -> str:
    """The line that the thread shows; in the language of the record."""
    with override(RECORD_LANGUAGE):
        if side == Side.COURT:
            taken = _("%(name)s answers for the court.")
            left = _("%(name)s no longer answers for the court.")
        else:
            taken = _("%(name)s answers for the espace de rencontre.")
            left = _("%(name)s no longer answers for the espace de rencontre.")
        return (left if released else taken) % {"name": name}


def _open(user: User, thread_id: UUID) -> Participant:
    """The seat, under the thread's lock: of two people at once one is first."""
    Thread.objects.select_for_update(no_key=True).filter(pk=thread_id).first()
    seat = permissions.seat_in_thread(user, thread_id, "thread.write")
    if seat.thread.state != ThreadState.OPEN:
        raise Illegal(_("This thread is closed: it can only be read."))
    return seat


def _current(seat: Participant) -> Assignment | None:
    return (
        Assignment.objects.filter(
            designation=seat.thread.designation_id,
            side=seat.membership.side,
            released_at=None,
        )
        .select_related("user")
        .first()
    )


def _release(current: Assignment) -> None:
    current.released_at = timezone.now()
    current.save(update_fields=["released_at"])


def _tell(seat: Participant, user: User, *, released: bool) -> None:
    side = seat.membership.side
    say(seat.thread, user, sentence_of(user.name, side, released=released))
