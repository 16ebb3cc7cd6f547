"""How often a page draws its forms and pictures, those in forms counted each time.

Ten forms that draw each other ten times fill a small file and keep a reader busy for
hours. Other limits of a PDF: pdf_limits.py.
"""

import re

import pikepdf
from pikepdf import Array, Dictionary, Object, Page, Stream

from hub.files.limits import MAX_DRAWN_OBJECTS, MAX_OBJECT_DEPTH
from hub.files.refusals import FileRefused, Reason

DRAW = re.compile(rb"/([^\s/\[\]()<>{}%]+)\s+Do\b")
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")

Place = tuple[int, int]


class Drawn:
    """Counts for the pages of one document; a form is read once."""

    def __init__(self) -> None:
        self._counts: dict[Place, int] = {}

    def check(self, page: Page) -> None:
        """Raises `FileRefused` TOO_BIG_INSIDE."""
        forms = _forms(page.resources)  # its own or those of the pages above it
        if any(_forms(form.get("/Resources")) for form in forms.values()):
            self._count(_bytes(page.obj.get("/Contents")), forms, 0)

    def _count(self, content: bytes, forms: dict[bytes, Object], depth: int) -> int:
        if depth > MAX_OBJECT_DEPTH:
            raise FileRefused(Reason.TOO_BIG_INSIDE, "forms too deep")
        total = 1
        for found in DRAW.finditer(content):
            form = forms.get(_name(found[1]))
            total += 1 if form is None else self._of(form, depth)
            if total > MAX_DRAWN_OBJECTS:
                raise FileRefused(Reason.TOO_BIG_INSIDE, "drawn objects")
        return total

    def _of(self, form: Object, depth: int) -> int:
        if form.objgen not in self._counts:
            self._counts[form.objgen] = 1  # while it is counted: readers stop at loops
            forms = _forms(form.get("/Resources"))
            self._counts[form.objgen] = self._count(_bytes(form), forms, depth + 1)
        return self._counts[form.objgen]


def _forms(resources: object) -> dict[bytes, Object]:
    listed = resources.get("/XObject") if isinstance(resources, Dictionary) else None
    if not isinstance(listed, Dictionary):
        return {}
    return {
        str(name)[1:].encode(): value
        for name, value in listed.items()
        if isinstance(value, Stream) and value.get("/Subtype") == "/Form"
    }


def _bytes(content: object) -> bytes:
    streams = list(content) if isinstance(content, Array) else [content]
    read = []
    for stream in streams:
        if isinstance(stream, Stream):
            try:
                read.append(stream.read_bytes())
            except (pikepdf.PdfError, RuntimeError):
                continue  # limits were asked before; no reader shows it
    return b"\n".join(read)


def _name(raw: bytes) -> bytes:
    return ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), raw)
