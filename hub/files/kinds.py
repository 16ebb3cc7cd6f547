"""Which of the accepted types a file is, from its bytes alone.

A name or a declared type is never asked. Only what is recognised by structure is
accepted; what a rebuild removes (trailing bytes, a second format behind) is not looked
for here. Zip containers: hub.files.containers.
"""

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from hub.files import pictures, plain_text
from hub.files.containers import kind_of_zip
from hub.files.limits import MAX_FILE_BYTES
from hub.files.refusals import FileRefused, Reason


@dataclass(frozen=True)
class Kind:
    """`name` is the key in KINDS. `extension` (no dot) and `media_type` are those of
    what is published. `family`: "pdf", "image", "office" or "text"."""

    name: str
    media_type: str
    extension: str
    family: str


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
KINDS = {
    kind.name: kind
    for kind in (
        Kind("pdf", "application/pdf", "pdf", "pdf"),
        Kind("jpeg", "image/jpeg", "jpg", "image"),
        Kind("png", "image/png", "png", "image"),
        Kind("webp", "image/webp", "webp", "image"),
        Kind("heic", "image/jpeg", "jpg", "image"),  # published as JPEG
        Kind("docx", f"{_OOXML}wordprocessingml.document", "docx", "office"),
        Kind("odt", f"{_ODF}text", "odt", "office"),
        Kind("xlsx", f"{_OOXML}spreadsheetml.sheet", "xlsx", "office"),
        Kind("ods", f"{_ODF}spreadsheet", "ods", "office"),
        Kind("text", "text/plain; charset=utf-8", "txt", "text"),
        Kind("csv", "text/csv; charset=utf-8", "csv", "text"),
    )
}

# A header may follow a byte order mark and blanks: neither begins another format.
_PDF = re.compile(rb"(?:\xef\xbb\xbf)?[\x00\t\n\x0c\r ]{0,16}%PDF-[0-9]\.[0-9]")
_LATE_PDF = 1024  # bytes in which readers look for a header
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


def recognise(path: Path) -> Kind:
    """The kind of the file at `path`. Raises FileRefused: EMPTY, TOO_LARGE,
    NOT_ACCEPTED, ENCRYPTED, MACROS, EMBEDDED, TOO_BIG_INSIDE or BROKEN."""
    size = path.stat().st_size
    if not size:
        raise FileRefused(Reason.EMPTY)
    if size > MAX_FILE_BYTES:
        raise FileRefused(Reason.TOO_LARGE, f"{size} bytes")
    return KINDS[_name_of(path.read_bytes())]


def _name_of(data: bytes) -> str:
    if _PDF.match(data):
        return "pdf"
    if data.startswith(b"PK\3\4"):
        return kind_of_zip(data)
    if data.startswith(_OLE):
        _refuse_compound_file(data)
    if image := pictures.recognise(data):
        return _decodable(image)
    if b"%PDF-" in data[:_LATE_PDF]:
        raise FileRefused(Reason.BROKEN, "PDF header behind other bytes")
    return plain_text.recognise(data)


def _refuse_compound_file(data: bytes) -> None:
    if _ENCRYPTED_PACKAGE in data:
        raise FileRefused(Reason.ENCRYPTED, "OOXML in a compound file")
    raise FileRefused(Reason.NOT_ACCEPTED, "compound file")


def _decodable(image: str) -> str:
    if image == "heic" and not find_spec("pillow_heif"):
        raise FileRefused(Reason.NOT_ACCEPTED, "no decoder for HEIC")
    return image
