"""Our own reading of zip containers, within our own limits, before any is unpacked.

Stricter than the format: one central directory at the very end, members one after the
other without overlap or gap, stored or deflated, no encryption, no zip64 (25 MiB need
none). What a container means: hub.files.containers.
"""

import re
import struct
import zlib
from dataclasses import dataclass

from hub.files.limits import (
    MAX_MEMBER_BYTES,
    MAX_MEMBER_NAME_BYTES,
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    RATIO_FREE_BYTES,
)
from hub.files.refusals import FileRefused, Reason

_END = struct.Struct("<4s4H2IH")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED_BITS = 0x1 | 0x40 | 0x2000  # classic, strong, masked headers
_DESCRIPTOR_BIT, _UTF8_BIT = 0x8, 0x800
_ZIP64 = 0xFFFFFFFF
_DESCRIPTOR_SIZES = (12, 16, 20, 24)  # with or without signature, 4 or 8 byte sizes
_BAD_NAME = re.compile(r"[\x00-\x1f\x7f\\:]|^/|(^|/)\.{1,2}(/|$)|//")


@dataclass(frozen=True)
class Member:
    """One file of the container; `start` is where its packed bytes begin."""

    name: str
    method: int
    start: int
    packed: int
    size: int
    crc: int


class Archive:
    """The members by name, directories left out, in the order of the directory."""

    def __init__(self, data: bytes, members: dict[str, Member]) -> None:
        self.members = members
        self._data = data

    def read(self, name: str) -> bytes:
        """The unpacked bytes of a member, exactly as many as it declares.

        Raises FileRefused(BROKEN) if size or checksum differ, or there is none.
        """
        member = self.members.get(name)
        if member is None:
            raise FileRefused(Reason.BROKEN, "a part is missing")
        content = _unpack(self._data, member)
        if zlib.crc32(content) != member.crc:
            raise FileRefused(Reason.BROKEN, "checksum of a member")
        return content

    def check(self) -> None:
        """Unpacks every member once. Raises FileRefused as `read` does."""
        for name in self.members:
            self.read(name)


def open_archive(data: bytes) -> Archive:
    """The container that `data` is, nothing of it unpacked yet.

    Raises FileRefused: TOO_BIG_INSIDE for count, sizes, ratio; ENCRYPTED; NOT_ACCEPTED
    for another compression; BROKEN for anything that two readers could read in two
    ways: overlaps, gaps, bytes before or behind, doubtful or double names, zip64.
    """
    count, at, end = _end(data)
    entries = []
    for _ in range(count):
        entry, at = _central(data, at, end)
        entries.append(entry)
    if at != end:
        raise FileRefused(Reason.BROKEN, "directory longer than its entries")
    _check_sizes(entries, len(data))
    members = _located(data, entries)
    _check_names([m.name for m in members])
    return Archive(data, {m.name: m for m in members if not m.name.endswith("/")})


@dataclass(frozen=True)
class _Entry:
    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def _end(data: bytes) -> tuple[int, int, int]:
    """(number of entries, start, end) of the central directory."""
    at = len(data) - _END.size
    if at < 0 or data[at : at + 4] != b"PK\5\6":
        raise FileRefused(Reason.BROKEN, "no end of directory at the end")
    _, disk, first, here, count, size, start, _ = _END.unpack_from(data, at)
    if disk or first or here != count or start + size != at:
        raise FileRefused(Reason.BROKEN, "end of directory")
    if count > MAX_MEMBERS:
        raise FileRefused(Reason.TOO_BIG_INSIDE, f"{count} members")
    return count, start, at


