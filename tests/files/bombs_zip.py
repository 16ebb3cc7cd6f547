"""Bombs in the zip container itself: sizes, counts, overlaps, lies.

All of them but the nested ones look like a DOCX from outside.
"""

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hub.files.reasons import Reason
from tests.files.documents import docx_parts, zipped

BIG = {Reason.TOO_BIG_INSIDE}
EITHER = {Reason.TOO_BIG_INSIDE, Reason.BROKEN}
NO_ZIP = {Reason.NOT_ACCEPTED, Reason.EMBEDDED, Reason.BROKEN}


@dataclass(frozen=True)
class Entry:
    """A member as it says it is, and its packed bytes as they are."""

    name: bytes
    packed: bytes
    size: int
    crc: int = 0
    method: int = 8
    flags: int = 0
    packed_size: int = -1
    extra: bytes = b""

    def _fields(self) -> tuple[int, ...]:
        packed = len(self.packed) if self.packed_size < 0 else self.packed_size
        return (20, self.flags, self.method, 0, 33, self.crc, packed, self.size)

    def local(self) -> bytes:
        lengths = (len(self.name), len(self.extra))
        head = struct.pack("<4s5H3I2H", b"PK\3\4", *self._fields(), *lengths)
        return head + self.name + self.extra

    def central(self, offset: int) -> bytes:
        lengths = (len(self.name), len(self.extra), 0, 0, 0, 0, offset)
        head = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, *self._fields(), *lengths)
        return head + self.name + self.extra


def member(name: str, content: bytes) -> Entry:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    return Entry(name.encode(), packed, len(content), zlib.crc32(content))


def container(entries: Sequence[Entry], count: int = -1, before: bytes = b"") -> bytes:
    out, places = bytearray(before), []
    for entry in entries:
        places.append(len(out))
        out += entry.local() + entry.packed
    return closed(
        out, [e.central(at) for e, at in zip(entries, places, strict=True)], count
    )


def closed(out: bytearray, directory: Sequence[bytes], count: int = -1) -> bytes:
    count = min(0xFFFF, len(directory)) if count < 0 else count
    start = len(out)
    out += b"".join(directory)
    size = len(out) - start
    out += struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, start, 0)
    return bytes(out)


def docx_entries() -> list[Entry]:
    return [member(name, content) for name, content in docx_parts().items()]


def huge(name: str, megabytes: int, byte: bytes = b" ") -> Entry:
    """A member of so many megabytes of one byte, packed once and repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = byte * 1_000_000
    one = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    crc = 0
    for _ in range(megabytes):
        crc = zlib.crc32(block, crc)
    packed = one * megabytes + b"\x03\x00"
    return Entry(name.encode(), packed, megabytes * 1_000_000, crc)


def _with(*entries: Entry) -> bytes:
    names = {entry.name for entry in entries}
    return container([*(e for e in docx_entries() if e.name not in names), *entries])


def _lying_size() -> bytes:
    return _with(replace(huge("word/document.xml", 200), size=1000))


def _lying_local_size() -> bytes:
    """The directory says 1 KB, the member's own header the truth."""
    entry = huge("word/document.xml", 200)
    data = _with(entry)
    at = data.rindex(b"PK\1\2") + 24
    return data[:at] + struct.pack("<I", 1000) + data[at + 4 :]


def _overlap() -> bytes:
    """Five thousand names for the same 20 MB."""
    entry = huge("word/media/a.png", 20)
    out = bytearray(entry.local() + entry.packed)
    names = [b"word/media/%04d.png" % n for n in range(1900)]
    return closed(out, [replace(entry, name=name).central(0) for name in names])


