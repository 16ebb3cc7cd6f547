"""From the queue to a reader or a refusal, with children and a scanner of our own."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from hub import events
from hub.actions import file_queue, inspection
from hub.demo import Demo
from hub.files import sandbox, storage
from hub.files.kinds import KINDS, Kind
from hub.files.reasons import FileRefused, Reason
from hub.models import Attachment, AttachmentState, Blob, BlobRole, ScanVerdict
from hub.queries.attachments import changes_after
from hub.wire_files import for_others
from tests.files.fakes import EVIL, FakeScanner, fake_children, rebuilt, run_queue, send


@pytest.fixture(autouse=True)
def _children(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_children(monkeypatch)


@pytest.fixture
def file(demo: Demo) -> Attachment:
    return send(demo.people["camille"], demo.threads[0], b"%PDF-1.7 hello")


def now_due(file: Attachment, **changed: Any) -> Attachment:
    """As if the pause, or whatever is said, were over."""
    given = {"look_at": timezone.now()} | changed
    Attachment.objects.filter(pk=file.pk).update(**given)
    file.refresh_from_db()
    return file


def roles(file: Attachment) -> set[str]:
    return {blob.role for blob in file.blobs.all()}


def test_a_file_is_scanned_rebuilt_scanned_again_and_published(
    demo: Demo, file: Attachment
) -> None:
    heard: list[str] = []

    def listen(attachment: Attachment, **_: Any) -> None:
        heard.append(attachment.state)

    events.attachment_changed.connect(listen)
    scanner = FakeScanner()
    assert run_queue(scanner) == 1
    file.refresh_from_db()
    assert (file.state, file.pages, file.media_type) == ("clean", 2, "application/pdf")
    assert scanner.asked == [b"%PDF-1.7 hello", b"rebuilt %PDF-1.7 hello"]
    assert roles(file) == set(BlobRole)
    assert file.published_size == len(scanner.asked[1])
    assert heard == ["inspecting", "clean"]
    assert ScanVerdict.objects.filter(is_clean=True).count() == 2
    assert list(storage.workshop().iterdir()) == []


def test_changes_are_counted_so_that_a_page_knows_what_it_missed(demo: Demo) -> None:
    camille, thread = demo.people["camille"], demo.threads[0]
    for data in (b"one", EVIL, b"three"):
        send(camille, thread, data)
    run_queue(FakeScanner())
    thread.refresh_from_db()
    assert thread.files_changed == 3
    refused = Attachment.objects.get(state=AttachmentState.REFUSED, thread=thread)
    assert not file_queue.recall(refused)  # nothing changed, nothing is counted
    thread.refresh_from_db()
    assert thread.files_changed == 3
    late = changes_after(thread.pk, 1)
    assert [(f.change, f.state) for f in late] == [(2, "refused"), (3, "clean")]
    assert [for_others(file) for file in late] == [None, None]  # nothing is posted


@pytest.mark.parametrize("where", ["sent", "rebuilt"])
def test_an_infected_file_is_refused_before_and_after_the_rebuild(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def spoil(source: Path, target: Path, kind: Kind) -> sandbox.Rebuilt:
        target.write_bytes(EVIL)
        return sandbox.Rebuilt(1, len(EVIL))

    if where == "rebuilt":
        fake_children(monkeypatch, rebuild=spoil)
    data = EVIL if where == "sent" else b"harmless"
    file = send(demo.people["camille"], demo.threads[0], data)
    run_queue(FakeScanner())
    file.refresh_from_db()
    assert (file.state, file.reason) == ("refused", Reason.INFECTED)
    assert roles(file) == {BlobRole.ORIGINAL}
    assert ScanVerdict.objects.get(is_clean=False).signature == "Evil-1"


def test_what_a_child_refuses_is_refused_with_its_reason(
    file: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: Path) -> Kind:
        raise FileRefused(Reason.MACROS, "vbaProject.bin")

    fake_children(monkeypatch, inspect=refuse)
    run_queue(FakeScanner())
    file.refresh_from_db()
    assert (file.state, file.reason) == ("refused", "macros")


def test_without_a_verdict_a_file_waits_and_is_then_published(file: Attachment) -> None:
    scanner = FakeScanner()
    scanner.down = True
    assert run_queue(scanner) == 1
    file.refresh_from_db()
    assert file.state == "waiting"
    assert file.look_at
    assert file.look_at > timezone.now()
    assert (roles(file), ScanVerdict.objects.count()) == ({BlobRole.ORIGINAL}, 0)
    scanner.down = False
    now_due(file)
    run_queue(scanner)
    file.refresh_from_db()
    assert file.state == "clean"


@pytest.mark.parametrize("trouble", ["down", "permanent", "sandbox"])
def test_after_a_day_or_for_good_no_verdict_is_a_refusal(
    file: Attachment, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    def fail(source: Path) -> Kind:
        raise sandbox.SandboxFailed("no process")

    scanner = FakeScanner()
    scanner.down = trouble != "sandbox"
    scanner.permanent = trouble == "permanent"
    if trouble == "sandbox":
        fake_children(monkeypatch, inspect=fail)
    day = timedelta(hours=24)
    if trouble != "permanent":
        now_due(file, received_at=timezone.now() - day + timedelta(minutes=1))
        run_queue(scanner)
        file.refresh_from_db()
        assert file.state == "waiting"
        now_due(file, received_at=timezone.now() - day)
    run_queue(scanner)
    file.refresh_from_db()
    assert (file.state, file.reason) == ("refused", "unscannable")


def test_pauses_double_up_to_their_limit_and_are_never_equal_for_all() -> None:
    longest = file_queue.LONGEST_PAUSE_SCANNER
    pauses = [file_queue.pause_after(n, longest) for n in range(1, 60)]
    assert 1.5 <= pauses[0] <= 2
    assert all(0.75 * longest <= pause <= longest for pause in pauses[4:])
    assert len(set(pauses[10:])) > 1


def test_a_worker_that_died_is_followed_by_another(file: Attachment) -> None:
    assert file_queue.take(timezone.now())  # and then kill -9
    assert file_queue.take(timezone.now()) is None
    now_due(file, held_until=timezone.now() - timedelta(seconds=1))
    run_queue(FakeScanner())
    file.refresh_from_db()
    assert (file.state, file.attempts) == ("clean", 2)


def test_a_worker_that_was_too_slow_changes_nothing(file: Attachment) -> None:
    slow = file_queue.take(timezone.now())
    assert slow
    now_due(file, held_until=timezone.now() - timedelta(seconds=1))
    run_queue(FakeScanner())
    blobs = set(Blob.objects.values_list("pk", flat=True))
    inspection.inspect(slow, FakeScanner())
    file_queue.refuse(slow, Reason.BROKEN)
    file_queue.put_back(slow, file_queue.TryLater("late"))
    file_queue.release(slow)
    file.refresh_from_db()
    assert (file.state, file.change) == ("clean", 1)
    assert set(Blob.objects.values_list("pk", flat=True)) == blobs
    stored = {id_ for id_, _path, _at in storage.stored()}
    assert stored & {blob.pk for blob in file.blobs.all()} == blobs


def test_an_old_file_under_which_workers_die_is_given_up(file: Attachment) -> None:
    now, hour = timezone.now(), timedelta(hours=1)
    held = {
        "state": "inspecting",
        "held_until": now - hour,
        "received_at": now - 25 * hour,
    }
    now_due(file, attempts=9, **held)
    assert file_queue.give_up(timezone.now()) == 0
    now_due(file, attempts=10, **held)
    assert file_queue.give_up(timezone.now()) == 1
    file.refresh_from_db()
    assert (file.state, file.reason) == ("refused", "unscannable")


def test_a_clean_verdict_counts_again_only_with_the_same_database(demo: Demo) -> None:
    camille, scanner = demo.people["camille"], FakeScanner()
    asked = []
    for database in ("1", "1", "2"):
        scanner.database = database
        send(camille, demo.threads[0], b"the same")
        run_queue(scanner)
        asked.append(len(scanner.asked))
    assert asked == [2, 2, 4]
    scanner.down = True  # then nobody knows which database it would be
    file = send(camille, demo.threads[0], b"the same")
    run_queue(scanner)
    file.refresh_from_db()
    assert file.state == "waiting"


@pytest.mark.parametrize("failing", ["refused", "failed", "none"])
def test_a_file_without_a_picture_is_published_all_the_same(
    file: Attachment, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def draw(source: Path, target: Path, kind: Kind) -> bool:
        if failing == "refused":
            raise FileRefused(Reason.BROKEN)
        if failing == "failed":
            raise sandbox.SandboxFailed
        return False

    fake_children(monkeypatch, preview=draw)
    run_queue(FakeScanner())
    file.refresh_from_db()
    assert (file.state, roles(file)) == ("clean", {"original", "published"})


def test_what_is_rebuilt_to_another_kind_is_named_and_drawn_as_that(
    file: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def draw(source: Path, target: Path, kind: Kind) -> bool:
        drawn.append(kind.name)
        return False

    fake_children(monkeypatch, inspect=lambda source: KINDS["heic"], preview=draw)
    run_queue(FakeScanner())
    file.refresh_from_db()
    assert (drawn, file.media_type) == (["jpeg"], "image/jpeg")
    assert file.name == "Ordonnance du 3 mai.jpg"


def test_other_bytes_than_the_scanned_ones_are_not_published(
    file: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(source: Path, target: Path, kind: Kind) -> bool:
        source.write_bytes(b"exchanged")
        return False

    fake_children(monkeypatch, rebuild=rebuilt, preview=change)
    run_queue(FakeScanner())
    file.refresh_from_db()
    assert (file.state, roles(file)) == ("waiting", {"original"})
