"""Office documents made part by part, with a seed, so that a test can spoil one part."""

import io
import random
import zipfile
from collections.abc import Mapping

from PIL import Image

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_CT = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_OOXML = "application/vnd.openxmlformats-officedocument."
WORDS = [
    "visite",
    "père",
    "mère",
    "enfant",
    "samedi",
    "14",
    "h",
    "espace",
    "de",
    "rencontre",
    "décision",
    "œuvre",
    "été",
]

Parts = dict[str, bytes]


def zipped(
    parts: Mapping[str, bytes], stored: tuple[str, ...] = ("mimetype",)
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, how)
    return out.getvalue()


def sentence(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(3, 12)))


def photo(width: int = 60, height: int = 40) -> bytes:
    """A JPEG that says where and with what it was taken."""
    picture = Image.effect_mandelbrot((width, height), (-2, -1, 1, 1), 20).convert(
        "RGB"
    )
    exif = Image.Exif()
    exif[0x010F] = "SECRETCAMERA"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 24.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def relations(*rows: tuple[str, str, str] | tuple[str, str, str, str]) -> bytes:
    """(id, last part of the type, target[, "External"]) to a .rels part."""
    lines = []
    for row in rows:
        mode = f' TargetMode="{row[3]}"' if len(row) == 4 else ""
        lines.append(
            f'<Relationship Id="{row[0]}" Type="{R}/{row[1]}" Target="{row[2]}"{mode}/>'
        )
    return f'{HEAD}<Relationships xmlns="{_RELS}">{"".join(lines)}</Relationships>'.encode()


def content_types(**overrides: str) -> bytes:
    """Part names with `__` for `/` and without `.xml`, to content types."""
    rows = "".join(
        f'<Override PartName="/{part.replace("__", "/")}.xml" ContentType="{kind}"/>'
        for part, kind in overrides.items()
    )
    defaults = "".join(
        f'<Default Extension="{extension}" ContentType="{kind}"/>'
        for extension, kind in (
            ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
            ("xml", "application/xml"),
            ("jpeg", "image/jpeg"),
            ("png", "image/png"),
            ("bin", "application/octet-stream"),
        )
    )
    return f'{HEAD}<Types xmlns="{_CT}">{defaults}{rows}</Types>'.encode()


def paragraph(text: str) -> str:
    return (
        f'<w:p w:rsidR="00A1"><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
    )


def document_xml(body: str) -> bytes:
    return (
        f'{HEAD}<w:document xmlns:w="{W}" xmlns:r="{R}" xmlns:a="{_A}" xmlns:wp="{_WP}"'
        ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com'
        f':office:office"><w:body>{body}<w:sectPr/></w:body></w:document>'
    ).encode()


_PICTURE = (
    '<w:p><w:r><w:drawing><wp:inline><wp:extent cx="9" cy="9"/><wp:docPr id="1" name="i"/>'
    '<a:graphic><a:graphicData uri="x"><a:blip r:embed="rId2"/></a:graphicData>'
    "</a:graphic></wp:inline></w:drawing></w:r></w:p>"
)
_LINK = (
    '<w:p><w:hyperlink r:id="rId3"><w:r><w:t>le site</w:t></w:r></w:hyperlink></w:p>'
    '<w:p><w:hyperlink r:id="rId4"><w:r><w:t>le disque</w:t></w:r></w:hyperlink></w:p>'
)
_CORE = (
    f'{HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
    'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:creator>SECRETAUTHOR</dc:creator></cp:coreProperties>"
).encode()


def docx_parts(seed: int = 1, body: str = "") -> Parts:
    """A letter with styles, a photo, two links, a comment and all that tells on people."""
    chance = random.Random(seed)
    text = "".join(paragraph(sentence(chance)) for _ in range(chance.randint(3, 30)))
    word = _OOXML + "wordprocessingml."
    return {
        "[Content_Types].xml": content_types(
            word__document=f"{word}document.main+xml",
            word__styles=f"{word}styles+xml",
            word__settings=f"{word}settings+xml",
            word__comments=f"{word}comments+xml",
            docProps__core="application/vnd.openxmlformats-package.core-properties+xml",
        ),
        "_rels/.rels": relations(
            ("rId1", "officeDocument", "word/document.xml"),
            ("rId2", "metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": _CORE,
        "word/document.xml": document_xml(text + _PICTURE + _LINK + body),
        "word/_rels/document.xml.rels": relations(
            ("rId1", "styles", "styles.xml"),
            ("rId2", "image", "media/image1.jpeg"),
            ("rId3", "hyperlink", "https://www.justice.gouv.fr/", "External"),
            ("rId4", "hyperlink", "file:///c:/windows/calc.exe", "External"),
            ("rId5", "settings", "settings.xml"),
            ("rId6", "comments", "comments.xml"),
            ("rId7", "customXml", "../customXml/item1.xml"),
        ),
        "word/styles.xml": f'{HEAD}<w:styles xmlns:w="{W}"/>'.encode(),
        "word/settings.xml": (
            f'{HEAD}<w:settings xmlns:w="{W}"><w:rsids><w:rsid w:val="00A1"/></w:rsids>'
            "<w:compat/></w:settings>"
        ).encode(),
        "word/comments.xml": (
            f'{HEAD}<w:comments xmlns:w="{W}"><w:comment w:id="0" w:author="Greffe"'
            f' w:initials="G">{paragraph("une remarque")}</w:comment></w:comments>'
        ).encode(),
        "word/media/image1.jpeg": photo(),
        "customXml/item1.xml": b"<a>SECRETITEM</a>",
    }


def sheet_xml(rows: str, more: str = "") -> bytes:
    return (
        f'{HEAD}<worksheet xmlns="{S}" xmlns:r="{R}"><sheetData>{rows}</sheetData>{more}'
        "</worksheet>"
    ).encode()


def xlsx_parts(seed: int = 1, rows: str = "", more: str = "") -> Parts:
    chance = random.Random(seed)
    strings = [sentence(chance) for _ in range(20)]
    cells = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c><c r="B{n}"><f>A{n}*2</f>'
        f"<v>{chance.randint(0, 99)}</v></c></row>"
        for n in range(1, 21)
    )
    sheet = _OOXML + "spreadsheetml."
    return {
        "[Content_Types].xml": content_types(
            xl__workbook=f"{sheet}sheet.main+xml",
            xl__worksheets__sheet1=f"{sheet}worksheet+xml",
            xl__sharedStrings=f"{sheet}sharedStrings+xml",
        ),
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'{HEAD}<workbook xmlns="{S}" xmlns:r="{R}"><sheets><sheet name="Visites"'
            ' sheetId="1" r:id="rId1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": relations(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "sharedStrings", "/xl/sharedStrings.xml"),
        ),
        "xl/worksheets/sheet1.xml": sheet_xml(cells + rows, more),
        "xl/sharedStrings.xml": (
            f'{HEAD}<sst xmlns="{S}">'
            + "".join(f"<si><t>{text}</t></si>" for text in strings)
            + "</sst>"
        ).encode(),
    }
