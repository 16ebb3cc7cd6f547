"""A backup taken while people write goes back into an empty hub, whole or not at all."""

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from hub.actions import blobs
from hub.actions.messages import post_messages
from hub.actions.reference_data import load_courts
from hub.actions.transitions import hub_itself
from hub.backups import databases, manifest, postgres_tools, restore
from hub.backups.manifest import BackupError
from hub.backups.take import take
from hub.demo import Demo
from hub.files import storage
from hub.models import Blob, Message, Session, Thread
from hub.posting import Draft
from tests.backups.empty import empty_hub
from tests.cast import create_small_demo
from tests.faults.checker import record_of
from tests.files.fakes import send

BEFORE, WRITTEN = 5, 20


@pytest.fixture
def world(transactional_db: None) -> Iterator[Demo]:
    """Committed, so that another connection sees it; its bytes go afterwards."""
    yield populated()
    storage.remove(Blob.objects.values_list("pk", flat=True))


def populated() -> Demo:
    demo = create_small_demo()
    for content in (b"%PDF-1.7 one", b"%PDF-1.7 two" * 50_000):
        send(demo.people["camille"], demo.threads[0], content)
    return demo


@pytest.fixture(scope="module")
def one_backup(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Path:
    """Made once, of a world that is gone again: to be copied and damaged."""
    folder = tmp_path_factory.mktemp("one") / "backup"
    with django_db_blocker.unblock():
        populated()
        take(folder, bar, bar)
        storage.remove(Blob.objects.values_list("pk", flat=True))
        call_command("flush", interactive=False, verbosity=0)
    return folder


@pytest.fixture
def kept(one_backup: Path, tmp_path: Path) -> Path:
    return shutil.copytree(one_backup, tmp_path / "backup")


def bar(done: int, total: int) -> None:
    """Nobody watches."""


@contextmanager
def somebody_writes(demo: Demo) -> Iterator[Callable[[int], None]]:
    """Posts without a pause in a thread; what is given waits for so many more."""
    posted, stop = threading.Condition(), threading.Event()
    count = 0

    def write() -> None:
        nonlocal count
        author = demo.people["camille"].pk
        while not stop.is_set():
            post_messages([Draft(demo.threads[0].pk, author, uuid4(), "Pendant")])
            with posted:
                count += 1
                posted.notify_all()
        connections.close_all()

    def wait_for(more: int) -> None:
        with posted:
            target = count + more
            assert posted.wait_for(lambda: count >= target, 30)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield wait_for
    finally:
        stop.set()
        writer.join()


def record_here() -> dict[str, list[str]]:
    rows = Message.objects.order_by("seq").values_list("thread", "hash")
    found: dict[str, list[str]] = {}
    for thread, digest in rows:
        found.setdefault(str(thread), []).append(digest)
    return found


def test_what_was_written_before_comes_back_and_nothing_half(
    world: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "PAGES", 200)
    steps: list[int] = []
    with somebody_writes(world) as wait_for:

        def and_somebody_wrote(done: int, total: int) -> None:
            """Between two steps; a copy that began again would never end."""
            assert [done] > steps[-1:], "the copy began again"
            steps.append(done)
            wait_for(1)

        wait_for(BEFORE)
        certain = record_here()
        made = take(tmp_path / "backup", and_somebody_wrote, bar)
        wait_for(WRITTEN)
    live = record_here()
    with empty_hub(tmp_path / "empty") as hub:
        said = hub.manage("restore", str(tmp_path / "backup"))
        restored = record_of(hub)
        again = hub.manage("backup", str(tmp_path / "again"))
    assert "every chain whole, every file opened" in said
    assert "NOT in it" in again
    for thread, stored in restored.items():
        hashes = [message[3] for message in stored["messages"]]
        assert stored["broken"] is None
        assert len(hashes) == stored["head"]
        assert hashes == live[thread][: len(hashes)], "not a moment of the record"
        assert len(hashes) >= len(certain[thread]), "what was there before is not"
    written = str(world.threads[0].pk)
    assert len(restored[written]["messages"]) < len(live[written])
    assert len(made.kept) == 1 + Blob.objects.count() > 3
    same = manifest.read(tmp_path / "again")
    assert (same.counts, same.heads) == (made.counts, made.heads)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def change(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def remove(path: Path) -> None:
    path.unlink()


def a_file(folder: Path) -> Path:
    return next(
        path for path in sorted((folder / "files").rglob("*")) if path.is_file()
    )


def database(folder: Path) -> Path:
    return next(folder.glob("database.*"))


def description(folder: Path) -> Path:
    return folder / manifest.NAME


@pytest.mark.parametrize("place", [a_file, database, description])
@pytest.mark.parametrize("harm", [cut, change, remove])
def test_a_damaged_backup_is_refused_with_a_sentence(
    kept: Path, place: Callable[[Path], Path], harm: Callable[[Path], None]
) -> None:
    restore.check(kept, bar, replace=True)
    harm(place(kept))
    with pytest.raises(BackupError, match=r"damaged|not whole|not a finished backup"):
        restore.check(kept, bar, replace=True)


def test_a_hub_that_holds_people_is_not_overwritten_unasked(
    demo: Demo, kept: Path
) -> None:
    restore.check(kept, bar, replace=True)
    with pytest.raises(BackupError, match="--replace"):
        restore.check(kept, bar, replace=False)


@pytest.mark.django_db
def test_a_hub_that_was_only_prepared_is_empty(kept: Path) -> None:
    hub_itself()  # the account that writes for deadlines; a migration makes it
    load_courts()
    assert restore.check(kept, bar, replace=False).engine == databases.engine()


def rewritten(folder: Path, **changes: object) -> None:
    """As another hub would have written it, with a right digest."""
    found = manifest.read(folder)
    for name, value in changes.items():
        setattr(found, name, value)
    manifest.write(found, folder)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"key_proof": "x"}, "SECRET_KEY"),
        ({"file_keys": ["0123456789abcdef"]}, "FILES_KEY"),
        ({"migrations": [("hub", "9999_from_the_future")]}, "newer hub"),
        ({"engine": "another"}, "same kind"),
        ({"format": 2}, "format 2"),
    ],
)
def test_a_backup_that_does_not_fit_here_is_refused(
    kept: Path, changes: dict[str, object], words: str
) -> None:
    rewritten(kept, **changes)
    with pytest.raises(BackupError, match=words):
        restore.check(kept, bar, replace=True)


