"""A rebuilt PDF shows the same and does nothing.

What is active is decided by a second library (active_walk.py). Tried: keeping
`/OpenAction`, carrying `/Info` and carrying a page's `/AA` each turn tests red.
"""

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from pypdf import PdfReader

from hub.files import pdf, pdf_limits
from hub.files.reasons import FileRefused, Reason
from tests.files.active_walk import active_content
from tests.files.hostile_pdfs import HOSTILE, JS, PLACE
from tests.files.pdfs import TEXT, deflated, document, stream

pytestmark = pytest.mark.embedded  # says nothing about a database


def rebuilt(tmp_path: Path, data: bytes) -> bytes:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(data)
    pdf_limits.check(source)
    assert pdf.rebuild(source, target) == 1
    return target.read_bytes()


def text(data: bytes) -> str:
    return PdfReader(io.BytesIO(data)).pages[0].extract_text().strip()


def refusal(tmp_path: Path, data: bytes) -> Reason:
    source = tmp_path / "source"
    source.write_bytes(data)
    with pytest.raises(FileRefused) as refused:
        pdf_limits.check(source)
    return refused.value.reason


def test_a_page_that_only_shows_is_not_called_active() -> None:
    assert active_content(document()) == set()
    assert active_content(document(packed=True)) == set()


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_acts_is_found_in_the_original_and_gone_from_the_rebuilt(
    kind: str, tmp_path: Path
) -> None:
    assert active_content(HOSTILE[kind])
    result = rebuilt(tmp_path, HOSTILE[kind])
    assert active_content(result) == set()
    assert text(result) == TEXT


def test_what_lies_behind_packed_data_is_cut_off(tmp_path: Path) -> None:
    packed = zlib.compress(b"BT /F1 9 Tf 72 700 Td (Une page qui se lit) Tj ET")
    hidden = stream(packed + b"HIDDEN", "/Filter /FlateDecode")
    result = rebuilt(tmp_path, document(objects={4: hidden}))
    assert b"HIDDEN" not in result
    assert text(result) == TEXT


def test_a_photo_in_a_page_loses_its_place_and_its_comment(tmp_path: Path) -> None:
    jpeg = io.BytesIO()
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F] = "CAMERA"
    Image.new("RGB", (40, 30), "red").save(jpeg, "JPEG", exif=exif, comment=b"SECRET")
    entries = "/Type /XObject /Subtype /Image /Width 40 /Height 30 /BitsPerComponent 8"
    entries += " /ColorSpace /DeviceRGB /Filter /DCTDecode"
    page = "/Resources << /XObject << /X 10 0 R >> /Font << /F1 5 0 R >> >>"
    picture = stream(jpeg.getvalue() + b"BEHIND", entries)
    result = rebuilt(tmp_path, document(page=page, objects={10: picture}))
    image = PdfReader(io.BytesIO(result)).pages[0].images[0].image
    assert image is not None
    assert image.size == (40, 30)
    for word in (b"CAMERA", b"SECRET", b"BEHIND", b"Exif"):
        assert word not in result


def test_what_a_form_field_shows_stays_and_the_page_text_is_untouched(
    tmp_path: Path,
) -> None:
    look = stream(
        b"BT /F1 9 Tf 2 2 Td (Camille) Tj ET",
        "/Type /XObject /Subtype /Form /BBox [0 0 80 20] "
        "/Resources << /Font << /F1 5 0 R >> >>",
    )
    field = f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (Camille) {PLACE} "
    field += f"/F 4 /AP << /N 11 0 R >> /AA << /K {JS} >> >>"
    form = document(
        "/AcroForm << /Fields [10 0 R] >>",
        page="/Annots [10 0 R]",
        objects={10: field, 11: look},
    )
    result = rebuilt(tmp_path, form)
    assert text(result) == text(form)
    [stamp] = PdfReader(io.BytesIO(result)).pages[0]["/Annots"]
    assert stamp["/Subtype"] == "/Stamp"
    assert stamp["/Contents"] == "Camille"
    assert b"(Camille) Tj" in stamp["/AP"]["/N"].get_data()
    assert active_content(result) == set()


def test_a_hidden_field_shows_nothing(tmp_path: Path) -> None:
    look = stream(b"0 0 9 9 re f", "/Subtype /Form /BBox [0 0 9 9]")
    field = f"<< /Subtype /Widget /FT /Tx {PLACE} /F 2 /AP << /N 11 0 R >> >>"
    hidden = document(page="/Annots [10 0 R]", objects={10: field, 11: look})
    assert "/Annots" not in PdfReader(io.BytesIO(rebuilt(tmp_path, hidden))).pages[0]


