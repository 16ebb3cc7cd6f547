"""Bombs through real children: each is refused for its size, in bounded memory.

The ten seconds are the sandbox's own limit: a child that needs longer is killed, and
its file refused with another detail.
"""

from pathlib import Path

import pytest

from hub.files import limits, sandbox
from hub.files.kinds import KINDS
from hub.files.reasons import FileRefused
from hub.files.sandbox import Outcome
from tests.files.bombs import BOMBS

pytestmark = pytest.mark.embedded  # says nothing about a database


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_a_gibibyte_and_before_its_time_is_up(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    BOMBS[name].write(source)
    ends = watched(monkeypatch)
    with pytest.raises(FileRefused) as refused:
        kind = sandbox.inspect(source)
        sandbox.rebuild(source, target, KINDS[kind.name])
    assert refused.value.reason in BOMBS[name].reasons, refused.value.detail
    assert ends
    for end in ends:
        assert not end.timed_out
        assert end.peak_bytes <= limits.CHILD_MEMORY_BYTES
    assert not target.exists()


def watched(monkeypatch: pytest.MonkeyPatch) -> list[Outcome]:
    """How each child ended, as they end."""
    ends: list[Outcome] = []
    judge = sandbox.judge

    def noted(outcome: Outcome) -> dict[str, object]:
        ends.append(outcome)
        return judge(outcome)

    monkeypatch.setattr(sandbox, "judge", noted)
    return ends
