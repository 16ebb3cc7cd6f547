"""Correcting an own message: what the composer of a page without scripts begins with.

The record is never changed: a correction is a new message that names the first one.
Whether it may be is judged by the rules of posting.
"""

from uuid import uuid4

from django.http import HttpRequest

from hub.models import Participant
from hub.queries.history import own_message
from hub.views.requests import whole_number


def correction_asked(request: HttpRequest, seat: Participant) -> dict[str, object]:
    """For the composer: what `?corrige=` asks for, if it is an own message.

    A draft that was kept stays kept; it is shown again when nothing is corrected.
    """
    seq = whole_number(request.GET.get("corrige"))
    message = own_message(seat, seq) if seq else None
    if message is None:
        return {}
    return {"id": uuid4(), "corrects": seq, "inserted": message.body, "kept": None}
