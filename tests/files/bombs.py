"""Files that are small to send and huge to open: 40 and more, each made in a moment.

BOMBS says for each which reasons count as the right refusal. Which layer refuses it is
not said here: recognition, or the rebuild of its family.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.files.reasons import Reason
from tests.files.bombs_office import OFFICE
from tests.files.bombs_pdf import PDF
from tests.files.bombs_zip import ZIP

Make = Callable[[], bytes]
BIG, BROKEN = {Reason.TOO_BIG_INSIDE}, {Reason.BROKEN, Reason.TOO_BIG_INSIDE}


@dataclass(frozen=True)
class Bomb:
    """`family`: "zip", "office", "image", "pdf" or "text"."""

    name: str
    family: str
    content: Make
    reasons: frozenset[Reason]

    def write(self, path: Path) -> None:
        path.write_bytes(self.content())


def _chunk(name: bytes, body: bytes) -> bytes:
    total = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", total)


def png(
    width: int, height: int, *more: tuple[bytes, bytes], rows: bytes = b""
) -> bytes:
    """A PNG that says this size, of one bit per pixel, whatever its data holds."""
    data = rows or zlib.compress(bytes(1000))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
            *(_chunk(name, body) for name, body in more),
            _chunk(b"IDAT", data),
            _chunk(b"IEND", b""),
        )
    )


def full_png(width: int, height: int) -> bytes:
    """A right PNG of white pixels, every row of it there."""
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row * 100) for _ in range(height // 100))
    data += packer.compress(row * (height % 100)) + packer.flush()
    return png(width, height, rows=data)


def jpeg(width: int, height: int) -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return (
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
         b"\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame
        + b"\xff\xda\0\x08\1\1\0\0\x3f\0" + b"\0" * 64 + b"\xff\xd9"
    )  # fmt: skip


def webp(name: bytes, body: bytes) -> bytes:
    chunk = name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def _vp8x(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return webp(b"VP8X", b"\0\0\0\0" + size + bytes(20))


def _vp8l(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    return webp(b"VP8L", b"\x2f" + bits.to_bytes(4, "little") + bytes(20))


def _packed_text() -> bytes:
    return b"Comment\0\0" + zlib.compress(b"a" * 300_000_000, 1)


IMAGE: dict[str, tuple[Make, set[Reason]]] = {
    "png_header": (lambda: png(60_000, 60_000), BIG),
    "png_complete": (lambda: full_png(19_000, 19_000), BIG),
    "png_one_long_row": (lambda: png(2_000_000_000, 1), BIG),
    "png_packed_text": (lambda: png(8, 8, (b"zTXt", _packed_text())), BROKEN),
    "jpeg_header": (lambda: jpeg(65_500, 65_500), BIG),
    "webp_extended": (lambda: _vp8x(1 << 24, 1 << 24), BIG),
    "webp_lossless": (lambda: _vp8l(16_383, 16_383), BIG),
}
TEXT: dict[str, tuple[Make, set[Reason]]] = {
    "text_one_line": (lambda: b"a" * 25_000_000, BIG),
    "text_one_record": (lambda: b"a;" * 12_000_000, BIG),
}

_FAMILIES = {"zip": ZIP, "office": OFFICE, "image": IMAGE, "pdf": PDF, "text": TEXT}
BOMBS = {
    name: Bomb(name, family, content, frozenset(reasons))
    for family, bombs in _FAMILIES.items()
    for name, (content, reasons) in bombs.items()
}


def all_bombs(folder: Path) -> dict[Path, Bomb]:
    """Writes every bomb into `folder`."""
    made = {folder / f"{bomb.name}.bin": bomb for bomb in BOMBS.values()}
    for path, bomb in made.items():
        bomb.write(path)
    return made
