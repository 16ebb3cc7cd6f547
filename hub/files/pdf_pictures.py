"""Pictures inside a PDF: their size, and the metadata that their coding carries.

JPEG keeps EXIF (places, cameras, names) in segments, JPEG 2000 XML in boxes: both are
left out here, without decoding. Streams as such: pdf_streams.py.
"""

import struct
from collections.abc import Iterator

from pikepdf import Object

from hub.files.limits import MAX_PDF_PICTURE_PIXELS, MAX_PDF_PICTURE_SIDE_PIXELS
from hub.files.refusals import FileRefused, Reason

START, END, SCAN = 0xD8, 0xD9, 0xDA
FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# APP1 to APP13, APP15, COM. APP0 and APP14 (Adobe) say how the colours are meant.
METADATA = set(range(0xE1, 0xEE)) | {0xEF, 0xFE}
JP2 = b"\x00\x00\x00\x0cjP  "
BOXES_WITH_METADATA = {b"xml ", b"uuid", b"uinf"}


def check_picture(stream: Object) -> None:
    """Raises `FileRefused` TOO_BIG_INSIDE for more pixels than we show."""
    if stream.get("/Subtype") == "/Image" or "/Width" in stream:
        _check(stream.get("/Width"), stream.get("/Height"))


def without_metadata(data: bytes, coding: str) -> bytes:
    """The same picture. Raises `FileRefused` TOO_BIG_INSIDE by the coding's own size.

    Bytes that do not look like the coding are returned as they are: no reader will
    show them.
    """
    if coding == "/DCTDecode":
        return _bare_jpeg(data)
    if coding == "/JPXDecode":
        return _bare_jpeg_2000(data)
    return data


def _check(width: object, height: object) -> None:
    if not isinstance(width, int) or not isinstance(height, int):
        return
    longest = max(width, height)
    if longest > MAX_PDF_PICTURE_SIDE_PIXELS or width * height > MAX_PDF_PICTURE_PIXELS:
        raise FileRefused(Reason.TOO_BIG_INSIDE, f"{width} x {height} pixels")


def _bare_jpeg(data: bytes) -> bytes:
    kept = [data[:2]]
    for marker, start, end in _segments(data):
        if marker in FRAMES and end - start >= 9:
            height, width = struct.unpack(">HH", data[start + 5 : start + 9])
            _check(width, height)
        if marker == SCAN:
            return b"".join([*kept, _scans(data, start)])
        if marker not in METADATA:
            kept.append(data[start:end])
    return data


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each segment up to the first scan."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, at, end
        at = end


def _scans(data: bytes, start: int) -> bytes:
    """From the first scan to the end of the picture: what follows is not part of it."""
    end = data.rfind(b"\xff\xd9", start)
    return data[start:] if end < 0 else data[start : end + 2]


def _bare_jpeg_2000(data: bytes) -> bytes:
    if not data.startswith(JP2):
        _check_codestream(data)
        return data
    kept = []
    for name, start, end in _boxes(data):
        if name == b"jp2c":
            _check_codestream(data[start + 8 : start + 64])
        if name not in BOXES_WITH_METADATA:
            kept.append(data[start:end])
    return b"".join(kept)


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        end = at + size if size >= 8 else len(data)
        yield name, at, min(end, len(data))
        at = end


def _check_codestream(data: bytes) -> None:
    """SOC, then SIZ: its capabilities, then the size of the reference grid."""
    if data[:4] == b"\xff\x4f\xff\x51" and len(data) >= 16:
        _check(*struct.unpack(">II", data[8:16]))
