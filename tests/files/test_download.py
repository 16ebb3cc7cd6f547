"""Reading a file: who, which bytes, with which headers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import AsyncRequestFactory, Client

from hub import downloads
from hub.demo import Demo
from hub.downloads import Content, disposition
from hub.files import storage
from hub.models import Attachment, BlobRole, JournalEntry, User
from tests.files.fakes import (
    FakeScanner,
    decision,
    fake_children,
    posted,
    run_queue,
    send,
)

SignIn = Callable[[User], Client]
CONTENT = bytes(range(256)) * 1000  # over several frames
WHOLE = b"rebuilt " + CONTENT


@pytest.fixture(autouse=True)
def _children(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_children(monkeypatch)


@pytest.fixture
def file(demo: Demo) -> Attachment:
    """Samira's, in a message of the first thread."""
    return posted(demo.people["samira"], demo.threads[0], CONTENT)


@pytest.fixture
def reader(demo: Demo, sign_in: SignIn) -> Client:
    return sign_in(demo.people["camille"])


def test_a_reader_gets_the_rebuilt_bytes_as_a_download(
    file: Attachment, reader: Client
) -> None:
    answer: Any = reader.get(f"/pieces/{file.pk}")
    assert answer.status_code == 200
    assert answer.getvalue() == WHOLE
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Length"] == str(len(WHOLE))
    assert headers["Content-Disposition"].startswith('attachment; filename="Ordonnance')
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=65530-65545", 65530, 65546),  # over the edge of a frame
        ("bytes=131072-", 131072, len(WHOLE)),
        ("bytes=-5", len(WHOLE) - 5, len(WHOLE)),
        ("bytes=10-99999999", 10, len(WHOLE)),
        ("bytes=-99999999", 0, len(WHOLE)),
    ],
)
def test_a_part_is_exactly_that_part(
    file: Attachment, reader: Client, asked: str, start: int, stop: int
) -> None:
    answer: Any = reader.get(f"/pieces/{file.pk}", headers={"range": asked})
    assert answer.status_code == 206
    assert answer.getvalue() == WHOLE[start:stop]
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(WHOLE)}"
    assert answer.headers["Content-Length"] == str(stop - start)


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=-", "bytes=a-b"]
)
def test_a_range_that_is_none_is_ignored(
    file: Attachment, reader: Client, asked: str
) -> None:
    answer: Any = reader.get(f"/pieces/{file.pk}", headers={"range": asked})
    assert (answer.status_code, answer.getvalue()) == (200, WHOLE)


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_behind_the_end_is_416(
    file: Attachment, reader: Client, asked: str
) -> None:
    answer = reader.get(f"/pieces/{file.pk}", headers={"range": asked})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(WHOLE)}"


def test_an_interrupted_download_goes_on_only_with_the_same_bytes(
    file: Attachment, reader: Client
) -> None:
    etag = reader.head(f"/pieces/{file.pk}").headers["ETag"]
    for condition, status in ((etag, 206), ('"other"', 200)):
        headers = {"range": "bytes=5-", "if-range": condition}
        answer = reader.get(f"/pieces/{file.pk}", headers=headers)
        assert answer.status_code == status


def test_head_says_everything_and_sends_nothing(
    file: Attachment, reader: Client
) -> None:
    answer = reader.head(f"/pieces/{file.pk}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(WHOLE))
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_ranges_are_for_get_alone(file: Attachment, reader: Client) -> None:
    part = {"range": "bytes=0-1"}
    answer: Any = reader.head(f"/pieces/{file.pk}", headers=part)
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(WHOLE))
    path = f"/pieces/{file.pk}/original"
    answer = reader.post(path, {"reason": "signature"}, headers=part)
    assert (answer.status_code, answer.getvalue()) == (200, CONTENT)


def test_the_preview_is_the_only_thing_shown_in_place(
    file: Attachment, reader: Client
) -> None:
    answer: Any = reader.get(f"/pieces/{file.pk}/apercu")
    assert answer.getvalue() == b"RIFF picture"
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Content-Disposition"].startswith("inline")


