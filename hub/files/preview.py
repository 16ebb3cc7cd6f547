"""One picture of what a file shows, so that every reader sees the same page.

Runs in a child of its own, after the rebuild, on the rebuilt file. A file that cannot
be drawn has no preview and is published all the same.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from hub.files import images
from hub.files.limits import (
    PREVIEW_MAX_PIXELS,
    PREVIEW_PAGE_HEIGHT_PIXELS,
    PREVIEW_PAGES,
    PREVIEW_WIDTH_PIXELS,
)

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

    from hub.files.kinds import Kind

PAPER, GAP_PIXELS, GAP_COLOUR = "white", 12, "#dddddd"
WEBP_QUALITY = 80  # small print stays readable at half the bytes of PNG


def draw(source: Path, target: Path, kind: "Kind") -> bool:
    """Write a WebP of the first pages, one below the other, or of the picture.

    Pixels only: no text, no metadata. Returns False, and writes nothing, for kinds
    that are not drawn (office, text).
    """
    if kind.family == "pdf":
        sheets = _pages(source)
    elif kind.family == "image":
        # HEIC was published as JPEG.
        published = "jpeg" if kind.name == "heic" else kind.name
        sheets = [_fitting(images.load(source, published))]
    else:
        return False
    if not sheets:
        return False
    _stacked(sheets).save(target, "WEBP", quality=WEBP_QUALITY, method=0)
    return True


def _pages(source: Path) -> list[Image.Image]:
    from pypdfium2 import PdfDocument

    document = PdfDocument(source)  # forms and scripts are not even initialised
    count = min(len(document), PREVIEW_PAGES)
    return [_drawn(document[number]) for number in range(count)]


def _drawn(page: "PdfPage") -> Image.Image:
    width, height = page.get_size()
    scale = _scale(width, height)
    bitmap = page.render(scale=scale, may_draw_forms=False)
    picture: Image.Image = bitmap.to_pil()
    return picture.convert("RGB")


def _scale(width: float, height: float) -> float:
    """To the preview's width, or less, so that a very long page stays in its share."""
    share = PREVIEW_MAX_PIXELS / PREVIEW_PAGES
    by_width = PREVIEW_WIDTH_PIXELS / max(width, 1)
    by_area = (share / max(width * height, 1)) ** 0.5
    by_height = PREVIEW_PAGE_HEIGHT_PIXELS / max(height, 1)
    return float(min(by_width, by_height, by_area))


def _fitting(picture: Image.Image) -> Image.Image:
    scale = min(1.0, _scale(*picture.size))
    size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
    small = picture.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
    paper = Image.new("RGB", size, PAPER)
    paper.paste(small, mask=small)
    return paper


def _stacked(sheets: list[Image.Image]) -> Image.Image:
    width = max(sheet.width for sheet in sheets)
    height = sum(sheet.height + GAP_PIXELS for sheet in sheets) - GAP_PIXELS
    whole = Image.new("RGB", (width, height), GAP_COLOUR)
    top = 0
    for sheet in sheets:
        whole.paste(sheet, ((width - sheet.width) // 2, top))
        top += sheet.height + GAP_PIXELS
    return whole
