"""A new PDF with the pages of another, and nothing that acts, refers or remembers.

Runs in the child. Here: the order of the work and the document around the pages. What
is carried: pdf_schema.py, pdf_copy.py, pdf_streams.py; places to
jump to: pdf_places.py.
"""

from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, Pdf

from hub.files.limits import MAX_PAGE_TREE_DEPTH
from hub.files.pdf_copy import Copier
from hub.files.pdf_limits import opened
from hub.files.pdf_places import Places
from hub.files.refusals import FileRefused

INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
LETTER = [0, 0, 612, 792]  # what readers take for a page that names no size


def rebuild(source: Path, target: Path) -> int:
    """Write the pages of `source` to `target` and return their number.

    Text, fonts, boxes, rotation, layers, tags, bookmarks and links within the document
    stay; what form fields and stamps show becomes part of the page. Raises
    `FileRefused`: ENCRYPTED, BROKEN, TOO_BIG_INSIDE.
    """
    with opened(source) as old, pikepdf.new() as new:
        _flatten(old)
        copier = Copier(new)
        pages = [page.obj for page in old.pages]
        for page in pages:
            copier.pages[page.objgen] = _blank(new)
        for page in pages:
            _copy_page(page, copier)
        copier.fill(new.Root, old.Root, "catalog")
        _copy_tags(old, copier)
        Places(old, copier).copy()
        _save(new, target)
        return len(pages)


def _flatten(old: Pdf) -> None:
    """Draw what annotations show into their pages; those without a look are lost."""
    try:
        if "/AcroForm" in old.Root:
            old.generate_appearance_streams()
        old.flatten_annotations("screen")
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError):
        return  # damaged annotations: the pages are still there


def _blank(new: Pdf) -> Object:
    page = new.make_indirect(Dictionary(Type=Name.Page, MediaBox=Array(LETTER)))
    new.pages.append(pikepdf.Page(page))
    return new.pages[-1].obj


def _copy_page(page: Object, copier: Copier) -> None:
    target = copier.pages[page.objgen]
    copier.fill(target, page, "page")
    for key in INHERITED:
        if key not in page:
            _inherit(key, page, target, copier)


def _inherit(key: str, page: Object, target: Object, copier: Copier) -> None:
    holder = page.get("/Parent")
    for _step in range(MAX_PAGE_TREE_DEPTH):
        if not isinstance(holder, Dictionary):
            return
        if key in holder:
            copier.fill(target, Dictionary({key: holder[key]}), "page")
            return
        holder = holder.get("/Parent")


def _copy_tags(old: Pdf, copier: Copier) -> None:
    """Tags tell a screen reader the order and the headings; the pages stand without."""
    tags = old.Root.get("/StructTreeRoot")
    if not isinstance(tags, Dictionary):
        return
    try:
        copied = copier.copy(tags, "tags")
    except FileRefused:
        return
    if isinstance(copied, Dictionary):
        copier.new.Root["/StructTreeRoot"] = copier.new.make_indirect(copied)


def _save(new: Pdf, target: Path) -> None:
    new.save(
        target,
        min_version="1.7",
        object_stream_mode=ObjectStreamMode.generate,
        compress_streams=True,
        recompress_flate=False,
        deterministic_id=True,  # not the time and the place of the file
        fix_metadata_version=False,
    )
