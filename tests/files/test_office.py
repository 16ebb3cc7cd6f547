"""Office files come back with the same text, open, and hold nothing but listed parts."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image

from hub.files.kinds import KINDS, recognise
from hub.files.office import rebuild
from hub.files.reasons import FileRefused, Reason
from tests.files.documents import (
    document_xml,
    docx_parts,
    paragraph,
    photo,
    relations,
    xlsx_parts,
    zipped,
)
from tests.files.office_walker import active_in
from tests.files.open_documents import content_xml, ods_parts, odt_parts

pytestmark = pytest.mark.embedded  # says nothing about a database

MAKERS = {"docx": docx_parts, "xlsx": xlsx_parts, "odt": odt_parts, "ods": ods_parts}
TEXTS = {
    "docx": ("word/document.xml", "word/comments.xml"),
    "xlsx": ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"),
    "odt": ("content.xml",),
    "ods": ("content.xml",),
}
SECRETS = (b"SECRETAUTHOR", b"SECRETCAMERA", b"SECRETITEM", b"00A1", b"calc.exe")
TELLING = re.compile("docProps|customXml|meta|Thumb|printer|Configurations")


def rebuilt(
    folder: Path, parts: dict[str, bytes], kind: str = "docx"
) -> zipfile.ZipFile:
    (folder / "source").write_bytes(zipped(parts))
    rebuild(folder / "source", folder / "target", KINDS[kind])
    assert recognise(folder / "target") is KINDS[kind]
    return zipfile.ZipFile(folder / "target")


def text_of(xml: bytes) -> list[str]:
    return [t for t in etree.fromstring(xml).itertext() if t.strip()]


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("seed", range(10))
def test_the_text_is_the_same(tmp_path: Path, kind: str, seed: int) -> None:
    parts = MAKERS[kind](seed)
    copy = rebuilt(tmp_path, parts, kind)
    assert copy.testzip() is None
    for name in copy.namelist():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(copy.read(name))
    for name in TEXTS[kind]:
        assert text_of(copy.read(name)) == text_of(parts[name])


@pytest.mark.parametrize("kind", MAKERS)
def test_nothing_tells_of_people_places_and_programs(tmp_path: Path, kind: str) -> None:
    copy = rebuilt(tmp_path, MAKERS[kind](), kind)
    content = b"".join(copy.read(name) for name in copy.namelist())
    assert not [secret for secret in SECRETS if secret in content]
    assert not TELLING.search(str(copy.namelist()))


@pytest.mark.parametrize("kind", MAKERS)
def test_a_copy_of_a_copy_is_the_copy(tmp_path: Path, kind: str) -> None:
    rebuilt(tmp_path, MAKERS[kind](), kind)
    rebuild(tmp_path / "target", tmp_path / "again", KINDS[kind])
    first, second = (zipfile.ZipFile(tmp_path / n) for n in ("target", "again"))
    xml = [n for n in first.namelist() if not n.endswith(".jpg")]  # JPEG loses a little
    assert second.namelist() == first.namelist()
    assert [second.read(n) for n in xml] == [first.read(n) for n in xml]


@pytest.mark.parametrize("kind", MAKERS)
def test_a_second_reading_finds_nothing_active(tmp_path: Path, kind: str) -> None:
    rebuilt(tmp_path, MAKERS[kind](), kind)
    assert active_in(tmp_path / "target") == []


@pytest.mark.parametrize("kind", MAKERS)
def test_unlisted_parts_stay_behind(tmp_path: Path, kind: str) -> None:
    strange = {"strange.xml": b"<a/>", "word/fonts/f.odttf": b"f", "Fonts/f.ttf": b"f"}
    copy = rebuilt(tmp_path, MAKERS[kind]() | strange, kind)
    assert not set(strange) & set(copy.namelist())


def test_the_mimetype_of_open_documents_comes_first_and_unpacked(
    tmp_path: Path,
) -> None:
    first = rebuilt(tmp_path, odt_parts(), "odt").infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)


def test_settings_keep_what_lays_out_the_text(tmp_path: Path) -> None:
    settings = rebuilt(tmp_path, odt_parts(), "odt").read("settings.xml").decode()
    assert settings.count("config:config-item ") == 1
    assert "AddParaTableSpacing" in settings


def test_links_to_the_web_stay_and_others_become_text(tmp_path: Path) -> None:
    copy = rebuilt(tmp_path, docx_parts())
    rels = copy.read("word/_rels/document.xml.rels").decode()
    document = copy.read("word/document.xml").decode()
    assert "https://www.justice.gouv.fr/" in rels
    assert "rId3" in document
    assert "le disque" in document
    assert "rId4" not in document + rels


def test_every_reference_leads_to_a_part_that_is_there(tmp_path: Path) -> None:
    copy = rebuilt(tmp_path, docx_parts())
    for name in (n for n in copy.namelist() if n.endswith(".rels")):
        for relation in etree.fromstring(copy.read(name)):
            if relation.get("TargetMode") != "External":
                assert relation.get("Target").lstrip("/") in copy.namelist()


def test_pictures_are_encoded_anew(tmp_path: Path) -> None:
    copy = rebuilt(tmp_path, docx_parts())
    picture = Image.open(io.BytesIO(copy.read("word/media/image1.jpg")))
    original = Image.open(io.BytesIO(photo()))
    assert picture.size == original.size
    assert not picture.getexif()


@pytest.mark.parametrize(
    "content", [b"\xd7\xcd\xc6\x9a metafile", b"<svg/>", photo()[:200], b""]
)
def test_other_pictures_become_a_grey_square(tmp_path: Path, content: bytes) -> None:
    parts = docx_parts() | {"word/media/image1.jpeg": content}
    copy = rebuilt(tmp_path, parts)
    assert Image.open(io.BytesIO(copy.read("word/media/image1.png"))).size == (16, 16)


def test_of_two_forms_of_a_picture_the_pixels_stay(tmp_path: Path) -> None:
    images = "".join(
        f'<draw:image xlink:href="Pictures/{name}"/>' for name in ("a.svg", "photo.jpg")
    )
    parts = odt_parts(1, f"<text:p><draw:frame>{images}</draw:frame></text:p>")
    copy = rebuilt(tmp_path, parts | {"Pictures/a.svg": b"<svg/>"}, "odt")
    pictures = [name for name in copy.namelist() if name.startswith("Pictures")]
    assert pictures == ["Pictures/image1.jpg"]
    assert copy.read("content.xml").count(b"<draw:image") == 2  # one of them as ever


def test_fonts_stay_behind(tmp_path: Path) -> None:
    face = '<svg:font-face-src xmlns:svg="s"><svg:u xlink:href="Fonts/a.ttf"/></svg:font-face-src>'
    copy = rebuilt(tmp_path, odt_parts(1, face) | {"Fonts/a.ttf": b"f"}, "odt")
    assert b"Fonts" not in copy.read("content.xml")


def test_a_template_on_a_server_is_forgotten(tmp_path: Path) -> None:
    parts = docx_parts()
    parts["word/settings.xml"] = parts["word/settings.xml"].replace(
        b"<w:compat/>",
        b'<w:attachedTemplate xmlns:r="http://schemas.openxmlformats.org/officeDocument'
        b'/2006/relationships" r:id="rId1"/><w:compat/>',
    )
    parts["word/_rels/settings.xml.rels"] = relations(
        ("rId1", "attachedTemplate", "file://server/Normal.dotm", "External")
    )
    copy = rebuilt(tmp_path, parts)
    assert b"Template" not in copy.read("word/settings.xml")
    assert "word/_rels/settings.xml.rels" not in copy.namelist()


def test_the_table_behind_a_chart_stays_behind(tmp_path: Path) -> None:
    name = "word/_rels/document.xml.rels"
    parts = docx_parts(1, '<w:p><c:chart xmlns:c="c" r:id="rId9"/></w:p>')
    chart = relations(("rId9", "chart", "charts/chart1.xml")).decode()
    row = re.search("<Relationship .*/>", chart)
    assert row
    parts[name] = parts[name].replace(b"</Rel", row[0].encode() + b"</Rel")
    parts["word/charts/chart1.xml"] = (
        b'<c:chartSpace xmlns:c="c" xmlns:r="http://schemas.openxmlformats.org/office'
        b'Document/2006/relationships"><c:v>7</c:v><c:externalData r:id="rId1"/>'
        b"</c:chartSpace>"
    )
    parts["word/charts/_rels/chart1.xml.rels"] = relations(
        ("rId1", "package", "../embeddings/table.bin")
    )
    parts["word/embeddings/table.bin"] = b"PK"
    copy = rebuilt(tmp_path, parts)
    assert b"<c:v>7</c:v></c:chartSpace>" in copy.read("word/charts/chart1.xml")
    assert "word/embeddings/table.bin" not in copy.namelist()


_OBJECT = (
    '<text:p><draw:frame><draw:object xlink:href="./Object 1"/></draw:frame></text:p>'
)


def test_a_chart_of_open_document_comes_along(tmp_path: Path) -> None:
    chart = content_xml("7").replace(b"office:text", b"office:chart")
    parts = odt_parts(1, _OBJECT) | {"Object 1/content.xml": chart, "Object 1/x": b"x"}
    copy = rebuilt(tmp_path, parts, "odt")
    assert text_of(copy.read("Object 1/content.xml")) == ["7"]
    assert "Object 1/x" not in copy.namelist()
    assert b"opendocument.chart" in copy.read("META-INF/manifest.xml")


def test_another_document_in_an_open_document_is_refused(tmp_path: Path) -> None:
    for inside in (content_xml("7"), content_xml("7").replace(b"office:text", b"a")):
        parts = odt_parts(1, _OBJECT) | {"Object 1/content.xml": inside}
        with pytest.raises(FileRefused) as refused:
            rebuilt(tmp_path, parts, "odt")
        assert refused.value.reason is Reason.EMBEDDED


def test_a_field_that_is_not_known_leaves_its_result(tmp_path: Path) -> None:
    body = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>FILENAME'
        '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>'
        'a.docx</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
        '<w:p><w:fldSimple w:instr=" AUTHOR "><w:r><w:t>Zoé</w:t></w:r></w:fldSimple></w:p>'
        '<w:p><w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>'
    )
    document = rebuilt(tmp_path, docx_parts(1, body)).read("word/document.xml").decode()
    assert "FILENAME" not in document
    assert "AUTHOR" not in document
    assert "PAGE" in document
    assert ">a.docx<" in document
    assert ">Zoé<" in document


def test_the_kind_must_be_the_one_that_was_recognised(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(zipped(docx_parts()))
    with pytest.raises(FileRefused):
        rebuild(tmp_path / "a", tmp_path / "b", KINDS["odt"])


def test_a_document_without_relations_is_enough(tmp_path: Path) -> None:
    parts = docx_parts()
    small = {n: parts[n] for n in ("[Content_Types].xml", "_rels/.rels")}
    small["word/document.xml"] = document_xml(paragraph("seul"))
    copy = rebuilt(tmp_path, small)
    assert text_of(copy.read("word/document.xml")) == ["seul"]
