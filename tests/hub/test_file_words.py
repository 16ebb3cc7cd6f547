"""Files in words: what stands under a name, in the reader's language."""

import json
from typing import Any

import pytest
from django.utils import translation

from hub.file_words import ACCEPT, about_file, file_size, file_words
from hub.files.limits import MIB
from hub.files.reasons import Reason


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def wired(**more: Any) -> dict[str, Any]:
    return {"state": "clean", "size": 88 * 1024, "media_type": "application/pdf"} | more


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 KB"),
        (1024, "1 KB"),
        (1025, "2 KB"),
        (MIB - 1, "1024 KB"),
        (MIB, "1.0 MB"),
        (25 * MIB, "25.0 MB"),
    ],
)
def test_sizes_are_whole_kilobytes_then_megabytes(size: int, words: str) -> None:
    assert file_size(size) == words


def test_a_file_that_is_ready_shows_type_size_and_pages() -> None:
    assert about_file(wired(pages=3)) == "PDF · 88 KB · 3 pages · ready"
    assert about_file(wired(pages=1)) == "PDF · 88 KB · 1 page · ready"
    assert about_file(wired(media_type="image/png")) == "PNG · 88 KB · ready"


def test_a_sender_reads_how_far_a_file_has_come_and_who_sees_it() -> None:
    waiting = wired(state="pending")
    assert about_file(waiting, composing=True) == "88 KB · waiting to be checked"
    checked = about_file(waiting | {"inspecting": True})
    assert checked == "88 KB · being checked · the others will see it when it is ready"
    refused = about_file(wired(state="refused", detail="Too long."))
    assert refused == "Refused. Too long."


def test_scripts_get_every_reason_and_no_placeholder_of_ours() -> None:
    table = json.loads(file_words())
    assert set(table["reasons"]) == set(Reason)
    assert "%(" not in file_words()
    assert table["max_bytes"] == 25 * MIB


def test_a_picker_offers_what_is_accepted_and_lets_telephones_convert() -> None:
    assert ".docx" in ACCEPT
    assert "image/jpeg" in ACCEPT
    assert "hei" not in ACCEPT
