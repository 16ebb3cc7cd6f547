"""The checker of the fault tests can fail: each fault it names is shown to it."""

from typing import Any

import pytest

from tests.clients.teller import Copy, Teller
from tests.faults.checker import Record, compare

THREAD = "t"


def told() -> tuple[Record, Teller]:
    """Two messages that were sent, acknowledged, stored and read as they should."""
    client = Teller([THREAD])
    rows = [(1, "a", "un", "h1", "socket"), (2, "b", "deux", "h2", "socket")]
    for seq, message_id, body, hash_, _door in rows:
        client.sent[message_id] = (THREAD, body)
        client.acknowledged[message_id] = (THREAD, seq)
        client.held[THREAD][seq] = Copy(message_id, body, hash_)
    return {THREAD: {"messages": rows, "broken": None, "head": 2}}, client


def test_a_record_that_is_as_everyone_was_told_is_clean() -> None:
    record, client = told()
    verdict = compare(record, [client])
    assert verdict.clean, verdict
    assert verdict.acknowledged == 2


@pytest.mark.parametrize(
    ("fault", "rows"),
    [
        ("lost", [(1, "a", "un", "h1", "socket")]),
        ("lost", [(1, "a", "un", "h1", "socket"), (2, "b", "DEUX", "h2", "socket")]),
        ("lost", [(1, "b", "deux", "h2", "socket"), (2, "a", "un", "h1", "socket")]),
        ("holes", [(2, "b", "deux", "h2", "socket")]),
        ("duplicates", [(1, "a", "un", "h1", "socket"), (2, "a", "un", "h1", "page")]),
        ("ghosts", [(1, "a", "un", "h1", "socket"), (2, "x", "?", "h2", "socket")]),
        (
            "divergence",
            [(1, "a", "un", "h1", "socket"), (2, "b", "deux", "?", "socket")],
        ),
    ],
)
def test_a_record_that_differs_from_what_was_told_is_found(
    fault: str, rows: list[Any]
) -> None:
    record, client = told()
    record[THREAD]["messages"] = rows
    assert getattr(compare(record, [client]), fault) > 0


def test_a_stored_message_that_was_finally_refused_is_a_ghost() -> None:
    record, client = told()
    client.refused["b"] = "forbidden"
    assert compare(record, [client]).ghosts == 1


def test_an_id_that_was_refused_with_one_content_may_be_stored_with_another() -> None:
    record, client = told()
    second = Teller([THREAD])
    second.sent["b"] = (THREAD, "autre chose")
    second.refuse("b", "conflict")
    assert compare(record, [client, second], [client]).clean


def test_what_a_form_accepted_and_nobody_stored_is_lost() -> None:
    record, client = told()
    client.sent["c"] = (THREAD, "trois")
    client.accepted.add("c")
    assert compare(record, [client]).lost == 1


def test_two_places_for_one_id_are_a_duplicate() -> None:
    record, client = told()
    client.posted("b", THREAD, 3)
    assert compare(record, [client]).duplicates == 1


def test_what_a_reader_was_told_and_nobody_stored_is_an_aborted_read() -> None:
    record, client = told()
    client.dropped.append((THREAD, 2, Copy("z", "jamais", "h")))
    verdict = compare(record, [client])
    assert (verdict.aborted_reads, verdict.divergence) == (1, 0)


def test_a_broken_chain_is_found() -> None:
    record, client = told()
    record[THREAD]["broken"] = 2
    assert compare(record, [client]).broken_chains == 1


def test_a_reader_without_the_last_message_is_behind() -> None:
    record, client = told()
    del client.held[THREAD][2]
    assert compare(record, [client]).behind == 1


def test_two_messages_of_a_socket_in_another_order_are_an_inversion() -> None:
    record, client = told()
    client.acknowledged = {"a": (THREAD, 2), "b": (THREAD, 1)}
    assert compare(record, [client]).inversions == 1
