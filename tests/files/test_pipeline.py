"""From receipt to a reader, with children and a scanner that answer what we say."""

import pytest

from hub.demo import Demo
from hub.models import AttachmentState, BlobRole, ScanVerdict
from tests.files.fakes import FakeScanner, fake_children, run_queue, send


@pytest.fixture(autouse=True)
def _children(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_children(monkeypatch)


def test_a_file_is_scanned_rebuilt_scanned_again_and_published(demo: Demo) -> None:
    file = send(demo.people["camille"], demo.threads[0], b"%PDF-1.7 hello")
    scanner = FakeScanner()
    assert run_queue(scanner) == 1
    file.refresh_from_db()
    assert file.state == AttachmentState.CLEAN
    assert (file.pages, file.change, file.media_type) == (2, 1, "application/pdf")
    assert scanner.asked == [b"%PDF-1.7 hello", b"rebuilt %PDF-1.7 hello"]
    assert {b.role for b in file.blobs.all()} == set(BlobRole)
    assert ScanVerdict.objects.filter(is_clean=True).count() == 2
