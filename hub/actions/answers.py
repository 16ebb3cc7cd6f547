"""Writing, changing, retiring standard answers. What was written once is kept.

Using one changes nothing: hub.queries.answers fills it, a person sends it.
"""

from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub import permissions, text
from hub.actions.journal import record
from hub.answer_variables import canonical
from hub.errors import InvalidInput, InvalidText, NotFound, StaleForm
from hub.models import Centre, Court, StandardAnswer, StandardAnswerVersion, User
from hub.models.answers import MAX_TITLE

WRITE = "answers.write"
MAX_BODY = 4000  # characters: with its values still far below a message's limit
MOST = 100  # offered at once by one organisation: more is a list that nobody reads


class Words(NamedTuple):
    title: str
    body: str


def create_answer(organisation_code: str, typed: Words, *, by: User) -> StandardAnswer:
    """A new standard answer of a court or centre, as version 1.

    The same words twice are one. Raises NotFound for a stranger, Forbidden,
    InvalidInput.
    """
    with transaction.atomic():
        organisation = _locked(organisation_code, by)
        words = checked(typed)
        same = _titled(organisation, words.title)
        if same and same.body == words.body:
            return same.answer
        wrong = _too_many(organisation) or _taken(same)
        if wrong:
            raise InvalidInput(wrong)
        answer = StandardAnswer.objects.create(**_owner(organisation))
        _add_version(answer, words, by)
        record(by, "standard_answer_created", "standard_answer", answer.pk)
        return answer


def change_answer(
    answer_id: UUID, typed: Words, *, seen: int, by: User
) -> StandardAnswer:
    """The next version. `seen`: the one that the person had before them.

    Unchanged words make none. Raises NotFound, Forbidden, InvalidInput, and StaleForm
    when somebody changed it meanwhile.
    """
    with transaction.atomic():
        answer, current = _locked_answer(answer_id, by)
        words = checked(typed)
        if words == (current.title, current.body):
            return answer
        if seen != answer.version:
            raise StaleForm(
                _("%(name)s has changed this text meanwhile. Read it, then save again.")
                % {"name": current.by_name}
            )
        _next_version(answer, words, by)
        return answer


def take_again(answer_id: UUID, number: int, *, by: User) -> StandardAnswer:
    """The words of an older version become those of a new one.

    Raises NotFound, Forbidden, InvalidInput (its title is in use by another).
    """
    with transaction.atomic():
        answer, current = _locked_answer(answer_id, by)
        older = answer.versions.filter(number=number).first()
        if older is None:
            raise NotFound
        words = Words(older.title, older.body)
        if words != (current.title, current.body):
            _next_version(answer, words, by, taken_from=number)
        return answer


def offer(answer_id: UUID, is_offered: bool, *, by: User) -> StandardAnswer:
    """Retires an answer, or offers it again; twice is once.

    Raises NotFound, Forbidden, InvalidInput (too many, or its title is in use).
    """
    with transaction.atomic():
        answer, current = _locked_answer(answer_id, by)
        if is_offered == (answer.retired_at is None):
            return answer
        if is_offered:
            same = _titled(answer.organisation, current.title)
            wrong = _too_many(answer.organisation) or _taken(same)
            if wrong:
                raise InvalidInput(wrong)
        answer.retired_at = None if is_offered else timezone.now()
        answer.retired_by = None if is_offered else by
        answer.save(update_fields=["retired_at", "retired_by"])
        act = "standard_answer_offered" if is_offered else "standard_answer_retired"
        record(by, act, "standard_answer", answer.pk)
        return answer


def checked(typed: Words) -> Words:
    """The words as they are stored. Raises InvalidInput."""
    wrong, title, body = {}, "", ""
    try:
        title = " ".join(text.normalise(typed.title, MAX_TITLE).split())
        if not title:
            wrong["title"] = _("Give it a title: it is what you choose it by.")
    except InvalidText as error:
        wrong["title"] = error.detail
    try:
        body = canonical(text.normalise(typed.body, MAX_BODY))
        if not body:
            wrong["body"] = _("Write the text.")
    except InvalidText as error:
        wrong["body"] = error.detail
    except ValueError as error:
        wrong["body"] = str(error)
    if wrong:
        raise InvalidInput(wrong)
    return Words(title, body)


def _locked(code: str, by: User) -> Court | Centre:
    """The organisation; nobody else changes its answers until the commit."""
    place = permissions.place_where(by, WRITE, organisation=code)
    model = Court if place.court_id else Centre
    found: Court | Centre = model.objects.select_for_update(
        no_key=True, of=("self",)
    ).get(code=code)
    return found


def _locked_answer(
    answer_id: UUID, by: User
) -> tuple[StandardAnswer, StandardAnswerVersion]:
    rows = StandardAnswer.objects.select_related("court", "centre")
    found = rows.filter(pk=answer_id).first()
    if found is None:
        raise NotFound
    _locked(found.organisation.code, by)
    answer = rows.get(pk=answer_id)
    return answer, answer.versions.get(number=answer.version)


def _owner(organisation: Court | Centre) -> dict[str, Court | Centre]:
    kind = "court" if isinstance(organisation, Court) else "centre"
    return {kind: organisation}


def _titled(organisation: Court | Centre, title: str) -> StandardAnswerVersion | None:
    """The offered answer that bears this title."""
    owner = {f"answer__{key}": value for key, value in _owner(organisation).items()}
    return (
        StandardAnswerVersion.objects.filter(
            number=F("answer__version"), answer__retired_at=None, title=title, **owner
        )
        .select_related("answer")
        .first()
    )


def _taken(same: StandardAnswerVersion | None) -> dict[str, str]:
    if same is None:
        return {}
    return {"title": _("Another standard answer has this title: change one of them.")}


def _too_many(organisation: Court | Centre) -> dict[str, str]:
    offered = StandardAnswer.objects.filter(retired_at=None, **_owner(organisation))
    if offered.count() < MOST:
        return {}
    sentence = ngettext(
        "Your organisation offers %(num)s standard answer, the most there can be: "
        "retire it first.",
        "Your organisation offers %(num)s standard answers, the most there can be: "
        "retire one first.",
        MOST,
    )
    return {"title": sentence % {"num": MOST}}


def _next_version(
    answer: StandardAnswer, words: Words, by: User, taken_from: int | None = None
) -> None:
    same = _titled(answer.organisation, words.title)
    if same and same.answer_id != answer.pk and answer.retired_at is None:
        raise InvalidInput(_taken(same))
    answer.version += 1
    answer.save(update_fields=["version"])
    _add_version(answer, words, by, taken_from)
    counts = {"version": answer.version}
    record(by, "standard_answer_changed", "standard_answer", answer.pk, counts=counts)


def _add_version(
    answer: StandardAnswer, words: Words, by: User, taken_from: int | None = None
) -> None:
    StandardAnswerVersion.objects.create(
        answer=answer,
        number=answer.version,
        title=words.title,
        body=words.body,
        taken_from=taken_from,
        by=by,
        by_name=by.name,
    )