def test_strangers_and_missing_files_answer_alike(
    demo: Demo, file: Attachment, sign_in: SignIn
) -> None:
    stranger = sign_in(demo.people["nadia"])
    for tail in ("", "/apercu", "/original"):
        theirs = stranger.get(f"/pieces/{file.pk}{tail}")
        missing = stranger.get(f"/pieces/{demo.threads[0].pk}{tail}")
        assert (theirs.status_code, theirs.content) == (404, missing.content)


def test_nobody_but_the_sender_knows_of_a_file_before_it_is_posted_and_clean(
    demo: Demo, reader: Client, sign_in: SignIn
) -> None:
    file = send(demo.people["samira"], demo.threads[0])
    own = sign_in(demo.people["samira"])
    path = f"/api/v1/attachments/{file.pk}"
    assert own.get(path).json()["state"] == "pending"
    assert reader.get(path).status_code == 404
    assert own.get(f"/pieces/{file.pk}").status_code == 404  # nothing to read yet
    run_queue(FakeScanner())
    assert own.get(f"/pieces/{file.pk}").status_code == 200
    assert reader.get(f"/pieces/{file.pk}").status_code == 404  # clean, not posted


def test_the_original_needs_the_right_and_a_reason_and_leaves_a_line(
    demo: Demo, file: Attachment, reader: Client, sign_in: SignIn
) -> None:
    path = f"/pieces/{file.pk}/original"
    assert sign_in(demo.people["samira"]).get(path).status_code == 403
    assert reader.get(path).status_code == 200
    assert reader.post(path, {"reason": "curious"}).status_code == 400
    opened = JournalEntry.objects.filter(object_id=str(file.pk))
    assert not opened.filter(action__startswith="original").exists()
    answer: Any = reader.post(path, {"reason": "signature"})
    assert answer.getvalue() == CONTENT
    assert answer.headers["Content-Type"] == "application/octet-stream"
    line = opened.get(action="original_opened_signature")
    assert line.actor_id == demo.people["camille"].pk


def test_the_ordering_document_is_read_by_both_sides_of_the_measure(
    demo: Demo, sign_in: SignIn
) -> None:
    measure = demo.threads[0].designation.measure
    file = decision(demo.people["camille"], measure)
    samira, path = sign_in(demo.people["samira"]), f"/pieces/{file.pk}"
    assert samira.get(path).status_code == 404
    run_queue(FakeScanner())
    for key, status in (("samira", 200), ("paul", 200), ("nadia", 404)):
        assert sign_in(demo.people[key]).get(path).status_code == status, key
    path = f"/pieces/{file.pk}/original"
    assert sign_in(demo.people["camille"]).get(path).status_code == 200
    assert samira.get(path).status_code == 403


async def test_under_asgi_bytes_are_read_as_they_are_sent() -> None:
    opened: list[int] = []

    def read(start: int, stop: int) -> Iterator[bytes]:
        for place in range(start, stop):
            opened.append(place)
            yield bytes([place])

    content = Content(9, "x", "text/plain", "a.txt", read)
    request = AsyncRequestFactory().get("/", headers={"range": "bytes=2-6"})
    answer: Any = downloads.answer(request, content)
    assert opened == [2]  # an error of the first bytes could still be said
    chunks = [chunk async for chunk in answer]
    assert b"".join(chunks) == bytes([2, 3, 4, 5, 6])


def test_bytes_that_were_changed_at_rest_are_never_served(
    file: Attachment, reader: Client, caplog: pytest.LogCaptureFixture
) -> None:
    blob = file.blobs.get(role=BlobRole.PUBLISHED)
    path = Path(storage.place().path(storage.path_of(blob.pk)))
    path.write_bytes(b"\0" + path.read_bytes()[1:])
    assert reader.get(f"/pieces/{file.pk}").status_code == 500
    assert "Damaged" in caplog.text
    assert file.name not in caplog.text


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
        (
            "Élise \"née\" X\r\n.pdf",
            (
                "attachment; filename=\"Elise _nee_ X__.pdf\"; "
                "filename*=UTF-8''%C3%89lise%20%22n%C3%A9e%22%20X%0D%0A.pdf"
            ),
        ),
        ("文.pdf", "attachment; filename=\".pdf\"; filename*=UTF-8''%E6%96%87.pdf"),
    ],
)  # fmt: skip
def test_names_survive_the_header_and_nothing_else_does(name: str, header: str) -> None:
    assert disposition(name) == header
