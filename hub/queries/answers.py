"""Standard answers: those a person may read, and one filled for a thread."""

from collections.abc import Iterable
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from hub import permissions, text
from hub.answer_variables import fill, values_in
from hub.errors import NotFound
from hub.models import (
    Membership,
    Participant,
    StandardAnswer,
    StandardAnswerVersion,
    User,
)
from hub.queries.queues import PER_PAGE

READ = "answers.read"


def answers_of(places: Iterable[Membership]) -> list[StandardAnswerVersion]:
    """The words in force of the answers of these places' organisations, by title.

    Retired ones too. One query.
    """
    of_them = Q()
    for place in places:
        of_them |= _belongs_to(place)
    if not of_them:
        return []
    rows = _in_force().filter(of_them).select_related("answer__retired_by")
    return sorted(rows, key=_title)


def answer_for(user: User, answer_id: UUID) -> tuple[StandardAnswer, Membership]:
    """An answer of the person's own organisation, and their place there.

    Raises NotFound for a stranger's and a missing one alike.
    """
    rows = StandardAnswer.objects.select_related("court", "centre", "retired_by")
    found = rows.filter(pk=answer_id).first()
    if found is None:
        raise NotFound
    code = found.organisation.code
    return found, permissions.place_where(user, READ, organisation=code)


def versions_of(
    answer: StandardAnswer, number: str | None
) -> Page[StandardAnswerVersion]:
    """Newest first."""
    return Paginator(answer.versions.order_by("-number"), PER_PAGE).get_page(number)


def words_of(answer: StandardAnswer) -> StandardAnswerVersion:
    """The version in force."""
    return answer.versions.get(number=answer.version)


def offered_in(seat: Participant) -> list[StandardAnswerVersion]:
    """What the person may insert in a thread: their own organisation's. One query."""
    rows = _in_force().filter(_belongs_to(seat.membership), answer__retired_at=None)
    return sorted(rows.only("title", "answer_id"), key=_title)


def filled(seat: Participant, user: User, answer_id: UUID) -> str:
    """The text with the values of this thread at this moment.

    `seat` was asked for thread.write. Raises NotFound for a retired answer, a missing
    one and another organisation's alike.
    """
    mine = _belongs_to(seat.membership)
    words = _in_force().filter(mine, answer=answer_id, answer__retired_at=None).first()
    if words is None:
        raise NotFound
    return fill(words.body, values_in(seat, user, timezone.now()))


def _in_force() -> QuerySet[StandardAnswerVersion, StandardAnswerVersion]:
    return StandardAnswerVersion.objects.filter(
        number=F("answer__version")
    ).select_related("answer")


def _belongs_to(place: Membership) -> Q:
    if place.court_id:
        return Q(answer__court=place.court_id)
    return Q(answer__court=None, answer__centre=place.centre_id)


def _title(words: StandardAnswerVersion) -> tuple[str, str]:
    return text.fold(words.title), words.title
