"""The picture that shows the first pages, or the picture itself, smaller."""

import io
from pathlib import Path

import pytest
from PIL import Image

from hub.files import limits, preview
from hub.files.kinds import KINDS
from tests.files import pictures
from tests.files.pdfs import document, stream

pytestmark = pytest.mark.embedded  # says nothing about a database


def drawn(tmp_path: Path, data: bytes, name: str) -> Image.Image | None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(data)
    if not preview.draw(source, target, KINDS[name]):
        assert not target.exists()
        return None
    return Image.open(io.BytesIO(target.read_bytes()))


def pages(count: int, box: str = "0 0 200 100") -> bytes:
    """Each page black all over."""
    kids = " ".join(f"{number} 0 R" for number in range(10, 10 + count))
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R >>"
    return document(
        objects={
            2: f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
            4: stream(b"0 0 9999 99999 re f"),
            **dict.fromkeys(range(10, 10 + count), page),
        }
    )


@pytest.mark.parametrize(("count", "shown"), [(1, 1), (2, 2), (3, 3), (5, 3)])
def test_the_first_pages_stand_below_each_other(
    count: int, shown: int, tmp_path: Path
) -> None:
    picture = drawn(tmp_path, pages(count), "pdf")
    assert picture is not None
    gaps = (shown - 1) * preview.GAP_PIXELS
    assert picture.size == (900, shown * 450 + gaps)
    assert picture.getpixel((450, 225)) == (0, 0, 0)


def test_a_page_as_long_as_a_street_stays_within_its_share(tmp_path: Path) -> None:
    picture = drawn(tmp_path, pages(3, "0 0 10 14000"), "pdf")
    assert picture is not None
    assert picture.height <= 3 * limits.PREVIEW_PAGE_HEIGHT_PIXELS + 24
    assert picture.width * picture.height <= limits.PREVIEW_MAX_PIXELS + 24 * 900


def test_a_picture_is_made_smaller_never_larger(tmp_path: Path) -> None:
    large = io.BytesIO()
    Image.new("RGB", (3000, 2000), "red").save(large, "JPEG")
    picture = drawn(tmp_path, large.getvalue(), "jpeg")
    assert picture is not None
    assert picture.size == (900, 600)
    small = drawn(tmp_path, pictures.webp(), "webp")
    assert small is not None
    assert small.size == (20, 40)
    assert not small.getexif()


def test_an_original_heic_is_drawn_from_the_jpeg_that_is_published(
    tmp_path: Path,
) -> None:
    assert drawn(tmp_path, pictures.jpeg(), "heic") is not None


@pytest.mark.parametrize("name", ["docx", "ods", "text", "csv"])
def test_other_kinds_have_no_picture(name: str, tmp_path: Path) -> None:
    assert drawn(tmp_path, b"any", name) is None
