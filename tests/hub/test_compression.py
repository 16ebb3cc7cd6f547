"""Static files and pages leave compressed; files that people sent never do."""

import gzip
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.test import Client

from hub.compression import PagesMiddleware

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
SHEET = static("hub/css/hub.css")


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_static_file_is_sent_compressed_and_kept_for_ever() -> None:
    plain, packed = Client().get(SHEET), Client().get(SHEET, headers=GZIP)
    assert packed["Content-Encoding"] == "gzip"
    sent = body(packed)
    assert len(sent) == int(packed["Content-Length"])
    assert gzip.decompress(sent) == body(plain)
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
