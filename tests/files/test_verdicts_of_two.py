"""Kept verdicts where two scanners look: what one said alone is no answer of both."""

import pytest

from hub.actions import inspection
from hub.demo import Demo
from hub.files.scanner import Answer, BothScanners, Infected, Scanner
from hub.models import Attachment
from tests.files.fakes import FakeScanner, fake_children, posted, run_queue, send

DATA = b"%PDF same bytes"


@pytest.fixture(autouse=True)
def _children(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_children(monkeypatch)


def sent_again(demo: Demo, scanner: Scanner) -> Attachment:
    file = send(demo.people["camille"], demo.threads[0], DATA)
    run_queue(scanner)
    file.refresh_from_db()
    return file


def test_the_second_scanner_is_asked_about_what_the_first_has_known(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = FakeScanner(), FakeScanner()

    async def finds(path: object) -> Answer:
        return Infected("S", "9", None, "Bad")

    assert sent_again(demo, first).state == "clean"
    monkeypatch.setattr(second, "scan", finds)
    assert sent_again(demo, BothScanners(first, second)).state == "refused"


def test_their_answer_holds_until_one_database_changes_or_is_not_told(
    demo: Demo,
) -> None:
    first, second = FakeScanner(), FakeScanner()
    both = BothScanners(first, second)
    for database, asked in (("1", 2), ("1", 2), ("2", 4), ("", 6), ("", 8)):
        second.database = database
        assert sent_again(demo, both).state == "clean"
        assert (len(first.asked), len(second.asked)) == (asked, asked)


def test_a_rescan_asks_both(demo: Demo) -> None:
    file = posted(demo.people["camille"], demo.threads[0], DATA)
    first, second = FakeScanner(), FakeScanner()
    assert inspection.rescan(file, BothScanners(first, second))
    assert len(first.asked) == len(second.asked) == 1