def _central(data: bytes, at: int, end: int) -> tuple[_Entry, int]:
    if at + _CENTRAL.size > end or data[at : at + 4] != b"PK\1\2":
        raise FileRefused(Reason.BROKEN, "directory entry")
    (
        _,
        _,
        _,
        flags,
        method,
        _,
        _,
        crc,
        packed,
        size,
        name,
        extra,
        comment,
        _,
        _,
        _,
        offset,
    ) = _CENTRAL.unpack_from(data, at)
    begin = at + _CENTRAL.size
    after = begin + name + extra + comment
    if after > end or _ZIP64 in (packed, size, offset) or name > MAX_MEMBER_NAME_BYTES:
        raise FileRefused(Reason.BROKEN, "directory entry")
    if flags & _ENCRYPTED_BITS:
        raise FileRefused(Reason.ENCRYPTED, "zip member")
    if method not in (_STORED, _DEFLATED):
        raise FileRefused(Reason.NOT_ACCEPTED, f"compression method {method}")
    raw = data[begin : begin + name]
    return _Entry(raw, flags, method, crc, packed, size, offset), after


def _check_sizes(entries: list[_Entry], packed: int) -> None:
    total = sum(entry.size for entry in entries)
    if total > MAX_UNPACKED_BYTES or any(e.size > MAX_MEMBER_BYTES for e in entries):
        raise FileRefused(Reason.TOO_BIG_INSIDE, f"{total} bytes unpacked")
    if total > RATIO_FREE_BYTES and total > MAX_RATIO * packed:
        raise FileRefused(Reason.TOO_BIG_INSIDE, f"ratio {total // packed}")


def _located(data: bytes, entries: list[_Entry]) -> list[Member]:
    """The members in the directory's order; their bytes fill the file without overlap
    or gap, from its first byte to the directory."""
    ends = {0}
    members = {}
    expected = 0
    for entry in sorted(entries, key=lambda e: e.offset):
        if entry.offset not in ends:
            raise FileRefused(Reason.BROKEN, "members overlap, or leave a gap")
        members[entry] = member = _member(data, entry)
        expected = member.start + member.packed
        ends = _possible_ends(entry, expected)
    if not entries or _end(data)[1] not in ends:
        raise FileRefused(Reason.BROKEN, "bytes before the directory")
    return [members[entry] for entry in entries]


def _possible_ends(entry: _Entry, end: int) -> set[int]:
    if entry.flags & _DESCRIPTOR_BIT:
        return {end + size for size in _DESCRIPTOR_SIZES} | {end}
    return {end}


def _member(data: bytes, entry: _Entry) -> Member:
    at = entry.offset
    if data[at : at + 4] != b"PK\3\4" or at + _LOCAL.size > len(data):
        raise FileRefused(Reason.BROKEN, "local header")
    _, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack_from(
        data, at
    )
    begin = at + _LOCAL.size
    same = data[begin : begin + name] == entry.name and method == entry.method
    if not same or flags & _ENCRYPTED_BITS:
        raise FileRefused(Reason.BROKEN, "local header differs from the directory")
    unknown = entry.flags & _DESCRIPTOR_BIT or _ZIP64 in (packed, size)
    if not unknown and (crc, packed, size) != (entry.crc, entry.packed, entry.size):
        raise FileRefused(Reason.BROKEN, "local sizes differ from the directory")
    encoding = "utf-8" if entry.flags & _UTF8_BIT else "cp437"
    text = entry.name.decode(encoding, errors="replace")
    start = begin + name + extra
    return Member(text, entry.method, start, entry.packed, entry.size, entry.crc)


def _check_names(names: list[str]) -> None:
    if any(_BAD_NAME.search(name) or "\ufffd" in name or not name for name in names):
        raise FileRefused(Reason.BROKEN, "name of a member")
    if len({name.casefold().rstrip("/") for name in names}) != len(names):
        raise FileRefused(Reason.BROKEN, "two members of one name")


def _unpack(data: bytes, member: Member) -> bytes:
    packed = data[member.start : member.start + member.packed]
    if member.method == _STORED:
        content, rest = packed, b""
    else:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflater.decompress(packed, member.size + 1)
        except zlib.error as error:
            raise FileRefused(Reason.BROKEN, "deflate") from error
        rest = inflater.unconsumed_tail + inflater.unused_data
    if len(content) != member.size or rest:
        raise FileRefused(Reason.BROKEN, "more or less in a member than it says")
    return content
