"""PDF bombs, written object by object."""

import struct
import zlib
from collections.abc import Callable
from functools import partial

from hub.files.reasons import Reason

BIG = {Reason.TOO_BIG_INSIDE}
EITHER = {Reason.TOO_BIG_INSIDE, Reason.BROKEN}
_CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
_ONE_PAGE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>"


def pdf(*objects: bytes) -> bytes:
    """Objects numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, size = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(data), entries, data)


def with_content(content: bytes) -> bytes:
    return pdf(_CATALOG, _ONE_PAGE, _PAGE, content)


def zeros(megabytes: int, byte: bytes = b" ") -> bytes:
    """So many packed megabytes of one byte, packed once and repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = byte * 1_000_000
    one = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    total = 1
    for _ in range(megabytes):
        total = zlib.adler32(block, total)
    return b"\x78\xda" + one * megabytes + b"\x03\x00" + struct.pack(">I", total)


def _deflate() -> bytes:
    return with_content(stream(zeros(1000), b"/Filter/FlateDecode"))


def _twice_deflated() -> bytes:
    data = zlib.compress(zeros(2000), 9)
    return with_content(stream(data, b"/Filter[/FlateDecode/FlateDecode]"))


def _many_filters() -> bytes:
    data = zeros(20)
    for _ in range(30):
        data = zlib.compress(data)
    return with_content(stream(data, b"/Filter[%s]" % (b"/FlateDecode" * 31)))


def _many_streams() -> bytes:
    one = stream(zeros(60), b"/Filter/FlateDecode")
    kids = b"".join(b"%d 0 R " % n for n in range(4, 24))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents[%s]>>" % kids
    return pdf(_CATALOG, _ONE_PAGE, page, *[one] * 20)


def _nested(opening: bytes, closing: bytes) -> bytes:
    deep = opening * 200_000 + b"0" + closing * 200_000
    page = _PAGE[:-2] + b"/Deep " + deep + b">>"
    return pdf(_CATALOG, _ONE_PAGE, page, stream(b""))


def _object_stream() -> bytes:
    """A cross-reference stream that finds the page in a huge object stream."""
    count = 400_000
    index = b"".join(b"%d %d " % (n + 10, n * 2) for n in range(count))
    body = index + b"1 " * count + b" " * 30_000_000
    packed = zlib.compress(body, 9)
    head = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (count, len(index))
    objects = [_CATALOG, _ONE_PAGE, _PAGE, stream(b""), stream(packed, head)]
    out = bytearray(b"%PDF-1.7\n")
    rows = [(0, 0, 65535)]
    for number, content in enumerate(objects, 1):
        rows.append((1, len(out), 0))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    rows += [(1, start, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0)]
    rows += [(2, 5, n) for n in range(count)]
    table = zlib.compress(b"".join(struct.pack(">BII", *row) for row in rows))
    head = b"/Type/XRef/Size %d/W[1 4 4]/Root 1 0 R/Filter/FlateDecode" % len(rows)
    out += b"6 0 obj\n%s\nendobj\n" % stream(table, head)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def _page_loop() -> bytes:
    return pdf(
        _CATALOG, b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 9>>", _PAGE, stream(b"")
    )


def _page_loop_of_two() -> bytes:
    a = b"<</Type/Pages/Parent 3 0 R/Kids[3 0 R]/Count 1>>"
    b = b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 1>>"
    return pdf(_CATALOG, a, b)


def _page_doubling() -> bytes:
    """Thirty nodes, each twice the next: 2^30 pages."""
    nodes = [
        b"<</Type/Pages/Kids[%d 0 R %d 0 R]/Count %d>>" % (n + 1, n + 1, 2 ** (32 - n))
        for n in range(2, 32)
    ]
    return pdf(_CATALOG, *nodes, b"<</Type/Page/MediaBox[0 0 9 9]>>")


def _page_depth() -> bytes:
    nodes = [
        b"<</Type/Pages/Parent %d 0 R/Kids[%d 0 R]/Count 1>>" % (n - 1, n + 1)
        for n in range(2, 20_000)
    ]
    return pdf(_CATALOG, *nodes, b"<</Type/Page/MediaBox[0 0 9 9]>>")


def _many_pages() -> bytes:
    count = 60_000
    kids = b" ".join(b"%d 0 R" % n for n in range(3, count + 3))
    pages = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count)
    return pdf(
        _CATALOG, pages, *[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"] * count
    )


def _image_pixels() -> bytes:
    image = stream(
        zeros(450, b"\0"),
        b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 1"
        b"/ColorSpace/DeviceGray/Filter/FlateDecode",
    )
    page = _PAGE[:-2] + b"/Resources<</XObject<</I 5 0 R>>>>>>"
    return pdf(_CATALOG, _ONE_PAGE, page, stream(b"200 0 0 200 0 0 cm /I Do"), image)


def _form_doubling() -> bytes:
    """Thirty forms, each painting the next one twice: 2^30 paintings."""
    form = (
        b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>"
    )
    forms = [stream(b"/F Do /F Do", form % (n + 1)) for n in range(5, 35)]
    page = _PAGE[:-2] + b"/Resources<</XObject<</F 5 0 R>>>>>>"
    last = stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    return pdf(_CATALOG, _ONE_PAGE, page, stream(b"/F Do"), *forms, last)


PDF: dict[str, tuple[Callable[[], bytes], set[Reason]]] = {
    "pdf_deflate": (_deflate, BIG),
    "pdf_twice_deflated": (_twice_deflated, BIG),
    "pdf_many_filters": (_many_filters, EITHER),
    "pdf_many_streams": (_many_streams, BIG),
    "pdf_deep_array": (partial(_nested, b"[", b"]"), EITHER),
    "pdf_deep_dictionary": (partial(_nested, b"<</A ", b">>"), EITHER),
    "pdf_object_stream": (_object_stream, EITHER),
    "pdf_page_loop": (_page_loop, EITHER),
    "pdf_page_loop_of_two": (_page_loop_of_two, EITHER),
    "pdf_page_doubling": (_page_doubling, EITHER),
    "pdf_page_depth": (_page_depth, EITHER),
    "pdf_many_pages": (_many_pages, BIG),
    "pdf_image_pixels": (_image_pixels, BIG),
    "pdf_form_doubling": (_form_doubling, EITHER),
}
