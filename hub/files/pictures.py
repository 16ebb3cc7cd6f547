"""Which image a file is, and how large, read from its headers. Nothing is decoded.

JPEG, PNG, WebP and HEIC; every other image is no image here. Decoding and encoding:
hub.files.images.
"""

import struct
import zlib
from collections.abc import Iterator

from hub.files.limits import MAX_PIXELS, MAX_SIDE_PIXELS
from hub.files.refusals import FileRefused, Reason

_PNG = b"\x89PNG\r\n\x1a\n"
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}
# Start of frame, of every coding that decoders know; C4, C8 and CC are something else.
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def recognise(data: bytes) -> str:
    """ "jpeg", "png", "webp", "heic", or "" for anything else.

    Raises FileRefused: BROKEN if the structure ends early or says nonsense,
    TOO_BIG_INSIDE for more pixels than MAX_PIXELS.
    """
    if data.startswith(b"\xff\xd8\xff"):
        name, size = "jpeg", _jpeg(data)
    elif data.startswith(_PNG):
        name, size = "png", _png(data)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        name, size = "webp", _webp(data)
    elif data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "heic"  # its decoder is asked for the size
    else:
        return ""
    check_size(*size)
    return name


def check_size(width: int, height: int) -> None:
    """Raises FileRefused: BROKEN for no pixels, TOO_BIG_INSIDE for too many."""
    if width < 1 or height < 1:
        raise FileRefused(Reason.BROKEN, "picture without a size")
    if max(width, height) > MAX_SIDE_PIXELS or width * height > MAX_PIXELS:
        raise FileRefused(Reason.TOO_BIG_INSIDE, f"{width} x {height} pixels")


def _jpeg(data: bytes) -> tuple[int, int]:
    for marker, body in _jpeg_segments(data):
        if marker in _FRAMES:
            if len(body) < 6:
                break
            height, width = struct.unpack(">HH", body[1:5])
            return width, height
    raise FileRefused(Reason.BROKEN, "JPEG without a frame")


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, body) up to the first scan."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker in (0xD9, 0xDA):
            return
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        if length < 2 or at + 2 + length > len(data):
            return
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + length


def _png(data: bytes) -> tuple[int, int]:
    """Walks all chunks: the header first and right, some data, an end."""
    names: list[bytes] = []
    at = len(_PNG)
    while at + 12 <= len(data) and names[-1:] != [b"IEND"]:
        (length,) = struct.unpack(">I", data[at : at + 4])
        if at + 12 + length > len(data):
            break
        names.append(data[at + 4 : at + 8])
        at += 12 + length
    if names[:1] != [b"IHDR"] or names[-1] != b"IEND" or b"IDAT" not in names:
        raise FileRefused(Reason.BROKEN, "PNG chunks")
    if zlib.crc32(data[12:29]) != int.from_bytes(data[29:33], "big"):
        raise FileRefused(Reason.BROKEN, "PNG header sum")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _webp(data: bytes) -> tuple[int, int]:
    size = int.from_bytes(data[4:8], "little")
    if size + 8 > len(data) or len(data) < 30:
        raise FileRefused(Reason.BROKEN, "WebP shorter than it says")
    body = data[20:]
    if data[12:16] == b"VP8X":
        width = int.from_bytes(body[4:7], "little") + 1
        return width, int.from_bytes(body[7:10], "little") + 1
    if data[12:16] == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if data[12:16] == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    raise FileRefused(Reason.BROKEN, "WebP without a picture")
