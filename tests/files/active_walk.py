"""A second, independent look at a PDF: every object of it, by pypdf, for what acts.

The rebuild uses another library and another rule (a list of what stays); this one is a
list of what must not be there.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

ACTIVE_KEYS = {
    *("/AA", "/OpenAction", "/JS", "/JavaScript", "/Launch", "/URI", "/URLS"),
    *("/EmbeddedFiles", "/EF", "/AF", "/RF", "/FS", "/UF", "/Collection"),
    *("/AcroForm", "/XFA", "/NeedAppearances", "/SigFlags", "/Perms", "/DSS"),
    *("/RichMediaContent", "/RichMediaSettings", "/Movie", "/Sound", "/3DD", "/3DV"),
    *("/Metadata", "/PieceInfo", "/LastModified", "/SpiderInfo", "/Threads", "/B"),
    *(
        "/Ref",
        "/OPI",
        "/Alternates",
        "/PS",
        "/Level1",
        "/Names",
        "/Legal",
        "/Extensions",
    ),
    *("/Requirements", "/PresSteps", "/Thumb", "/Measure", "/PA", "/Rendition"),
    *("/AlternatePresentations", "/Templates", "/IDS", "/DPartRoot", "/DPart"),
    *("/Producer", "/Creator", "/Author", "/CreationDate", "/ModDate", "/Keywords"),
}
ACTIONS = {
    *("/JavaScript", "/Launch", "/URI", "/SubmitForm", "/ResetForm", "/ImportData"),
    *("/GoTo", "/GoToR", "/GoToE", "/GoToDp", "/Named", "/Hide", "/Rendition"),
    *("/Sound", "/Movie", "/Thread", "/Trans", "/GoTo3DView", "/SetOCGState"),
    *("/RichMediaExecute",),
}
SUBTYPES = {
    *("/FileAttachment", "/RichMedia", "/3D", "/Movie", "/Sound", "/Screen"),
    *("/Widget", "/Popup", "/TrapNet", "/Projection", "/PS"),
}
TYPES = {
    *("/EmbeddedFile", "/Filespec", "/Sig", "/SigRef", "/Metadata", "/Thread"),
    *("/Bead", "/Collection", "/Rendition", "/MediaClip", "/Action", "/XRefOld"),
}


def active_content(data: bytes) -> set[str]:
    """What acts, refers outside, or remembers; empty for a PDF that only shows."""
    reader = PdfReader(io.BytesIO(data))
    found = set(_around(data, reader))
    for value in objects(reader):
        for inner in _dictionaries(value):
            found |= _of_dictionary(inner)
    return found


def objects(reader: PdfReader) -> Iterator[Any]:
    """Every object that the cross-reference lists, whether or not anything uses it."""
    yield reader.trailer
    places = {
        (number, generation) for generation, at in reader.xref.items() for number in at
    }
    places |= {(number, 0) for number in reader.xref_objStm}
    for number, generation in sorted(places):
        try:
            yield reader.get_object(IndirectObject(number, generation, reader))
        except (PyPdfError, ValueError, RecursionError):
            continue  # not an object for this reader: nobody else's test


def _around(data: bytes, reader: PdfReader) -> Iterator[str]:
    if data.count(b"startxref") > 1 or "/Prev" in reader.trailer:
        yield "earlier revision"
    if not re.search(rb"%%EOF\r?\n?$", data):
        yield "bytes behind the end"
    if not data.startswith(b"%PDF-"):
        yield "bytes before the start"
    if "/Info" in reader.trailer:
        yield "/Info"
    if "/Encrypt" in reader.trailer:
        yield "/Encrypt"


def _dictionaries(value: Any, depth: int = 0) -> Iterator[DictionaryObject]:
    """Itself and the direct ones in it; references are objects of their own."""
    if depth > 60:
        return
    if isinstance(value, DictionaryObject):
        yield value
        for key in value:
            yield from _dictionaries(value.raw_get(key), depth + 1)
    elif isinstance(value, ArrayObject):
        for item in list.__iter__(value):
            yield from _dictionaries(item, depth + 1)


def _of_dictionary(value: DictionaryObject) -> Iterator[str] | set[str]:
    found = {str(key) for key in value if key in ACTIVE_KEYS}
    if _text(value, "/S") in ACTIONS:
        found.add(f"action {_text(value, '/S')}")
    if _text(value, "/Subtype") in SUBTYPES:
        found.add(f"annotation {_text(value, '/Subtype')}")
    if _text(value, "/Type") in TYPES:
        found.add(f"object {_text(value, '/Type')}")
    if isinstance(value, StreamObject) and "/F" in value:
        found.add("stream in another file")
    if "/A" in value and "/S" in _resolved(value, "/A"):
        found.add("/A")
    return found


def _text(value: DictionaryObject, key: str) -> str:
    return str(value.raw_get(key).get_object()) if key in value else ""


def _resolved(value: DictionaryObject, key: str) -> Any:
    inner = value.raw_get(key).get_object()
    return inner if isinstance(inner, DictionaryObject) else {}
