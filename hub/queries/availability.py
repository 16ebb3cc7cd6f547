"""Questions about room: what the asker sees, and the little that a centre sees.

A centre gets `Question`, which has no field for a court, a person or a case: what a
template does not hold it cannot show (CPC 448).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from hub.models import (
    AvailabilityAnswer,
    AvailabilityRequest,
    Centre,
    Departement,
    User,
)

LONGEST = 100  # questions on one page; older ones have expired long ago


@dataclass(frozen=True)
class Question:
    """What a centre that was asked sees. `departement`: where the asking court is."""

    id: UUID
    departement: Departement
    visit_kind: str
    children_count: int
    age_bands: list[str]
    visits_per_month: int
    needs: list[str]
    expires_at: datetime
    centre_code: str
    centre_name: str
    weeks: int | None
    answered_at: datetime | None

    @property
    def expired(self) -> bool:
        return self.expires_at <= timezone.now()


def asked_by(user: User, courts: Iterable[str]) -> list[AvailabilityRequest]:
    """The person's own questions, newest first, with their answers. Two queries."""
    mine = _asked().filter(by=user, court__in=list(courts))
    return list(mine.order_by("-asked_at")[:LONGEST])


def asked_question(
    user: User, courts: Iterable[str], request_id: UUID
) -> AvailabilityRequest | None:
    """One question of the person's own; nobody else in the court sees it."""
    mine = _asked().filter(by=user, court__in=list(courts))
    return mine.filter(pk=request_id).first()


def questions_to(
    centres: Iterable[int], request_id: UUID | None = None
) -> list[Question]:
    """What these centres were asked, soonest to expire last. One query."""
    found = (
        AvailabilityAnswer.objects.filter(centre__in=list(centres))
        .select_related("request__court__departement", "centre")
        .order_by("-request__expires_at", "centre__code")
    )
    if request_id is not None:
        found = found.filter(request=request_id)
    return [_question(one) for one in found[:LONGEST]]


def open_questions(centre: Centre) -> int:
    """How many questions wait for this centre's answer. One query."""
    waiting = AvailabilityAnswer.objects.filter(centre=centre, answered_at=None)
    return waiting.filter(request__expires_at__gt=timezone.now()).count()


def centres_named(codes: Iterable[str]) -> list[Centre]:
    """The centres with these codes, as named, with their sites. Two queries."""
    # No code holds U+0000, and PostgreSQL refuses to look for it.
    known = [code for code in codes if "\x00" not in code]
    found = Centre.objects.filter(code__in=known).prefetch_related("sites")
    return sorted(found, key=lambda centre: known.index(centre.code))


def _asked() -> QuerySet[AvailabilityRequest]:
    answers = AvailabilityAnswer.objects.select_related("centre__departement")
    return AvailabilityRequest.objects.select_related("court").prefetch_related(
        Prefetch("answers", answers.order_by("centre__code"))
    )


def _question(one: AvailabilityAnswer) -> Question:
    asked = one.request
    return Question(
        id=asked.pk,
        departement=asked.court.departement,
        visit_kind=asked.visit_kind,
        children_count=asked.children_count,
        age_bands=list(asked.age_bands),
        visits_per_month=asked.visits_per_month,
        needs=list(asked.needs),
        expires_at=asked.expires_at,
        centre_code=one.centre.code,
        centre_name=one.centre.name,
        weeks=one.weeks,
        answered_at=one.answered_at,
    )
