"""Files that arrive: who may send them, how much, and what a failure leaves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hub import events
from hub.actions import attachments, blobs
from hub.actions.attachments import receive, withdraw
from hub.demo import Demo
from hub.errors import Forbidden, Illegal, NoRoom, NotFound
from hub.files import storage
from hub.files.limits import MAX_FILE_BYTES
from hub.files.reasons import FileRefused, Reason
from hub.models import Attachment, Blob, JournalEntry, User
from hub.models.threads import ThreadState
from tests.files.fakes import decision, digest, send, upload

SignIn = Callable[[User], Client]
SECRET = b"%PDF-1.7 Lea Dupont"


@pytest.fixture(autouse=True)
def _only_my_files(demo: Demo) -> None:
    """The folder is shared by all tests: each begins without files."""
    for _id, path, _at in list(storage.stored()):
        storage.place().delete(path)


def bytes_at_rest() -> list[bytes]:
    folder = Path(settings.DATA_FOLDER)
    found = [p for name in ("files", "workshop") for p in (folder / name).rglob("*")]
    return [path.read_bytes() for path in found if path.is_file()]


def test_a_file_is_sealed_and_queued_and_its_name_lies_nowhere(demo: Demo) -> None:
    heard: list[Attachment] = []

    def listen(attachment: Attachment, **_: Any) -> None:
        heard.append(attachment)

    events.attachment_changed.connect(listen)
    file = send(demo.people["samira"], demo.threads[0], SECRET, name="Léa.PDF")
    assert heard == [file]
    assert (file.name, file.size, file.sha256) == ("Léa.pdf", 19, digest(SECRET))
    assert (file.state, file.side, file.look_at is None) == ("waiting", "centre", False)
    [blob] = Blob.objects.all()
    assert b"".join(blobs.read(blob)) == SECRET
    [sealed] = bytes_at_rest()
    assert b"Dupont" not in sealed
    [path] = [path for _id, path, _at in storage.stored()]
    assert path == f"{blob.pk.hex[:2]}/{blob.pk.hex[2:4]}/{blob.pk.hex}"
    line = JournalEntry.objects.get(object_id=str(file.pk))
    assert (line.action, line.counts) == ("file_received", {"bytes": 19})


def test_only_who_writes_in_the_thread_sends_files_there(demo: Demo) -> None:
    with pytest.raises(NotFound):
        send(demo.people["nadia"], demo.threads[0])
    demo.threads[0].state = ThreadState.SEALED
    demo.threads[0].save()
    with pytest.raises(Illegal):
        send(demo.people["samira"], demo.threads[0])
    assert bytes_at_rest() == []


def test_the_ordering_document_is_for_those_who_edit_the_measure(demo: Demo) -> None:
    measure = demo.threads[0].designation.measure
    file = decision(demo.people["camille"], measure)
    assert (file.thread, file.purpose, file.side) == (None, "order_document", "court")
    with pytest.raises(Forbidden):
        receive(demo.people["samira"], measure, upload())
    with pytest.raises(NotFound):
        receive(demo.people["nadia"], measure, upload())


@pytest.mark.parametrize(
    ("size", "reason"), [(0, Reason.EMPTY), (MAX_FILE_BYTES + 1, Reason.TOO_LARGE)]
)
def test_empty_and_too_large_files_leave_nothing(
    demo: Demo, size: int, reason: Reason
) -> None:
    file = SimpleUploadedFile("a.pdf", b"x" * size)
    for said in (size, 5):  # the second is a lie
        file.size = said
        with pytest.raises(FileRefused) as refused:
            receive(demo.people["samira"], demo.threads[0], file)
        assert refused.value.reason is reason
    assert (Attachment.objects.count(), bytes_at_rest()) == (0, [])


def test_a_measure_holds_so_much_and_no_more(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MAX_MEASURE_BYTES", 100)
    samira, thread = demo.people["samira"], demo.threads[0]
    send(samira, thread, b"x" * 60)
    with pytest.raises(NoRoom):
        send(samira, thread, b"y" * 41)
    send(samira, thread, b"z" * 40)
    assert len(bytes_at_rest()) == 2


def test_a_failure_after_the_bytes_takes_them_away_again(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(attachments, "record", fail)
    with pytest.raises(ZeroDivisionError):
        send(demo.people["samira"], demo.threads[0])
    assert (Attachment.objects.count(), bytes_at_rest()) == (0, [])


def test_the_same_bytes_for_the_same_message_are_one_file(demo: Demo) -> None:
    samira, thread, message = demo.people["samira"], demo.threads[0], uuid4()
    once = receive(samira, thread, upload(b"same"), once_for=message)
    again = receive(samira, thread, upload(b"same"), once_for=message)
    other = receive(samira, thread, upload(b"else"), once_for=message)
    assert (once.pk, once.pk != other.pk) == (again.pk, True)
    assert len(bytes_at_rest()) == 2


def test_a_file_is_taken_back_by_its_sender_only(
    demo: Demo, django_capture_on_commit_callbacks: Any
) -> None:
    file = send(demo.people["samira"], demo.threads[0])
    for stranger in ("luc", "camille", "nadia"):
        with pytest.raises(NotFound):
            withdraw(demo.people[stranger], file.pk)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(demo.people["samira"], file.pk)
    assert (Attachment.objects.count(), bytes_at_rest()) == (0, [])
    with pytest.raises(NotFound):
        withdraw(demo.people["samira"], file.pk)


def test_the_json_door(demo: Demo, sign_in: SignIn) -> None:
    samira = sign_in(demo.people["samira"])
    where = f"/api/v1/threads/{demo.threads[0].pk}/attachments"
    sent = samira.post(where, {"file": upload(b"%PDF-x", "../../Rapport.pdf")})
    assert sent.status_code == 201
    body = sent.json()
    expected = {"name": "Rapport.pdf", "size": 6, "state": "pending", "media_type": ""}
    assert body == expected | {"id": body["id"], "change": 0}
    own = f"/api/v1/attachments/{body['id']}"
    assert samira.get(own).json() == body
    assert sign_in(demo.people["camille"]).delete(own).status_code == 404
    assert samira.delete(own).status_code == 204
    assert samira.get(own).status_code == 404
    assert samira.post(where, {"other": "x"}).status_code == 400
    empty = samira.post(where, {"file": SimpleUploadedFile("a.pdf", b"")})
    assert (empty.status_code, empty.json()["code"]) == (400, "empty")
    large = SimpleUploadedFile("a.pdf", b"x" * (MAX_FILE_BYTES + 1))
    refused = samira.post(where, {"file": large})
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert "25" in refused.json()["detail"]
