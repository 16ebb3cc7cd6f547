"""PDFs written by hand, byte by byte: one page, and whatever a test hangs on it."""

import zlib
from collections.abc import Mapping

CATALOG, PAGES, PAGE, CONTENT, FONT, FIRST_FREE = 1, 2, 3, 4, 5, 10
TEXT = "Une page qui se lit"


def document(
    catalog: str = "",
    page: str = "",
    objects: Mapping[int, str | bytes] | None = None,
    trailer: str = "",
    packed: bool = False,
) -> bytes:
    """One page that says TEXT. `catalog`, `page`, `trailer` are added to those
    dictionaries, `objects` to the file; `packed` puts them into an object stream."""
    content = f"BT /F1 18 Tf 72 700 Td ({TEXT}) Tj ET".encode()
    every: dict[int, str | bytes] = {
        CATALOG: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        PAGES: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        f"/Resources << /Font << /F1 5 0 R >> >> {page} >>",
        CONTENT: stream(content),
        FONT: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
        "/Encoding /WinAnsiEncoding >>",
        **(objects or {}),
    }
    return _packed(every, trailer) if packed else _plain(every, trailer)


def stream(data: bytes, entries: str = "") -> bytes:
    head = f"<< /Length {len(data)} {entries} >>\nstream\n".encode()
    return head + data + b"\nendstream"


def deflated(data: bytes, entries: str = "") -> bytes:
    return stream(zlib.compress(data, 9), f"/Filter /FlateDecode {entries}")


def revised(
    data: bytes, objects: Mapping[int, str | bytes], trailer: str = ""
) -> bytes:
    """`data` with an incremental update behind it."""
    before = data.rindex(b"startxref")
    previous = int(data[before:].split()[1])
    body, places = _bodies(objects, len(data))
    rows = b"".join(
        f"{number} 1\n{at:010} 00000 n \n".encode() for number, at in places.items()
    )
    end = f"trailer << /Size 60 /Root 1 0 R /Prev {previous} {trailer} >>\n"
    at = len(data) + len(body)
    return data + body + b"xref\n" + rows + end.encode() + _foot(at)


def _plain(objects: Mapping[int, str | bytes], trailer: str) -> bytes:
    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    body, places = _bodies(objects, len(head))
    size = max(objects) + 1
    rows = ["0000000000 65535 f \n"]
    rows += [
        f"{places[number]:010} 00000 n \n"
        if number in places
        else "0000000000 00000 f \n"
        for number in range(1, size)
    ]
    table = f"xref\n0 {size}\n{''.join(rows)}"
    table += f"trailer << /Size {size} /Root 1 0 R {trailer} >>\n"
    return head + body + table.encode() + _foot(len(head) + len(body))


def _packed(objects: Mapping[int, str | bytes], trailer: str) -> bytes:
    """Dictionaries in an object stream, a cross-reference stream instead of a table."""
    inner = {n: v.encode() for n, v in objects.items() if isinstance(v, str)}
    outer: dict[int, str | bytes] = {
        n: v for n, v in objects.items() if isinstance(v, bytes)
    }
    head, bodies, index = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", b"", []
    for number, body in inner.items():
        index.append(f"{number} {len(bodies)}")
        bodies += body + b"\n"
    first = (" ".join(index) + "\n").encode()
    holder, table = max(objects) + 1, max(objects) + 2
    entries = f"/Type /ObjStm /N {len(inner)} /First {len(first)}"
    outer[holder] = deflated(first + bodies, entries)
    body, places = _bodies(outer, len(head))
    at = len(head) + len(body)
    rows = b""
    for number in range(table + 1):
        if number in inner:
            rows += _row(2, holder, list(inner).index(number))
        elif number in places:
            rows += _row(1, places[number], 0)
        else:
            rows += _row(1, at, 0) if number == table else _row(0, 0, 255)
    entries = f"/Type /XRef /Size {table + 1} /W [1 4 1] /Root 1 0 R {trailer}"
    reference = f"{table} 0 obj\n".encode() + deflated(rows, entries) + b"\nendobj\n"
    return head + body + reference + _foot(at)


def _row(kind: int, place: int, index: int) -> bytes:
    return bytes([kind]) + place.to_bytes(4, "big") + bytes([index])


def _bodies(
    objects: Mapping[int, str | bytes], start: int
) -> tuple[bytes, dict[int, int]]:
    body, places = b"", {}
    for number, value in objects.items():
        places[number] = start + len(body)
        raw = value.encode("latin-1") if isinstance(value, str) else value
        body += f"{number} 0 obj\n".encode() + raw + b"\nendobj\n"
    return body, places


def _foot(at: int) -> bytes:
    return f"startxref\n{at}\n%%EOF\n".encode()
