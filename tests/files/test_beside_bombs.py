"""Bombs are the workers' trouble: whoever reads a page meanwhile gets it.

All of them, sent to a served hub. `make test` meets each bomb by itself, in a child as a
worker starts one (test_bombs, test_bombs_in_children).
"""

from pathlib import Path

import pytest

from hub.files.limits import CHILD_MEMORY_BYTES, MIB
from tests.files.beside_bombs import look
from tests.files.bombs import BOMBS

# Says nothing about a database.
pytestmark = [pytest.mark.embedded, pytest.mark.files_faults]


def test_a_served_hub_refuses_every_bomb_and_answers_meanwhile(tmp_path: Path) -> None:
    seen = look(tmp_path)
    wrong = {n: r for n, r in seen.reasons.items() if r not in BOMBS[n].reasons}
    assert (len(seen.reasons), wrong) == (len(BOMBS), {})
    assert seen.left == []
    assert len(seen.peaks_mib) >= len(BOMBS)
    assert max(seen.peaks_mib) <= CHILD_MEMORY_BYTES / MIB
    for answers in seen.busy.values():
        assert {status for status, _seconds in answers} == {200}
    print(f"{len(BOMBS)} bombs in {seen.seconds:.0f} s, {max(seen.peaks_mib):.0f} MiB")
    print(f"median seconds, calm and busy: {seen.slower()}")