def test_links_and_bookmarks_within_the_document_still_lead_there(
    tmp_path: Path,
) -> None:
    bookmarks = {
        10: "<< /Type /Outlines /First 11 0 R /Last 12 0 R /Count 2 >>",
        11: "<< /Title (Partie 1) /Parent 10 0 R /Next 12 0 R /Dest (there) >>",
        12: "<< /Title (Partie 2) /Parent 10 0 R /Prev 11 0 R "
        "/A << /S /GoTo /D [3 0 R /XYZ 0 700 null] >> >>",
        13: f"<< /Type /Annot /Subtype /Link {PLACE} /A << /S /GoTo /D (there) >> >>",
    }
    catalog = "/Outlines 10 0 R /Dests << /there [3 0 R /Fit] >>"
    result = rebuilt(
        tmp_path, document(catalog, page="/Annots [13 0 R]", objects=bookmarks)
    )
    reader = PdfReader(io.BytesIO(result))
    titles = [
        (item.title, reader.get_destination_page_number(item))
        for item in reader.outline
    ]  # type: ignore[union-attr, arg-type]
    assert titles == [("Partie 1", 0), ("Partie 2", 0)]
    link = reader.pages[0]["/Annots"][0].get_object()
    assert link["/Dest"][0].get_object() == reader.pages[0]
    assert active_content(result) == set()


def test_tags_language_boxes_and_rotation_stay(tmp_path: Path) -> None:
    tagged = document(
        "/Lang (fr) /MarkInfo << /Marked true >> /StructTreeRoot 10 0 R",
        page="/Rotate 90 /CropBox [10 10 500 800] /StructParents 0",
        objects={
            10: "<< /Type /StructTreeRoot /K 11 0 R /ParentTree << /Nums [0 [11 0 R]] >> >>",
            11: "<< /Type /StructElem /S /H1 /P 10 0 R /Pg 3 0 R /K 0 /Alt (titre) >>",
        },
    )
    reader = PdfReader(io.BytesIO(rebuilt(tmp_path, tagged)))
    root = reader.trailer["/Root"]
    heading = root["/StructTreeRoot"]["/K"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("fr", True)
    assert (heading["/S"], heading["/Alt"]) == ("/H1", "titre")
    assert heading["/Pg"] == reader.pages[0]
    assert reader.pages[0].rotation == 90
    assert reader.pages[0].cropbox == [10, 10, 500, 800]


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-256"])
@pytest.mark.parametrize("password", ["secret", ""])
def test_a_protected_file_is_refused_even_if_it_opens_unasked(
    algorithm: str, password: str, tmp_path: Path
) -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt(password, "owner", algorithm=algorithm)
    data = io.BytesIO()
    writer.write(data)
    assert refusal(tmp_path, data.getvalue()) == Reason.ENCRYPTED


def test_a_damaged_file_is_mended_and_one_without_pages_refused(tmp_path: Path) -> None:
    damaged = document().replace(b"startxref", b"startyref")
    assert text(rebuilt(tmp_path, damaged)) == TEXT
    empty = document(objects={2: "<< /Type /Pages /Kids [] /Count 0 >>"})
    assert refusal(tmp_path, empty) == Reason.BROKEN
    assert refusal(tmp_path, b"%PDF-1.7\nnothing") == Reason.BROKEN


ZEROS = b"\0" * (1 << 20)
WIDE_ROWS = "/Predictor 12 /Columns 2000000000"


def twice(data: bytes) -> bytes:
    return zlib.compress(zlib.compress(data))


@pytest.mark.parametrize(
    "made",  # in the test: packing them takes a second, in each process that collects
    [
        lambda: {4: deflated(ZEROS * 120)},
        lambda: {4: stream(twice(ZEROS * 120), "/Filter [/Fl /Fl]")},
        lambda: {4: stream(b"\x81\0" * (1 << 20), "/Filter /RL")},
        lambda: dict.fromkeys(range(10, 18), deflated(ZEROS * 50)),
        lambda: {4: stream(b"0", "/Filter [/AHx /AHx /AHx /AHx /AHx]")},
        lambda: {10: deflated(b"0", "/Width 90000 /Height 10 /Subtype /Image")},
        lambda: {10: deflated(b"0", f"/DecodeParms << {WIDE_ROWS} >>")},
    ],
    ids=["flate", "twice", "run length", "together", "chain", "pixels", "predictor"],
)
def test_a_bomb_is_refused_by_its_size_unpacked(
    made: Callable[[], dict[int, bytes]], tmp_path: Path
) -> None:
    assert refusal(tmp_path, document(objects=made())) == Reason.TOO_BIG_INSIDE


def test_forms_that_draw_each_other_ten_times_are_refused(tmp_path: Path) -> None:
    def level(number: int) -> bytes:
        inner = f"/Resources << /XObject << /X {number + 1} 0 R >> >>"
        return stream(b"/X Do " * 10, f"/Subtype /Form /BBox [0 0 9 9] {inner}")

    levels = {number: level(number) for number in range(10, 20)}
    resources = "/Resources << /XObject << /X 10 0 R >> >>"
    levels |= {4: stream(b"/X Do"), 20: level(40)}
    bomb = document(page=resources, objects=levels)
    assert refusal(tmp_path, bomb) == Reason.TOO_BIG_INSIDE
    levels[2] = f"<< /Type /Pages /Kids [3 0 R] /Count 1 {resources} >>".encode()
    levels[3] = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>"
    assert refusal(tmp_path, document(objects=levels)) == Reason.TOO_BIG_INSIDE
