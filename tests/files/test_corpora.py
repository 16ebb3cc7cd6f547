"""The test files of four libraries, harmless, hostile and broken, through real children.

Nothing crashes a child or keeps it busy, nothing active is published (by a second
parser), and harmless PDFs come out with their pages and their text.
"""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
import pytest
from PIL import Image

from hub.files import sandbox
from hub.files.reasons import FileRefused, Reason
from hub.files.sandbox import SandboxFailed
from tests.files.active_walk import active_content
from tests.files.corpora import SDISTS, Sdist, corpus

pytestmark = [
    pytest.mark.embedded,  # says nothing about a database
    pytest.mark.corpus,
]

CHILDREN = 2  # at once: as many as the smallest machine has cores
SHARE_PUBLISHED, SHARE_EQUAL_TEXT = 0.98, 0.97


@dataclass(frozen=True)
class Sent:
    """What became of one file. `trouble` should be empty."""

    name: str
    original: bytes
    published: bytes = b""
    kind: str = ""
    reason: str = ""
    trouble: str = ""


@pytest.fixture(scope="module")
def sent() -> Callable[[Sdist], list[Sent]]:
    """Sends the files of a library, once per run."""
    done: dict[str, list[Sent]] = {}

    def of(sdist: Sdist) -> list[Sent]:
        if sdist.file not in done:
            files = corpus(sdist)
            with ThreadPoolExecutor(CHILDREN) as children:
                done[sdist.file] = list(children.map(_send, files, files.values()))
        return done[sdist.file]

    return of


def _send(name: str, original: bytes) -> Sent:
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "source"), Path(folder, "target")
        source.write_bytes(original)
        try:
            kind = sandbox.inspect(source)
            sandbox.rebuild(source, target, kind)
        except FileRefused as refusal:
            ended = refusal.detail if refusal.detail.startswith("ended") else ""
            return Sent(name, original, reason=refusal.reason, trouble=ended)
        except SandboxFailed as failure:
            return Sent(name, original, trouble=f"failed: {failure}")
        return Sent(name, original, target.read_bytes(), kind.name)


@pytest.mark.parametrize("sdist", SDISTS, ids=str)
def test_no_file_crashes_a_child_or_keeps_it_busy(
    sdist: Sdist, sent: Callable[[Sdist], list[Sent]]
) -> None:
    everything = sent(sdist)
    assert len(everything) > 50
    assert [(one.name, one.trouble) for one in everything if one.trouble] == []
    assert any(one.published for one in everything)


@pytest.mark.parametrize("sdist", SDISTS[:2], ids=str)
def test_a_second_parser_finds_nothing_active_in_what_is_published(
    sdist: Sdist, sent: Callable[[Sdist], list[Sent]]
) -> None:
    pdfs = [one for one in sent(sdist) if one.kind == "pdf"]
    assert sum(bool(active_content(one.original)) for one in pdfs) > len(pdfs) / 2
    found = {one.name: active_content(one.published) for one in pdfs}
    assert {name: active for name, active in found.items() if active} == {}


def test_harmless_pdfs_come_out_with_their_pages_and_their_text(
    sent: Callable[[Sdist], list[Sent]],
) -> None:
    everything = [one for sdist in SDISTS[:2] for one in sent(sdist)]
    readable = {
        one.name: texts for one in everything if (texts := _texts(one.original))
    }
    harmless = [
        one
        for one in everything
        if one.name in readable and one.reason != Reason.ENCRYPTED
    ]
    after = {one.name: _texts(one.published) for one in harmless if one.published}
    whole = [n for n, pages in after.items() if len(pages) == len(readable[n])]
    equal = [n for n in whole if after[n] == readable[n]]
    forms = [n for n in set(whole) - set(equal) if _has_fields(n, everything)]
    drawn = [n for n in forms if _kept(readable[n], after[n])]
    lost = [(one.name, one.reason) for one in harmless if one.name not in whole]
    print(f"{len(harmless)} harmless PDFs, {len(whole)} with all pages, {len(equal)}")
    print(f"with equal text, {len(drawn)} with the values of their fields added")
    assert len(harmless) > 100
    assert len(whole) >= SHARE_PUBLISHED * len(harmless), lost
    differing = sorted(set(whole) - set(equal) - set(drawn))
    assert len(equal) + len(drawn) >= SHARE_EQUAL_TEXT * len(harmless), differing


def _has_fields(name: str, everything: list[Sent]) -> bool:
    original = next(one.original for one in everything if one.name == name)
    return "/AcroForm" in active_content(original)


def _kept(before: list[str], after: list[str]) -> bool:
    """What fields show is text of their page now: every word is there, and more."""
    for old, new in zip(before, after, strict=True):
        words = iter(new.split())
        if not all(word in words for word in old.split()):
            return False
    return True


def _texts(data: bytes) -> list[str]:
    """The text of each page by PDFium; nothing if it cannot open the file."""
    if not data.lstrip().startswith(b"%PDF"):
        return []
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return []
    pages = [_text(document, number) for number in range(len(document))]
    document.close()
    return pages


def _text(document: pypdfium2.PdfDocument, number: int) -> str:
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return ""
    text = page.get_textpage()
    return " ".join(text.get_text_range().split())


def test_published_pictures_have_the_size_of_the_original_and_no_metadata(
    sent: Callable[[Sdist], list[Sent]],
) -> None:
    shown = [one for one in sent(SDISTS[2]) if one.kind in ("jpeg", "png", "webp")]
    assert len(shown) > 100
    for one in shown:
        with Image.open(io.BytesIO(one.published)) as picture:
            hidden = {"exif", "xmp", "icc_profile", "comment", "Comment"}
            assert not hidden & set(picture.info), one.name
            assert not picture.getexif(), one.name
