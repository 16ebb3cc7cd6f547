"""What is small to send and huge to open is refused, for the right reason, at little cost.

Recognition and the rebuild of office files and texts, in a child of their own with the
limits of production. PDF and images go the whole way in the tests of the sandbox.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from hub.files.archive import open_archive
from hub.files.limits import CHILD_CPU_SECONDS, CHILD_MEMORY_BYTES, CHILD_WALL_SECONDS
from hub.files.reasons import FileRefused, Reason
from tests.files.bombs import BOMBS
from tests.files.bombs_zip import closed, container, docx_entries, member

pytestmark = pytest.mark.embedded  # says nothing about a database
ROOT = Path(__file__).resolve().parents[2]
HERE = [
    name for name, bomb in BOMBS.items() if bomb.family in ("zip", "office", "text")
]
IMAGES = [
    name
    for name, bomb in BOMBS.items()
    if bomb.family == "image" and name != "png_packed_text"
]
_CHILD = """
import resource, sys
from pathlib import Path
memory, seconds = int(sys.argv[3]), int(sys.argv[4])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
from hub.files import kinds, office, plain_text
from hub.files.reasons import FileRefused
source, target = Path(sys.argv[1]), Path(sys.argv[2])
try:
    kind = kinds.recognise(source)
    {"office": office, "text": plain_text}[kind.family].rebuild(source, target, kind)
except FileRefused as refused:
    print(refused.reason.value)
else:
    print("accepted")
"""


def outcome(source: Path, target: Path) -> str:
    limits = (str(CHILD_MEMORY_BYTES), str(CHILD_CPU_SECONDS))
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, source, target, *limits],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=3 * CHILD_WALL_SECONDS,  # a loaded machine is not a bomb
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_there_are_forty() -> None:
    assert len(BOMBS) >= 40


@pytest.mark.parametrize("name", HERE + IMAGES)
def test_a_bomb_is_refused(tmp_path: Path, name: str) -> None:
    BOMBS[name].write(tmp_path / "bomb")
    assert outcome(tmp_path / "bomb", tmp_path / "out") in BOMBS[name].reasons
    assert not (tmp_path / "out").exists()


def test_a_small_overlap_is_refused_too() -> None:
    entry = member("word/a.xml", b"<a/>" * 100)
    out = bytearray(entry.local() + entry.packed)
    data = closed(out, [entry.central(0), entry.central(0)])
    with pytest.raises(FileRefused) as refused:
        open_archive(data)
    assert refused.value.reason is Reason.BROKEN
    assert "overlap" in refused.value.detail


def test_a_big_document_that_is_no_bomb_passes_the_container() -> None:
    """Fifty megabytes of sheet at the ratio of ordinary sheets."""
    chance = bytes(range(256)) * 4
    sheet = b"".join(b"%d,%d;" % (n, n * 7919) for n in range(1_000_000)) + chance
    archive = open_archive(container([*docx_entries(), member("a.xml", sheet)]))
    assert archive.read("a.xml") == sheet
