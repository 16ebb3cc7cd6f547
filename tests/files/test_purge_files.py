"""What goes, and what stays, of files: purging, tidying, new keys, new signatures."""

import base64
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from hub.actions import blobs, file_queue, inspection, purging, tidying
from hub.demo import Demo
from hub.files import storage, vault
from hub.management.commands import rescan
from hub.models import Attachment, Blob, BlobRole, Message, Thread, User
from hub.models.choices import MeasureState
from tests.files.fakes import (
    FakeScanner,
    decision,
    fake_children,
    posted,
    run_queue,
    send,
)

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _children(monkeypatch: pytest.MonkeyPatch, demo: Demo) -> None:
    fake_children(monkeypatch)
    for _id, path, _at in list(storage.stored()):
        storage.place().delete(path)


def stored() -> set[Any]:
    return {id_ for id_, _path, _at in storage.stored()}


def test_a_purged_measure_keeps_digests_and_nothing_to_read(
    demo: Demo, django_capture_on_commit_callbacks: Any
) -> None:
    thread, samira = demo.threads[0], demo.people["samira"]
    file, waiting = posted(samira, thread), send(samira, thread)
    held = file_queue.take(timezone.now())
    assert held == waiting
    measure = thread.designation.measure
    measure.state = MeasureState.ARCHIVED
    measure.save()
    with django_capture_on_commit_callbacks(execute=True):
        assert purging.purge(measure)
    inspection.inspect(held, FakeScanner())  # the worker comes back too late
    assert stored() == set()
    assert (Blob.objects.count(), Message.objects.filter(thread=thread).count()) == (
        0,
        0,
    )
    kept = Attachment.objects.get(pk=file.pk)
    assert (kept.name, kept.sha256, kept.thread_id) == ("", file.sha256, None)
    assert Attachment.objects.get(pk=waiting.pk).state == "refused"
    assert file_queue.take(timezone.now() + timedelta(days=9)) is None


def test_a_discarded_draft_leaves_nothing_of_its_document(
    demo: Demo, django_capture_on_commit_callbacks: Any
) -> None:
    measure = demo.threads[0].designation.measure
    decision(demo.people["camille"], measure)
    measure.state = MeasureState.DRAFT
    measure.save()
    with django_capture_on_commit_callbacks(execute=True):
        assert purging.purge(measure)
    assert (Attachment.objects.count(), stored()) == (0, set())


def test_files_that_were_never_sent_go_after_two_days(
    demo: Demo, django_capture_on_commit_callbacks: Any
) -> None:
    samira, thread = demo.people["samira"], demo.threads[0]
    sent, loose, fresh = (
        posted(samira, thread),
        send(samira, thread),
        send(samira, thread),
    )
    document = decision(demo.people["camille"], thread.designation.measure)
    old = [sent.pk, loose.pk, document.pk]
    before = timezone.now() - timedelta(days=2, minutes=1)
    Attachment.objects.filter(pk__in=old).update(received_at=before)
    with django_capture_on_commit_callbacks(execute=True):
        assert tidying.remove_loose() == 1
    left = set(Attachment.objects.values_list("pk", flat=True))
    assert left == {sent.pk, fresh.pk, document.pk}
    assert stored() == set(Blob.objects.values_list("pk", flat=True))


def test_bytes_without_a_row_go_after_a_day(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = send(demo.people["samira"], demo.threads[0])
    bench = blobs.Bench()
    bench.put(BlobRole.ORIGINAL, [b"a crash came before the row"])
    half = Path(storage.place().path("ab/cd/.new-half"))
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(b"a crash came before the name")
    nothing = {"loose": 0, "orphans": 0, "workshop": 0}
    assert tidying.tidy_files() == nothing
    (storage.workshop() / "tmp-left").mkdir()
    monkeypatch.setattr(blobs, "SWEPT_AFTER", timedelta(0))
    monkeypatch.setattr(tidying, "LEFT_BEHIND_SECONDS", -1.0)
    assert tidying.tidy_files() == nothing | {"orphans": 2, "workshop": 1}
    assert stored() == {file.blobs.get().pk}


def test_keys_are_wrapped_again_and_the_old_one_can_go(
    demo: Demo, settings: Any
) -> None:
    file = posted(demo.people["samira"], demo.threads[0])
    old, new = settings.FILES_KEYS, [vault.new_key()]

    def read() -> bytes:
        blobs.key_ring.cache_clear()
        return b"".join(blobs.read(file.blobs.get(role=BlobRole.PUBLISHED)))

    content = read()
    try:
        settings.FILES_KEYS = new
        with pytest.raises(vault.UnknownKey):
            read()
        with pytest.raises(CommandError, match="3 keys"):
            call_command("rotate_keys", stdout=StringIO(), stderr=StringIO())
        settings.FILES_KEYS = new + old
        assert read() == content
        out = StringIO()
        call_command("rotate_keys", stdout=out)
        assert "3 keys wrapped again" in out.getvalue()
        settings.FILES_KEYS = new
        assert read() == content
    finally:
        blobs.key_ring.cache_clear()


def test_a_rescan_takes_what_is_infected_from_its_readers(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, sign_in: SignIn
) -> None:
    samira, thread = demo.people["samira"], demo.threads[0]
    bad, good = posted(samira, thread, b"late"), posted(samira, thread)
    camille, scanner = sign_in(demo.people["camille"]), FakeScanner()
    scanner.database = "2"  # it knows more today
    monkeypatch.setattr("tests.files.fakes.EVIL", b"late")
    monkeypatch.setattr(rescan, "chosen", lambda: scanner)
    assert camille.get(f"/pieces/{bad.pk}").status_code == 200
    change = Thread.objects.get(pk=thread.pk).files_changed
    out = StringIO()
    call_command("rescan", stdout=out)
    assert "2 files, 1 infected" in out.getvalue()
    bad.refresh_from_db()
    assert (bad.state, bad.reason, bad.change) == ("refused", "infected", change + 1)
    assert camille.get(f"/pieces/{bad.pk}").status_code == 404
    assert camille.get(f"/pieces/{bad.pk}/original").status_code == 404
    assert camille.get(f"/pieces/{good.pk}").status_code == 200
    scanner.down = True
    scanner.database = "3"
    with pytest.raises(CommandError, match="1 files"):
        call_command("rescan", stdout=StringIO(), stderr=StringIO())
    assert run_queue(FakeScanner()) == 0


def test_development_makes_its_key_once(tmp_path: Path) -> None:
    from environment import Environment
    from hub.files.file_settings import file_problems, read_files_keys

    given = Environment(files_key="", files_key_file=None)  # type: ignore[call-arg]
    [key] = read_files_keys(given, tmp_path)
    assert read_files_keys(given, tmp_path) == [key]
    assert (tmp_path / "files_key").stat().st_mode & 0o777 == 0o600
    assert "FILES_KEY is missing" in file_problems(given, tmp_path, True)[0]
    text = base64.b64encode(key).decode()
    given.files_key_fallbacks = f"{text},short"
    assert "not base64" in file_problems(given, tmp_path, False)[0]
