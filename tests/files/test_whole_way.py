"""A file's whole way with real children; only the scanner answers what we say."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.test import Client
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from hub.demo import Demo
from hub.models import BlobRole, User
from tests.files.fakes import FakeScanner, run_queue, send

SignIn = Callable[[User], Client]


def pdf(pages: int) -> bytes:
    """With a script that a rebuild takes away."""
    made, target = pikepdf.new(), BytesIO()
    for _ in range(pages):
        made.add_blank_page()
    made.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
    )
    made.save(target)
    return target.getvalue()


def photo() -> bytes:
    """With a line of text that no rebuild keeps."""
    target, info = BytesIO(), PngInfo()
    info.add_text("Comment", "app.alert")
    Image.new("RGB", (40, 30), "red").save(target, "PNG", pnginfo=info)
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "media_type", "pages", "drawn"),
    [
        (pdf(3), "décision.exe.pdf", "application/pdf", 3, True),
        (photo(), "photo.pdf", "image/png", None, True),
        ("Très bien.".encode("cp1252"), "note.txt", "text/plain", None, False),
    ],
    ids=["pdf", "png", "text"],
)
def test_what_arrives_is_what_we_made_of_it(
    demo: Demo,
    sign_in: SignIn,
    data: bytes,
    name: str,
    media_type: str,
    pages: int | None,
    drawn: bool,
) -> None:
    samira = demo.people["samira"]
    file = send(samira, demo.threads[0], data, name=name)
    assert run_queue(FakeScanner()) == 1
    file.refresh_from_db()
    assert (file.state, file.pages) == ("clean", pages), file.reason
    assert file.media_type.startswith(media_type)
    answer: Any = sign_in(samira).get(f"/pieces/{file.pk}")
    served = answer.getvalue()
    assert b"app.alert" not in served
    assert len(served) == file.published_size
    assert file.blobs.filter(role=BlobRole.PREVIEW).exists() is drawn
    picture = sign_in(samira).get(f"/pieces/{file.pk}/apercu")
    assert picture.status_code == (200 if drawn else 404)


def test_what_is_not_accepted_is_refused_with_a_reason(demo: Demo) -> None:
    file = send(demo.people["samira"], demo.threads[0], b"<html>", name="page.pdf")
    scanner = FakeScanner()
    run_queue(scanner)
    file.refresh_from_db()
    assert (file.state, bool(file.reason)) == ("refused", True)
    assert scanner.asked == []
