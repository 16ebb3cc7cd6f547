"""Who goes on at once when the scanner is back, and who keeps its pause."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from hub.demo import Demo
from hub.files.clamd import TOOK_TOO_LONG
from hub.files.scanner import Answer, NotScanned
from hub.inspector import Inspector
from hub.models import Attachment
from tests.files.fakes import FakeScanner, fake_children, send


class Slow(FakeScanner):
    """Takes too long over some files."""

    async def scan(self, path: Path) -> Answer:
        if b"SLOW" in path.read_bytes():
            return NotScanned(f"no verdict: {TOOK_TOO_LONG}")
        return await super().scan(path)


def test_once_the_scanner_is_back_nobody_waits_for_the_end_of_a_pause(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_children(monkeypatch)
    scanner, worker = FakeScanner(), Inspector(1)
    files = [send(demo.people["camille"], demo.threads[0]) for _ in range(4)]
    scanner.down = True
    while worker._step(scanner):
        pass
    waiting = Attachment.objects.filter(state="waiting")
    assert waiting.count() == 4
    waiting.update(look_at=timezone.now() + timedelta(hours=1))
    waiting.filter(pk=files[0].pk).update(look_at=timezone.now())
    scanner.down = False
    while worker._step(scanner):
        pass
    assert not waiting.exists()


def test_a_file_that_is_itself_the_trouble_keeps_its_pause(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_children(monkeypatch)
    scanner, worker = Slow(), Inspector(1)
    camille, thread = demo.people["camille"], demo.threads[0]
    slow = send(camille, thread, b"%PDF SLOW")
    scanner.down = True
    waited = send(camille, thread)
    while worker._step(scanner):
        pass
    scanner.down = False
    later = timezone.now() + timedelta(hours=1)
    Attachment.objects.filter(pk=slow.pk).update(look_at=later)
    Attachment.objects.filter(pk=waited.pk).update(look_at=timezone.now())
    for _ in range(3):
        send(camille, thread)
        while worker._step(scanner):
            pass
    slow.refresh_from_db()
    assert (slow.state, slow.attempts, slow.look_at) == ("waiting", 1, later)
    assert not Attachment.objects.filter(state="waiting").exclude(pk=slow.pk).exists()