def _quoted_overlap() -> bytes:
    """Each member quotes the header of the next in a stored block, and so holds it."""
    last = huge("word/media/z.png", 20)
    inside, size, crc_unknown = last.packed, last.size, 0
    tail, headers = last.local() + inside, [(last, 0)]
    for number in range(250):
        head = headers[-1][0].local()
        quote = struct.pack("<BHH", 0, len(head), len(head) ^ 0xFFFF)
        inside, size = quote + head + inside, size + len(head)
        entry = Entry(b"word/media/%03d.png" % number, inside, size, crc_unknown)
        tail = entry.local() + quote + tail
        headers.append((entry, len(tail)))
    headers[0] = (last, len(last.local() + last.packed))
    places = [(entry, len(tail) - length) for entry, length in headers]
    return closed(bytearray(tail), [entry.central(at) for entry, at in places])


def _many_members() -> bytes:
    return container([Entry(b"%d" % n, b"", 0, method=0) for n in range(100_000)])


def _hidden_members() -> bytes:
    return container([Entry(b"%d" % n, b"", 0, method=0) for n in range(60_000)], 3)


def _long_names() -> bytes:
    names = [b"word/" + b"%05d" % n * 4_000 for n in range(500)]
    return container([Entry(name, b"", 0, method=0) for name in names])


def _nested() -> bytes:
    """Sixteen zips in each of five levels, one gigabyte in each of the last."""
    data = container([huge("0.bin", 1000)])
    for _ in range(5):
        data = container([member(f"{n:x}.zip", data) for n in range(16)])
    return data


def _nested_docx() -> bytes:
    data = container([huge("0.bin", 100)])
    for _ in range(10):
        data = _with(member("word/embeddings/inner.docx", data))
    return data


def _zip64_huge() -> bytes:
    extra = struct.pack("<HHQQ", 1, 16, 1 << 60, 1 << 60)
    entry = member("word/media/a.png", b"a" * 1000)
    return _with(replace(entry, size=0xFFFFFFFF, packed_size=0xFFFFFFFF, extra=extra))


def _zip64_small() -> bytes:
    """Says by zip64 that 200 MB are 10 bytes."""
    entry = huge("word/document.xml", 200)
    extra = struct.pack("<HHQQ", 1, 16, 10, len(entry.packed))
    return _with(replace(entry, size=0xFFFFFFFF, packed_size=0xFFFFFFFF, extra=extra))


def _other_method(method: int) -> Callable[[], bytes]:
    return lambda: _with(replace(huge("word/media/a.png", 50), method=method))


def _sum() -> bytes:
    """Thirty members, none of them too big, with noise so that no ratio tells."""
    noise = Entry(b"word/media/noise.png", _noise(3_000_000), 3_000_000, method=0)
    return _with(noise, *[huge(f"word/media/{n}.png", 10) for n in range(30)])


def _noise(size: int) -> bytes:
    import random

    return random.Random(size).randbytes(size)


ZIP: dict[str, tuple[Callable[[], bytes], set[Reason]]] = {
    "zip_ratio": (lambda: container([huge("zeros.bin", 600, b"\0")]), BIG),
    "docx_gigabyte": (lambda: _with(huge("word/document.xml", 1000)), BIG),
    "docx_ratio": (lambda: _with(huge("word/media/a.png", 40)), BIG),
    "docx_sum": (_sum, BIG),
    "docx_lying_size": (_lying_size, EITHER),
    "docx_lying_directory": (_lying_local_size, EITHER),
    "zip_overlap": (_overlap, EITHER),
    "zip_quoted_overlap": (_quoted_overlap, EITHER),
    "zip_many_members": (_many_members, EITHER),
    "zip_hidden_members": (_hidden_members, EITHER),
    "zip_long_names": (_long_names, EITHER),
    "zip_nested": (_nested, NO_ZIP),
    "docx_nested": (_nested_docx, NO_ZIP),
    "zip64_huge": (_zip64_huge, EITHER),
    "zip64_small": (_zip64_small, EITHER),
    "zip_bzip2": (_other_method(12), NO_ZIP),
    "zip_deflate64": (_other_method(9), NO_ZIP),
    "zip_lying_stored": (_other_method(0), EITHER),
    "docx_twice_a_part": (
        lambda: container([*docx_entries(), huge("word/Document.xml", 1)]),
        EITHER,
    ),
    "docx_plain_twice": (lambda: zipped(docx_parts()) + zipped(docx_parts()), EITHER),
}
