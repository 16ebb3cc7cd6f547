"""Static files and pages leave compressed; files that people sent never do."""

import gzip
import re
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.templatetags.static import static
from django.test import Client, RequestFactory

from hub.compression import PackedFile, PagesMiddleware, lean

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
ROOT = Path(__file__).resolve().parent.parent.parent
SHEET = static("hub/css/hub.css")


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_static_file_is_sent_compressed_and_kept_for_ever() -> None:
    plain, packed = Client().get(SHEET), Client().get(SHEET, headers=GZIP)
    assert packed["Content-Encoding"] == "gzip"
    sent = body(packed)
    assert len(sent) == int(packed["Content-Length"])
    read = gzip.decompress(sent).decode()
    whole = body(plain).decode()
    assert read.count("{") == whole.count("{")
    assert "/*" in whole
    assert "/*" not in read
    for answer in (plain, packed):
        assert answer["Vary"] == "Accept-Encoding"
        assert "immutable" in answer["Cache-Control"]


def test_a_part_of_a_static_file_is_a_part_of_the_plain_one() -> None:
    whole = body(Client().get(SHEET))
    part = Client().get(SHEET, headers={**GZIP, "Range": "bytes=10-29"})
    assert part.status_code == 206
    assert "Content-Encoding" not in part
    assert body(part) == whole[10:30]


def test_a_known_static_file_is_not_sent_again() -> None:
    known = Client().get(SHEET, headers=GZIP)["ETag"]
    again = Client().get(SHEET, headers={**GZIP, "If-None-Match": known})
    assert again.status_code == 304
    assert Client().post(SHEET, headers=GZIP).status_code == 405
    assert Client().head(SHEET, headers=GZIP)["Content-Encoding"] == "gzip"


@pytest.mark.django_db
def test_a_page_is_sent_compressed_with_a_length_that_says_nothing() -> None:
    answers = [Client().get("/connexion", headers=GZIP) for _ in range(8)]
    assert {answer["Content-Encoding"] for answer in answers} == {"gzip"}
    assert b"<h1>" in gzip.decompress(answers[0].content)
    assert len({len(answer.content) for answer in answers}) > 1  # padded at random


@pytest.mark.parametrize(
    ("kind", "packed"),
    [("text/html; charset=utf-8", True), ("application/json", True),
     ("application/pdf", False), ("image/webp", False)],
)  # fmt: skip
def test_only_pages_and_data_are_compressed(kind: str, packed: bool) -> None:
    request = HttpRequest()
    request.META["HTTP_ACCEPT_ENCODING"] = "gzip"
    answer = PagesMiddleware(lambda _: HttpResponse(b"x" * 999, content_type=kind))
    assert answer(request).has_header("Content-Encoding") is packed


SCRIPTS = list(ROOT.glob("*/static/**/*.js"))


def test_a_script_loses_its_comments_and_no_word_of_its_own() -> None:
    written = r"""// why
const a = "//"; // goes
const b = "a // b"; // it's said with a quote: it stays

  const c = / \/\/ \//; // goes
  export const d = a; // see https://example.org/: it stays too
"""
    assert lean(written, ".js").split("\n") == [
        'const a = "//";',
        'const b = "a // b"; // it\'s said with a quote: it stays',
        r"const c = / \/\/ \//;",
        "export const d = a; // see https://example.org/: it stays too",
    ]


def test_the_licence_in_another_authors_sheet_stays(tmp_path: Path) -> None:
    theirs = tmp_path / "static" / "theirs.css"
    theirs.parent.mkdir()
    theirs.write_text("/* Licence: MIT */\n  a { color: red }\n")
    sent = gzip.decompress(PackedFile(Mock(), str(theirs)).packed).decode()
    assert sent == theirs.read_text()
    ours = "/*! Licence: MIT */\n/* why */\na { color: red }\n"
    assert lean(ours, ".css") == "/*! Licence: MIT */\na { color: red }"


def test_a_script_is_sent_with_what_it_imports_and_alone_as_it_is_written() -> None:
    """Who takes nothing compressed asks for each module."""
    address = static("realtime/js/thread.js")
    packed = gzip.decompress(body(Client().get(address, headers=GZIP))).decode()
    assert "class Timeline {" in packed
    assert len(re.findall("^import ", packed, re.MULTILINE)) == 1
    written = body(Client().get(address)).decode()
    assert 'import { Timeline } from "./timeline.js";' in written
    assert "class Timeline" not in written


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_no_script_lets_a_string_go_over_lines(path: Path) -> None:
    """Lines are cut by themselves (hub.compression.lean)."""
    lines = path.read_text().splitlines()
    for line in (one for one in lines if not one.strip().startswith("//")):
        assert line.count("`") % 2 == 0, line


def test_a_page_that_is_sent_in_pieces_is_one_stream_of_them() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for n in range(3):
            yield b"<p>%d</p>" % n

    request = RequestFactory().get("/", headers=GZIP)
    answer = StreamingHttpResponse(pieces(), content_type="text/html")
    packed: Any = PagesMiddleware(lambda _: answer)(request)

    async def sent() -> list[bytes]:
        return [piece async for piece in packed]

    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    found = [stream.decompress(piece) for piece in async_to_sync(sent)()]
    # Each piece can be read as soon as it comes, and nothing lies behind the stream.
    assert found == [b"<p>0</p>", b"<p>1</p>", b"<p>2</p>", b""]
    assert stream.eof
    assert not stream.unused_data