def test_the_last_look_finds_what_is_not_as_it_was(kept: Path, world: Demo) -> None:
    Session.objects.create(session_key="a" * 32, expire_date="2099-01-01T00:00:00Z")
    made = take(kept.parent / "second", bar, bar)
    restore.put_back(made, kept.parent / "second", bar, bar)
    assert not Session.objects.exists(), "sessions of the backup live again"
    restore.verify(made, bar, bar)
    message = Message.objects.filter(thread=world.threads[0]).first()
    assert message
    Message.objects.filter(pk=message.pk).update(body="Autre")
    with pytest.raises(BackupError, match=f"broken at message {message.seq}"):
        restore.verify(made, bar, bar)
    Message.objects.filter(pk=message.pk).update(body=message.body)
    last_seq = Thread.objects.get(pk=world.threads[0].pk).last_seq
    Thread.objects.filter(pk=world.threads[0].pk).update(last_seq=1)
    with pytest.raises(BackupError, match="does not hold"):
        restore.verify(made, bar, bar)
    Thread.objects.filter(pk=world.threads[0].pk).update(last_seq=last_seq)
    blob = Blob.objects.order_by("size").last()
    assert blob
    storage.remove([blob.pk])
    with pytest.raises(BackupError, match=f"cannot be opened.*{blob.pk}"):
        restore.verify(made, bar, bar)


def test_a_file_removed_while_others_are_copied_is_told_from_one_that_was_lost(
    world: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawn, lost = Blob.objects.order_by("pk")[:2]
    storage.remove([lost.pk])

    def once_the_database_is_copied(done: int, total: int) -> None:
        blobs.remove(Blob.objects.filter(pk=withdrawn.pk))

    seen = storage.opened

    def opened(blob: object) -> object:
        once_the_database_is_copied(0, 0)
        return seen(blob)  # type: ignore[arg-type]

    monkeypatch.setattr(storage, "opened", opened)
    made = take(tmp_path / "backup", bar, bar)
    assert (made.gone, made.missing) == ([str(withdrawn.pk)], [str(lost.pk)])


def test_an_unfinished_backup_has_no_name_of_its_own(
    world: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(OSError, match="no space"):
        take(tmp_path / "backup", bar, bar)
    assert not (tmp_path / "backup").exists()
    monkeypatch.undo()
    take(tmp_path / "backup", bar, bar)
    with pytest.raises(BackupError, match="exists already"):
        take(tmp_path / "backup", bar, bar)


def test_every_file_and_folder_is_on_the_disk_before_the_backup_has_its_name(
    world: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        fsync(descriptor)
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())

    monkeypatch.setattr(os, "fsync", noted)
    folder = tmp_path / "backup"
    take(folder, bar, bar)
    before = tmp_path / "backup.unfinished"
    held = {before / path.relative_to(folder) for path in folder.rglob("*")}
    assert {before / "files", before / "manifest.json"} < held
    assert set(synced[:-1]) == {before, *held}
    assert synced[-1] == tmp_path, "the name could be gone after a power cut"


def test_no_key_is_in_a_backup(kept: Path, settings: object) -> None:
    keys = [settings.SECRET_KEY.encode(), *settings.FILES_KEYS]  # type: ignore[attr-defined]
    for path in kept.rglob("*"):
        if path.is_file():
            assert not any(key in path.read_bytes() for key in keys), path
    assert json.loads((kept / manifest.NAME).read_text())["key_proof"]


def test_a_missing_or_old_tool_is_named_with_its_package() -> None:
    with pytest.raises(BackupError, match="postgresql-client-99"):
        postgres_tools.program("pg_dump", 99)
    with pytest.raises(BackupError, match="no such program"):
        postgres_tools.program("pg_dump_that_is_nowhere", 1)
