"""Whatever runs or fetches by itself in an office file: refused, or gone from the copy."""

import re
from pathlib import Path

import pytest

from hub.files.kinds import KINDS, recognise
from hub.files.office import rebuild
from hub.files.office_links import keeps_field, keeps_formula, may_stay
from hub.files.reasons import FileRefused, Reason
from tests.files.documents import Parts, docx_parts, relations, xlsx_parts, zipped
from tests.files.open_documents import ods_parts, odt_parts

pytestmark = pytest.mark.embedded  # says nothing about a database


def field(*code: str, result: str = "x") -> str:
    """A field whose code is split over as many runs."""
    runs = "".join(f"<w:r><w:instrText>{part}</w:instrText></w:r>" for part in code)
    return (
        f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{runs}<w:r><w:fldChar '
        f'w:fldCharType="separate"/></w:r><w:r><w:t>{result}</w:t></w:r><w:r><w:fldChar '
        'w:fldCharType="end"/></w:r></w:p>'
    )


def related(kind: str, target: str = "x.bin", *mode: str) -> Parts:
    parts = docx_parts()
    name = "word/_rels/document.xml.rels"
    row = re.search(
        "<Relationship .*/>", relations(("rId9", kind, target, *mode)).decode()
    )
    assert row
    parts[name] = parts[name].replace(b"</Rel", row[0].encode() + b"</Rel")
    return parts | {"word/x.bin": b"x"}


def formula(text: str) -> Parts:
    return xlsx_parts(1, f'<row r="30"><c r="A30"><f>{text}</f><v>1</v></c></row>')


def named(text: str, more: str = "") -> Parts:
    parts = xlsx_parts()
    names = f'<definedNames><definedName name="a" {more}>{text}</definedName></definedNames>'
    book = parts["xl/workbook.xml"].replace(
        b"</workbook>", f"{names}</workbook>".encode()
    )
    return parts | {"xl/workbook.xml": book}


def cell(formula_text: str) -> Parts:
    return ods_parts(
        1,
        f'<table:table-row><table:table-cell table:formula="{formula_text}"/>'
        "</table:table-row>",
    )


QUOTED = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    + field("QUOTE 68 68 69", result="DDE")
    + '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)
TYPED = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:t>DDEAUTO c:\\cmd</w:t>'
    '</w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)
EMBEDDED: dict[str, Parts] = {
    "dde": docx_parts(1, field("DDE c:\\cmd.exe /k")),
    "dde split": docx_parts(1, field("D", "DEA", "UTO c:\\cmd.exe")),
    "dde quoted": docx_parts(1, QUOTED),
    "dde typed": docx_parts(1, TYPED),
    "dde unfinished": docx_parts(
        1,
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>dde x'
        "</w:instrText></w:r></w:p>",
    ),
    "dde simple": docx_parts(1, '<w:p><w:fldSimple w:instr=" ddeauto x"/></w:p>'),
    "include text": docx_parts(1, field("INCLUDETEXT ", '"\\\\server\\a.docx"')),
    "include picture": docx_parts(1, field('INCLUDEPICTURE "http://a.fr/a.png" \\d')),
    "link": docx_parts(1, field("LINK Excel.Sheet c:\\a.xlsx")),
    "database": docx_parts(1, field("DATABASE \\d a.mdb")),
    "object": docx_parts(1, '<w:p><w:object><o:OLEObject r:id="rId9"/></w:object></w:p>'),
    "alternative chunk": docx_parts(1, '<w:altChunk r:id="rId9"/>'),
    "part document": docx_parts(1, '<w:subDoc r:id="rId9"/>'),
    "ole relation": related("oleObject"),
    "package relation": related("package"),
    "chunk relation": related("aFChunk"),
    "frame": related("frame", "http://a.fr/", "External"),
    "picture outside": related("image", "http://a.fr/a.png", "External"),
    "ole outside": related("oleObject", "file:///a.doc", "External"),
    "styles outside": related("styles", "http://a.fr/a.xml", "External"),
    "mode in other letters": related("image", "http://a.fr/a.png", "EXTERNAL"),
    "excel dde": formula("cmd|'/c calc'!A0"),
    "excel other file": formula("[1]Feuil1!A1"),
    "excel path": formula("'C:\\[a.xlsx]Feuil1'!A1"),
    "excel webservice": formula("WEBSERVICE(&quot;http://a.fr&quot;)"),
    "excel rtd": formula("RTD(&quot;a&quot;)"),
    "excel name dde": named("cmd|'/c calc'!A0"),
    "excel name file": named("[1]Feuil1!$A$1"),
    "excel objects": xlsx_parts(1, "", "<oleObjects/>"),
    "odf dde source": odt_parts(1, '<text:p><office:dde-source office:name="a"/></text:p>'),
    "odf section": odt_parts(1, '<text:section><text:section-source/></text:section>'),
    "odf object": odt_parts(1, '<draw:frame><draw:object xlink:href="./x"/></draw:frame>'),
    "odf ole": odt_parts(1, '<draw:frame><draw:object-ole/></draw:frame>'),
    "odf plugin": odt_parts(1, '<draw:frame><draw:plugin/></draw:frame>'),
    "odf frame": odt_parts(1, '<draw:floating-frame xlink:href="http://a.fr"/>'),
    "odf picture outside": odt_parts(1, '<draw:image xlink:href="http://a.fr/a.png"/>'),
    "odf picture traversal": odt_parts(1, '<draw:image xlink:href="../../a.png"/>'),
    "odf table source": ods_parts(1, '<table:table-source xlink:href="a.ods"/>'),
    "odf range source": ods_parts(1, "<table:cell-range-source/>"),
    "odf dde": cell("of:=DDE(&quot;soffice&quot;;&quot;a&quot;;&quot;b&quot;)"),
    "odf webservice": cell("of:=COM.MICROSOFT.WEBSERVICE(&quot;http://a&quot;)"),
    "odf other file": cell("of:=['file:///tmp/a.ods'#$Feuille1.A1]"),
}  # fmt: skip
MACROS: dict[str, Parts] = {
    "macro button": docx_parts(1, field("MACROBUTTON Run clic")),
    "control": docx_parts(1, '<w:p><w:control r:id="rId9"/></w:p>'),
    "vba relation": related("vbaProject"),
    "control relation": related("control"),
    "macro sheet relation": related("xlMacrosheet"),
    "excel call": formula("CALL(&quot;kernel32&quot;)"),
    "excel exec": formula("EXEC(&quot;calc&quot;)"),
    "excel macro name": named("Feuil1!$A$1", 'xlm="1"'),
    "excel auto open": named("Feuil1!$A$1", 'function="true"'),
    "odf script": odt_parts(1, "", "<office:scripts><office:script/></office:scripts>"),
    "odf event": odt_parts(
        1, "<office:event-listeners><script:event-listener/></office:event-listeners>"
    ),
    "odf execute": odt_parts(1, "<text:p><text:execute-macro/></text:p>"),
}  # fmt: skip


