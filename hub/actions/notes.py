"""Words between colleagues of one side. The other side never reads them.

They are no message: not in the chain, not on the wire, not in any export.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hub import permissions, text
from hub.actions.journal import record
from hub.errors import InvalidInput, InvalidText
from hub.models import InternalNote, Thread, User

DOUBLE_CLICK = timedelta(minutes=1)


def write_note(user: User, thread_id: UUID, body: str) -> InternalNote:
    """Keeps a note for the person's own side; the same words twice in a row are one.

    Raises NotFound, Forbidden, InvalidInput.
    """
    with transaction.atomic():
        seat = permissions.seat_in_thread(user, thread_id, "note.write")
        try:
            body = text.normalise(body)
        except InvalidText as error:
            raise InvalidInput({"body": error.detail}) from None
        if not body:
            raise InvalidInput({"body": _("Write the note before keeping it.")})
        # One at a time, so that a button pressed twice finds what it has just kept.
        Thread.objects.select_for_update(no_key=True).get(pk=thread_id)
        mine = InternalNote.objects.filter(
            designation=seat.thread.designation, author=user, body=body
        )
        if same := mine.filter(at__gte=timezone.now() - DOUBLE_CLICK).first():
            return same
        note = InternalNote.objects.create(
            designation=seat.thread.designation,
            side=seat.membership.side,
            author=user,
            author_name=user.name,
            body=body,
        )
        record(user, "note_written", "thread", thread_id)
        return note
