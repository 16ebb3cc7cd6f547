"""What one organisation announces to another: availability, closures."""

from typing import Any

from hub import permissions
from hub.models import AvailabilityAnswer, Membership, Participant, Side
from hub.models.threads import ThreadState
from hub.states import LIVE
from notifications.audience import on_side
from notifications.kinds import Kind
from notifications.outbox import Owed, owe, write


def on_availability_asked(**event: Any) -> None:
    """Every contact of each centre who may answer; one row for each centre."""
    request = str(event["request_id"])
    asked = Membership.objects.current().filter(
        user__is_active=True,
        role__in=permissions.roles_with("availability.answer"),
        centre__in=event["centre_ids"],
    )
    write(
        Owed(
            Kind.AVAILABILITY_ASKED,
            f"asked:{request}:{centre}",
            user=user,
            facts={"request": request, "centre": centre},
        )
        for user, centre in asked.values_list("user", "centre").distinct()
    )


def on_availability_answered(**event: Any) -> None:
    """The asker. The same answer again is no news, another number of weeks is."""
    request, centre = event["request_id"], event["centre_id"]
    answers = AvailabilityAnswer.objects.filter(request=request, centre=centre)
    weeks = answers.values_list("weeks", flat=True).first()
    owe(
        Kind.AVAILABILITY_ANSWERED,
        [event["user_id"]],
        window=f"answered:{request}:{centre}:{weeks}",
        facts={"request": str(request), "centre": centre},
    )


def on_closure_announced(**event: Any) -> None:
    """The courts' people with measures in this centre: once each, not per thread."""
    seats = Participant.objects.filter(
        permissions.seats_with("thread.read"),
        on_side(Side.COURT),
        thread__state=ThreadState.OPEN,
        thread__designation__is_current=True,
        thread__designation__centre__code=event["centre_code"],
        thread__designation__measure__state__in=LIVE,
    )
    people = seats.values_list("user", flat=True).distinct()
    closure = event["closure_id"]
    owe(Kind.CLOSURE, people, window=f"closure:{closure}", facts={"closure": closure})
