"""Words between colleagues of one side. The other side never reads them.

They are no message: not in the chain, not on the wire, not in any export.
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from hub import permissions, text
from hub.actions.journal import record
from hub.errors import InvalidInput, InvalidText
from hub.models import InternalNote, User


def write_note(user: User, thread_id: UUID, body: str) -> InternalNote:
    """Keeps a note for the person's own side.

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
        note = InternalNote.objects.create(
            designation=seat.thread.designation,
            side=seat.membership.side,
            author=user,
            author_name=user.name,
            body=body,
        )
        record(user, "note_written", "thread", thread_id)
        return note
