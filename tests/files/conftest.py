"""A world without files, and children that misbehave behind the walls."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.demo import Demo
from hub.files import nursery, storage
from hub.models import Attachment, Blob
from tests.cast import create_small_demo

ROOT = Path(__file__).resolve().parent.parent.parent
BEGIN = f"""
import ctypes, json, os, resource, signal, socket, sys, time
ROOT = {str(ROOT)!r}
sys.path.append(ROOT)
from hub.files import confine, nursery_main
"""
PROGRAM = """
def misbehave(arguments):
    sys.argv[1:] = arguments
    exec(BEFORE, globals())
    confine.confine()
    exec(LINES, globals())
    return 0

nursery_main.main(misbehave)
"""


@pytest.fixture
def demo(db: None) -> Demo:
    """Nothing is attached and nothing is stored, not even by tests before this one."""
    world = create_small_demo()
    Blob.objects.all().delete()
    Attachment.objects.all().delete()
    for _id, path, _at in storage.stored():
        storage.place().delete(path)
    return world


@pytest.fixture
def misbehave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., None]]:
    """Makes the next children run these lines instead, behind the walls."""
    program = tmp_path / "misbehaving.py"
    monkeypatch.setattr(nursery, "PROGRAM", program)

    def write(lines: str, before: str = "") -> None:
        given = f"BEFORE, LINES = {before!r}, {lines!r}\n"
        program.write_text(BEGIN + given + PROGRAM)
        nursery.renew()

    yield write
    nursery.renew()
