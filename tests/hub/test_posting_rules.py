"""The rules of posting, without a database: hub.posting.plan."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from hub.chain import first_break
from hub.heads import Head
from hub.models import (
    GENESIS,
    SYSTEM,
    Attachment,
    AttachmentPurpose,
    AttachmentState,
    Message,
    Side,
)
from hub.posting import Draft, Facts, Posted, Refused, Seat, plan

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # a Tuesday morning in Paris
THREAD, CAMILLE, SAMIRA, CHIEF = (uuid4() for _ in range(4))


def facts(**changes: object) -> Facts:
    camille = Seat("Camille Moreau", "judge", "TJ Nantes", Side.COURT, True, True)
    samira = Seat("Samira Benali", "staff", "Centre", Side.CENTRE, True, False)
    chief = replace(camille, name="Chef", role="chief_clerk", may_write=False)
    seats = {CAMILLE: camille, SAMIRA: samira, CHIEF: chief}
    given = Facts(
        heads={THREAD: Head(0, GENESIS, True, Side.CENTRE)},
        seats={(THREAD, user): seat for user, seat in seats.items()},
        known={},
        written={},
    )
    return replace(given, **changes)


def draft(author: UUID = CAMILLE, body: str = "Bonjour", **more: object) -> Draft:
    return replace(Draft(thread=THREAD, author=author, id=uuid4(), body=body), **more)


def codes(*drafts: Draft, given: Facts | None = None) -> list[str]:
    outcomes = plan(drafts, given or facts(), NOW).outcomes
    return [o.code if isinstance(o, Refused) else "posted" for o in outcomes]


def test_seqs_are_dense_and_chained_in_the_order_of_the_group() -> None:
    decided = plan([draft(), draft(SAMIRA), draft()], facts(), NOW)
    assert [row.seq for row in decided.rows] == [1, 2, 3]
    assert first_break(decided.rows) is None
    assert decided.heads[THREAD].hash == decided.rows[-1].hash


def test_a_changed_or_missing_or_moved_message_breaks_the_chain() -> None:
    rows = plan([draft(), draft(), draft()], facts(), NOW).rows
    rows[1].body = "Autre chose"
    assert first_break(rows) == 2
    assert first_break([rows[0], rows[2]]) == 2
    assert first_break([rows[1], rows[0]]) == 1


def test_a_refused_draft_leaves_no_hole_and_harms_no_neighbour() -> None:
    stranger = draft(uuid4())
    decided = plan([draft(), stranger, draft(body=""), draft()], facts(), NOW)
    assert [row.seq for row in decided.rows] == [1, 2]


def test_who_has_no_seat_or_may_not_write_is_refused_alike() -> None:
    elsewhere = replace(draft(), thread=uuid4())
    assert codes(draft(uuid4()), draft(CHIEF), elsewhere) == ["forbidden"] * 3


def test_the_same_id_twice_in_one_group_is_one_message() -> None:
    once = draft()
    first, second = plan([once, once], facts(), NOW).outcomes
    assert isinstance(first, Posted)
    assert isinstance(second, Posted)
    assert second.again
    assert second.message.seq == first.message.seq == 1


def test_the_same_id_with_another_content_is_a_conflict() -> None:
    once = draft()
    changed = [replace(once, body="Autre"), replace(once, needs_ack=True)]
    assert codes(once, *changed) == ["posted", "conflict", "conflict"]


def test_a_known_id_is_answered_even_when_the_thread_is_closed() -> None:
    once = draft()
    stored = plan([once], facts(), NOW).rows[0]
    closed = facts(
        heads={THREAD: Head(1, stored.hash, False, Side.CENTRE)},
        known={(CAMILLE, once.id): stored},
    )
    assert codes(once, draft(), given=closed) == ["posted", "closed"]


def test_empty_too_long_and_untypeable_texts_are_refused() -> None:
    drafts = [
        draft(body=b) for b in ("", " \n ", "\u200b", "a" * 10_001, "a\0", "\ud800")
    ]
    expected = ["invalid", "invalid", "invalid", "too_long", "invalid", "invalid"]
    assert codes(*drafts) == expected
    assert codes(draft(body="a" * 10_000)) == ["posted"]


def test_urgency_needs_a_reason_and_only_some_roles_mark_for_the_case_file() -> None:
    assert codes(draft(urgent=" ")) == ["invalid"]
    assert codes(draft(urgent="Départ demain")) == ["posted"]
    assert codes(draft(SAMIRA, for_case_file=True)) == ["forbidden"]
    assert codes(draft(CAMILLE, for_case_file=True)) == ["posted"]


def test_only_an_own_ordinary_message_can_be_corrected() -> None:
    first = draft()
    group = [first, draft(corrects=1), draft(SAMIRA, corrects=1), draft(corrects=9)]
    assert codes(*group) == ["posted", "posted", "invalid", "invalid"]


def test_the_turn_passes_to_the_other_side_but_not_with_a_system_message() -> None:
    asks = draft(SAMIRA, "Quand ?")
    decided = plan([asks, draft(CHIEF, kind=SYSTEM)], facts(), NOW)
    assert decided.heads[THREAD].awaits == Side.COURT
    assert decided.heads[THREAD].last_seq == 2


ANSWERED = ("Oui, les sorties sont permises.", {}, "")
TURNS = [  # of the court's message in a thread that waits for the court
    ANSWERED,
    ("Oui. Et la date ?", {}, "centre"),
    ("Bien reçu.", {"needs_ack": True}, "centre"),
    ("Bien reçu.", {"urgent": "Demain"}, "centre"),
    ("Il manque la page 2.", {"kind": "information_request"}, "centre"),
]


@pytest.mark.parametrize(("body", "more", "turn"), TURNS)
def test_a_plain_answer_puts_nobody_in_debt(
    body: str, more: dict[str, Any], turn: str
) -> None:
    asked = facts(heads={THREAD: Head(0, GENESIS, True, Side.COURT)})
    assert plan([draft(body=body, **more)], asked, NOW).heads[THREAD].awaits == turn


def test_going_on_a_correction_and_a_file_alone_change_no_turn() -> None:
    """What comes after an answer; who writes unasked is answered, as before."""
    waits = facts(heads={THREAD: Head(0, GENESIS, True, Side.COURT)})
    answer = draft(body=ANSWERED[0])
    goes_on, corrects = draft(body="Avec un tiers."), draft(corrects=1)
    for group in ([answer, goes_on], [answer, corrects], [answer, draft(SAMIRA)]):
        turn = plan(group, replace(waits, known={}), NOW).heads[THREAD].awaits
        assert turn == ("court" if group[1].author == SAMIRA else "")
    file = Attachment(
        pk=uuid4(), thread_id=THREAD, sent_by_id=CAMILLE,
        purpose=AttachmentPurpose.MESSAGE, state=AttachmentState.CLEAN,
    )  # fmt: skip
    waits = replace(waits, files={file.pk: file}, known={})
    alone = draft(body="", attachments=(file.pk,))
    assert plan([alone], waits, NOW).heads[THREAD].awaits == Side.COURT


def test_names_are_frozen_on_the_message() -> None:
    [row] = plan([draft(SAMIRA)], facts(), NOW).rows
    frozen = (row.author_name, row.author_role, row.author_organisation)
    assert frozen == ("Samira Benali", "staff", "Centre")
    assert isinstance(row, Message)
