"""Invented facts for every kind of mail, as letter_facts would find them: for the page
/dev/emails and for tests of the wording. Nobody here exists; no query.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from hub.models import Role
from notifications import unread_lines
from notifications.contents import Line
from notifications.digest import ACKNOWLEDGE, TURN
from notifications.kinds import Kind
from notifications.letter_facts import Excerpt, Known, Policy
from notifications.links import VALID_FOR

PLACE, REFERENCE = "Espace de rencontre du Marais (fictif)", "M-7K3F-92QX"
WORDS = "Le parent n’est pas venu samedi.\nPouvez-vous nous dire ce qui est prévu ?"
_THREAD = UUID(int=0x8F3C << 112)
# What the rows of a kind may hold; several when its words differ with it.
FACTS: Mapping[Kind, Sequence[Mapping[str, Any]]] = {
    Kind.ACK_OVERDUE: (
        {"step": "T1.reminder"},
        {"step": "T1.court"},
        {"step": "T1.national", "count": 12},
        {"step": "T1.national", "count": 1},
    ),
    Kind.DEADLINE: ({"step": "T2.contact"}, {"step": "T3.declared"}),
    Kind.ENDING: ({"step": "T4.first", "day": "2027-01-23"}, {"step": "T7.protection"}),
    Kind.AVAILABILITY_ASKED: ({"request": str(UUID(int=7))},),
    Kind.AVAILABILITY_ANSWERED: ({"request": str(UUID(int=7))},),
}
WITHOUT_THREAD = (
    Kind.DIGEST,
    Kind.WAITING_STALE,
    Kind.AVAILABILITY_ASKED,
    Kind.AVAILABILITY_ANSWERED,
    Kind.CLOSURE,
    Kind.SUBSTITUTION,
    Kind.INVITATION,
    Kind.ROLE_CHANGED,
    Kind.NEW_BROWSER,
    Kind.USE_THE_LINK,
    Kind.TEST,
)


def names() -> list[str]:
    """Like "messages", or "ack_overdue-2" where words differ with the facts."""
    return [name for kind in Kind for name, _facts in _variants(kind)]


def sample(
    name: str, language: str, policy: Policy, now: datetime, base_url: str
) -> Known:
    """Raises KeyError for a name that is not there."""
    kind, facts = _by_name()[name]
    known = Known(
        row=UUID(int=0x47A3_9E5D_C6B1 << 80),
        kind=kind,
        recipient="u1",
        name="Camille Moreau",
        email="camille.moreau@justice.demo.invalid",
        language=language,
        at=now,
        user=UUID(int=1),
        facts=facts,
        lines=_lines(kind, policy, now),
        days=(date(2026, 12, 21), date(2027, 1, 3)),
        organisation="Tribunal judiciaire de Nantes",
        centre_code="DEMO-44-01",
        role=Role.CLERK,
        browser="Firefox, Windows",
    )
    if kind == Kind.WAITING_STALE:
        return _linked(known, base_url)
    if kind in WITHOUT_THREAD or facts.get("step") == "T1.national":
        return known
    return _of_policy(_linked(replace(known, thread=_THREAD), base_url), policy)


def _linked(known: Known, base_url: str) -> Known:
    until = (known.at + VALID_FOR).date()
    return replace(known, link=f"{base_url}/r/8f3k2v7q", link_until=until)


def _of_policy(known: Known, policy: Policy) -> Known:
    if policy == "none":
        return known
    named = replace(known, policy=policy, place=PLACE, reference=REFERENCE)
    if policy == "meta" or known.kind != Kind.MESSAGES:
        return named
    return replace(named, excerpts=[Excerpt(known.at - timedelta(minutes=20), WORDS)])


def _lines(kind: Kind, policy: Policy, now: datetime) -> list[Line]:
    if kind == Kind.MESSAGES:
        return [
            _line(unread_lines.DIFFICULTY, 1, now + timedelta(hours=3), urgent=True),
            _line(unread_lines.RECEIPT, 2, now.date() + timedelta(days=1)),
            _line(unread_lines.MESSAGE, 1, None),
        ]
    if kind != Kind.DIGEST:
        return []
    lines = [
        _line(Kind.ANSWER_OVERDUE, 1, now.date() - timedelta(days=2), urgent=True),
        _line(ACKNOWLEDGE, 1, now.date() + timedelta(days=3)),
        _line(Kind.ENDING, 1, now.date() + timedelta(days=58)),
        _line(TURN, 1, None),
        _line(Kind.MESSAGES, 4, None),
    ]
    if policy == "none":
        return lines
    return [replace(line, reference=REFERENCE, place=PLACE) for line in lines]


def _line(
    code: str, count: int, due: datetime | date | None, *, urgent: bool = False
) -> Line:
    return Line(code, count, due, urgent, reference="", place="")


def _variants(kind: Kind) -> list[tuple[str, Mapping[str, Any]]]:
    variants = FACTS.get(kind, ({},))
    if len(variants) == 1:
        return [(kind.value, variants[0])]
    return [(f"{kind.value}-{n}", facts) for n, facts in enumerate(variants, 1)]


def _by_name() -> dict[str, tuple[Kind, Mapping[str, Any]]]:
    return {name: (kind, facts) for kind in Kind for name, facts in _variants(kind)}
