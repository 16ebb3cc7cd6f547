"""The notes of one's own side, and of nobody else's."""

from django.core.paginator import Page, Paginator

from hub.models import InternalNote, Participant
from hub.queries.queues import PER_PAGE


def notes_of(seat: Participant, number: str | None) -> Page[InternalNote]:
    """Newest first."""
    rows = InternalNote.objects.filter(
        designation=seat.thread.designation_id, side=seat.membership.side
    ).order_by("-pk")
    return Paginator(rows, PER_PAGE).get_page(number)