def refusal(folder: Path, parts: Parts) -> Reason:
    source = folder / "source"
    source.write_bytes(zipped(parts))
    with pytest.raises(FileRefused) as refused:
        rebuild(source, folder / "target", KINDS[recognise(source).name])
    assert not (folder / "target").exists()
    return refused.value.reason


@pytest.mark.parametrize("name", EMBEDDED)
def test_what_fetches_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, EMBEDDED[name]) is Reason.EMBEDDED


@pytest.mark.parametrize("name", MACROS)
def test_what_runs_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, MACROS[name]) is Reason.MACROS


def test_shapes_lose_their_addresses_and_actions(tmp_path: Path) -> None:
    shape = (
        '<w:p><w:r><w:pict><v:shape href="http://a.fr/x" o:ole="" o:gfxdata="UEsDBA=="><v:imagedata'
        ' src="http://a.fr/y"/></v:shape><a:hlinkClick r:id="" action="ppaction://program"'
        "/></w:pict></w:r></w:p>"
    )
    (tmp_path / "a").write_bytes(zipped(docx_parts(1, shape)))
    rebuild(tmp_path / "a", tmp_path / "b", KINDS["docx"])
    from zipfile import ZipFile

    document = ZipFile(tmp_path / "b").read("word/document.xml").decode()
    assert "v:shape" in document
    assert not re.search("a.fr|gfxdata|ppaction|hlinkClick|:ole", document)


@pytest.mark.parametrize(
    "target", ["https://a.fr/b?c=d#e", "HTTP://a.fr", "mailto:a@b.fr"]
)
def test_web_and_mail_addresses_may_stay(target: str) -> None:
    assert may_stay(target)


@pytest.mark.parametrize(
    "target",
    [
        "file:///c:/a",
        "\\\\server\\a",
        "javascript:alert(1)",
        "ms-word:ofe|u|http://a",
        "a.docx",
        "../a",
        "search-ms:query",
        "http://a fr",
        "",
        "https://" + "a" * 3000,
    ],
)
def test_other_addresses_may_not(target: str) -> None:
    assert not may_stay(target)


@pytest.mark.parametrize(
    "code",
    [
        " PAGE ",
        "REF _x \\h",
        "HYPERLINK \\l _Toc1",
        'HYPERLINK "https://a.fr"',
        "=1+2",
        'TOC \\o "1-3"',
        'IF 1=1 "a" "b"',
        "date",
    ],
)
def test_fields_of_the_document_itself_stay(code: str) -> None:
    assert keeps_field(code)


@pytest.mark.parametrize(
    "code", ["FILENAME", "", "HYPERLINK file:///a", 'HYPERLINK "\\\\s\\a"', "QUOTE 65"]
)
def test_other_fields_keep_their_result_only(code: str) -> None:
    assert not keeps_field(code)


@pytest.mark.parametrize(
    "text",
    [
        "SUM(A1:B2)",
        "Table1[[#This Row],[a]]*2",
        'IF(A1="a|b [x]!",1,0)',
        "'Été 25'!A1",
        "IMAGINARY(1)",
        "Profile!A1",
        "[@a]+Feuil2!A1",
    ],
)
def test_ordinary_formulas_stay(text: str) -> None:
    assert keeps_formula(text)


def test_formulas_of_open_document_stay() -> None:
    assert keeps_formula("of:=SUM([.A1:.B2];{1|2})", is_excel=False)
    assert not keeps_formula('of:=HYPERLINK("http://a.fr")', is_excel=False)
