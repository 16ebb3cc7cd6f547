"""One act on a measure while it is under way: what its action reads and sets.

The frame that begins and finishes it is hub.actions.transitions.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hub import permissions
from hub.actions.messages import post_in_transaction
from hub.actions.seating import seat_in
from hub.errors import Illegal
from hub.models import Designation, Measure, Membership, Participant, Thread, User
from hub.models.choices import DesignationState
from hub.posting import Draft, Posted, Refused
from hub.states import Row, Turn


@dataclass
class Step:
    """One act under way, inside its transaction and the measure's lock.

    The action changes `designation`, `thread`, `turn` and `designation_state` where its
    row asks for more than the table says, adds codes and dates to `facts`, and sets
    the line that the thread shows (`says`).
    """

    measure: Measure
    designation: Designation | None
    thread: Thread | None
    row: Row
    place: Membership | None  # None: a deadline does it
    now: datetime
    today: date
    given: Mapping[str, Any]
    sentence: str = ""
    words: dict[str, Any] = field(default_factory=dict)
    turn: Turn | None = None
    designation_state: DesignationState | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def current(self) -> Designation:
        assert self.designation is not None, self.row.event
        return self.designation

    @property
    def open_thread(self) -> Thread:
        assert self.thread is not None, self.row.event
        return self.thread

    def says(self, sentence: str, **words: Any) -> None:
        """The line of the thread: a marked English text, translated at the end.

        Not before, so that what an act refuses is said in the person's own language.
        """
        self.sentence, self.words = sentence, words

    @property
    def author(self) -> User | None:
        return self.place.user if self.place else None

    def post(
        self, kind: str, body: str, *, needs_ack: bool = False, urgent: str = ""
    ) -> Posted:
        """A typed message of the acting person in the measure's thread."""
        assert self.place is not None
        self.seat_author()
        draft = Draft(
            thread=self.open_thread.pk,
            author=self.place.user_id,
            id=uuid.uuid4(),
            body=body,
            kind=kind,
            needs_ack=needs_ack,
            urgent=urgent,
            door="act",
        )
        [outcome] = post_in_transaction([draft])
        if isinstance(outcome, Refused):
            raise Illegal(outcome.detail)
        return outcome

    def seat_author(self) -> None:
        """A member of the measure's unit may act before having a seat: give it."""
        assert self.place is not None
        here = Participant.objects.filter(
            permissions.seats_with("thread.read"),
            thread=self.open_thread,
            user=self.place.user,
        )
        if not here.exists():  # never seated, or a seat that had ended
            seat_in(self.place, [self.open_thread.pk])
