"""The threads that a person may read, one light row each: read once for a whole search.

The condition of hub.permissions stands inside the query, at the moment of the search.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from hub import permissions
from hub.models import Participant, User
from hub.models.terms import visit_kind_of
from hub.prepared import Prepared


class LightMeasure(NamedTuple):
    """A measure as it is now: a row of `of_measure`."""

    pk: UUID
    reference: str
    court: str
    changed_at: str  # to sort by: hundreds of datetimes take the driver 2 ms
    state: str
    nature: str | None
    exits: str | None
    judge_given: str
    judge_usual: str

    @property
    def kind(self) -> str:
        """Empty while nothing is known of it."""
        return visit_kind_of(self.nature or "", self.exits or "")


def of_measure(prefix: str = "") -> list[Any]:
    """For values_list(): the measure itself, or the one that `prefix` leads to."""
    before = [f"{prefix}{name}" for name in ("pk", "reference", "court")]
    after = ("state", "terms__nature", "terms__exits", "judge__given_name")
    return [
        *before,
        Cast(f"{prefix}changed_at", TextField()),
        *(f"{prefix}{name}" for name in (*after, "judge__usual_name")),
    ]


class Seat(NamedTuple):
    """A thread. `is_current`: its centre has not been replaced by another.

    After a replacement nothing of the measure but its reference and court is for the
    former centre: the rest is empty then.
    """

    thread: UUID
    last_seq: int
    role: str  # of the place from which the person sits there
    is_current: bool
    kind: str  # for which it was transmitted
    centre: int
    measure: LightMeasure


_OF_SEAT = (
    "thread", "thread__last_seq", "membership__role", "thread__designation__is_current",
    "thread__designation__visit_kind", "thread__designation__centre",
)  # fmt: skip
_seats = Prepared(
    lambda user, now: (
        Participant.objects.filter(
            permissions.seats_with("thread.read", now), user=user
        )
        .order_by("-thread__last_at", "pk")
        .values_list(*_OF_SEAT, *of_measure("thread__designation__measure__"))
    ),
    user=UUID,
    now=datetime,
)


def seats_of(user: User) -> list[Seat]:
    """The newest message first. One query."""
    own = len(_OF_SEAT)
    rows = _seats.rows(user=user.pk, now=timezone.now())
    seats = [Seat._make((*row[:own], LightMeasure._make(row[own:]))) for row in rows]
    return [seat if seat.is_current else _former(seat) for seat in seats]


def _former(seat: Seat) -> Seat:
    known = seat.measure._replace(
        changed_at="", state="", nature=None, exits=None, judge_given="", judge_usual=""
    )
    return seat._replace(measure=known)


def recent_threads(user: User) -> QuerySet[Participant]:
    """The same with all that a line shows."""
    seats = Participant.objects.filter(permissions.seats_with("thread.read"), user=user)
    return seats.select_related(
        "thread__designation__measure__court", "thread__designation__centre"
    ).order_by("-thread__last_at", "pk")
