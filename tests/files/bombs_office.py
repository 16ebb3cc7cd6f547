"""Bombs in the parts of office files: XML that unfolds, tables and pictures that grow.

Each holds noise, so that the ratio of the container tells nothing.
"""

import random
from collections.abc import Callable

from hub.files.reasons import Reason
from tests.files.documents import (
    HEAD,
    Parts,
    S,
    document_xml,
    docx_parts,
    paragraph,
    sheet_xml,
    xlsx_parts,
    zipped,
)
from tests.files.open_documents import content_xml, ods_parts, odt_parts

BIG = {Reason.TOO_BIG_INSIDE}
EITHER = {Reason.TOO_BIG_INSIDE, Reason.BROKEN}
_NOISE = "word/media/noise.png"


def _noisy(parts: Parts, **changed: bytes) -> bytes:
    parts |= {
        name.replace("__", "/").replace("_xml", ".xml"): c
        for name, c in changed.items()
    }
    return zipped(
        parts | {_NOISE: random.Random(7).randbytes(600_000)}, (_NOISE, "mimetype")
    )


def _docx(document: bytes) -> bytes:
    return _noisy(docx_parts(), word__document_xml=document)


def _entities(declarations: str, text: str) -> bytes:
    body = document_xml(paragraph(text)).decode().removeprefix(HEAD)
    return _docx(f"{HEAD}<!DOCTYPE w [{declarations}]>{body}".encode())


def _laughs() -> bytes:
    steps = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 11))
    return _entities(f'<!ENTITY e0 "lol">{steps}', "&e10;")


def _quadratic() -> bytes:
    return _entities(f'<!ENTITY a "{"a" * 100_000}">', "&a;" * 30_000)


def _parameter_entities() -> bytes:
    return _entities("<!ENTITY % a \"<!ENTITY b '%c;%c;'>\"> %a; %b;", "x")


def _outside_entity() -> bytes:
    return _entities('<!ENTITY a SYSTEM "file:///dev/zero">', "&a;")


def _laughs_in_types() -> bytes:
    parts = docx_parts()
    types = parts["[Content_Types].xml"].decode().removeprefix(HEAD)
    bomb = f'{HEAD}<!DOCTYPE t [<!ENTITY a "{"a" * 99}">]>{types}'
    return zipped(parts | {"[Content_Types].xml": bomb.encode()})


def _utf16_laughs() -> bytes:
    text = _laughs_text().replace("UTF-8", "UTF-16")
    return _docx(text.encode("utf-16"))


def _ebcdic_laughs() -> bytes:
    return _docx(_laughs_text().replace("UTF-8", "cp037").encode("cp037"))


def _laughs_text() -> str:
    body = document_xml(paragraph("&b;")).decode().removeprefix(HEAD)
    return f'{HEAD}<!DOCTYPE w [<!ENTITY b "{"a" * 999}">]>{body}'


def _deep() -> bytes:
    return _docx(document_xml("<w:sdt>" * 300_000 + "</w:sdt>" * 300_000))


def _elements() -> bytes:
    return _docx(document_xml("<w:p/>" * 2_000_000))


def _attributes() -> bytes:
    many = " ".join(f'w:a{n}=""' for n in range(500_000))
    return _docx(document_xml(f"<w:p {many}/>"))


def _namespaces() -> bytes:
    many = " ".join(f'xmlns:a{n}="u{n}"' for n in range(300_000))
    return _docx(document_xml(f"<w:p {many}/>"))


def _big_part() -> bytes:
    return _docx(document_xml(paragraph("a" * 30_000_000)))


def _xlsx(rows: str, more: str = "", **changed: bytes) -> bytes:
    return _noisy(xlsx_parts(1, rows, more), **changed)


def _far_rows() -> bytes:
    return _xlsx('<row r="99999999"><c r="ZZZZZZ99999999"><v>1</v></c></row>')


def _array_formula() -> bytes:
    cell = '<c r="A30"><f t="array" ref="A30:XFD1048576">1</f><v>1</v></c>'
    return _xlsx(f'<row r="30">{cell}</row>')


def _merged() -> bytes:
    ranges = "".join(f'<mergeCell ref="A{n}:XFD{n}"/>' for n in range(1, 300_000))
    return _xlsx("", f"<mergeCells>{ranges}</mergeCells>")


def _long_string() -> bytes:
    strings = f'{HEAD}<sst xmlns="{S}"><si><t>{"a" * 5_000_000}</t></si></sst>'
    cells = "".join(f'<c r="A{n}" t="s"><v>0</v></c>' for n in range(1, 9))
    return _xlsx(
        "",
        xl__sharedStrings_xml=strings.encode(),
        xl__worksheets__sheet1_xml=sheet_xml(f'<row r="1">{cells}</row>'),
    )


def _repeated() -> bytes:
    row = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
        'table:number-columns-repeated="16384"><text:p>a</text:p></table:table-cell>'
        "</table:table-row>"
    )
    return _noisy(ods_parts(1, row))


def _repeated_beyond() -> bytes:
    row = '<table:table-row table:number-rows-repeated="99999999999"/>'
    return _noisy(ods_parts(1, row))


def _spaces() -> bytes:
    return _noisy(odt_parts(1, '<text:p><text:s text:c="2000000000"/></text:p>'))


def _odt_deep() -> bytes:
    deep = "<text:section>" * 50_000 + "</text:section>" * 50_000
    return _noisy(odt_parts(), content_xml=content_xml(deep))


def _picture(width: int, height: int, times: int = 1) -> Callable[[], bytes]:
    def make() -> bytes:
        from tests.files.bombs import full_png

        one = full_png(width, height)
        parts = docx_parts()
        relations = "".join(
            f'<Relationship Id="m{n}" Type="http://schemas.openxmlformats.org/'
            f'officeDocument/2006/relationships/image" Target="media/m{n}.png"/>'
            for n in range(times)
        )
        name = "word/_rels/document.xml.rels"
        rels = parts[name].decode().replace("</Rel", f"{relations}</Rel")
        media = {f"word/media/m{n}.png": one for n in range(times)}
        return _noisy(parts | {name: rels.encode()} | media)

    return make


OFFICE: dict[str, tuple[Callable[[], bytes], set[Reason]]] = {
    "xml_billion_laughs": (_laughs, EITHER),
    "xml_quadratic": (_quadratic, EITHER),
    "xml_parameter_entities": (_parameter_entities, EITHER),
    "xml_outside_entity": (_outside_entity, EITHER),
    "xml_laughs_in_types": (_laughs_in_types, EITHER),
    "xml_utf16_laughs": (_utf16_laughs, EITHER),
    "xml_ebcdic_laughs": (_ebcdic_laughs, EITHER),
    "xml_deep": (_deep, EITHER),
    "xml_elements": (_elements, BIG),
    "xml_attributes": (_attributes, EITHER),
    "xml_namespaces": (_namespaces, EITHER),
    "docx_big_part": (_big_part, BIG),
    "docx_picture": (_picture(19_000, 19_000), BIG),
    "docx_pictures": (_picture(7_900, 7_900, 40), BIG),
    "xlsx_far_rows": (_far_rows, EITHER),
    "xlsx_array_formula": (_array_formula, EITHER),
    "xlsx_merged": (_merged, BIG),
    "xlsx_long_string": (_long_string, EITHER),
    "ods_repeated": (_repeated, BIG),
    "ods_repeated_beyond": (_repeated_beyond, EITHER),
    "odt_spaces": (_spaces, EITHER),
    "odt_deep": (_odt_deep, EITHER),
}
