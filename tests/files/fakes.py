"""A scanner and children that answer what a test says, and files that arrive."""

import hashlib
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from hub.actions import file_queue, inspection
from hub.actions.attachments import receive
from hub.actions.messages import post_messages
from hub.files import sandbox
from hub.files.kinds import KINDS, Kind
from hub.files.scanner import (
    Answer,
    Clean,
    Colour,
    Health,
    Infected,
    NotScanned,
    Scanner,
)
from hub.models import Attachment, Measure, Thread, User
from hub.models.choices import MeasureState
from hub.posting import Draft, Posted

EVIL = b"evil bytes"
CLEAN = Clean("Fake 1", "1")


class FakeScanner:
    """Clean unless the bytes are EVIL; `down` makes it silent. Counts its work."""

    name = "fake"

    def __init__(self) -> None:
        self.down = False
        self.permanent = False
        self.database = "1"
        self.asked: list[bytes] = []

    async def scan(self, path: Path) -> Answer:
        data = path.read_bytes()
        self.asked.append(data)
        if self.down:
            return NotScanned("no answer", self.permanent)
        if EVIL in data:
            return Infected("Fake 1", self.database, None, "Evil-1")
        return Clean("Fake 1", self.database)

    async def health(self) -> Health:
        return Health(Colour.GREEN, not self.down, "", "Fake 1", self.database)


def rebuilt(source: Path, target: Path, kind: Kind) -> sandbox.Rebuilt:
    target.write_bytes(b"rebuilt " + source.read_bytes())
    return sandbox.Rebuilt(2, target.stat().st_size)


def drawn(source: Path, target: Path, kind: Kind) -> bool:
    target.write_bytes(b"RIFF picture")
    return True


def fake_children(monkeypatch: pytest.MonkeyPatch, **other: Any) -> None:
    """Every file is a PDF of two pages, unless a test says otherwise."""
    steps = {
        "inspect": lambda source: KINDS["pdf"],
        "rebuild": rebuilt,
        "preview": drawn,
    } | other
    for name, step in steps.items():
        monkeypatch.setattr(sandbox, name, step)


def upload(data: bytes = b"", name: str = "Ordonnance du 3 mai.pdf") -> Any:
    """A file as a door hands it over; by default bytes that nobody else has."""
    return SimpleUploadedFile(name, data or b"%PDF-" + uuid4().bytes)


def send(user: User, where: Thread, data: bytes = b"", **given: Any) -> Attachment:
    return receive(user, where, upload(data, **given))


def decision(user: User, measure: Measure) -> Attachment:
    """An ordering document that was sent while the measure was a draft."""
    state = measure.state
    rows = Measure.objects.filter(pk=measure.pk)
    rows.update(state=MeasureState.DRAFT)
    file = receive(user, rows.get(), upload())
    rows.update(state=state)
    return file


def run_queue(scanner: Scanner) -> int:
    """Inspects everything that is due now; how many looks that took."""
    looks = 0
    while held := file_queue.take(timezone.now()):
        inspection.inspect(held, scanner)
        looks += 1
    return looks


def published(user: User, thread: Thread, data: bytes = b"") -> Attachment:
    """A clean file of this person, in no message yet."""
    file = send(user, thread, data)
    run_queue(FakeScanner())
    file.refresh_from_db()
    return file


def posted(user: User, thread: Thread, data: bytes = b"") -> Attachment:
    """A clean file of this person in a message of theirs."""
    file = published(user, thread, data)
    draft = Draft(thread.pk, user.pk, uuid4(), "Voici.", attachments=(file.pk,))
    [outcome] = post_messages([draft])
    assert isinstance(outcome, Posted), outcome
    file.refresh_from_db()
    return file


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
