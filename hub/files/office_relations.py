"""Relations between the parts of DOCX and XLSX: which are known, refused, left out.

Only the tables and the .rels and [Content_Types].xml parts; who walks along them is
hub.files.office_open_xml.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from hub.files.office_links import words
from hub.files.refusals import FileRefused, Reason
from hub.files.xml_parts import Element, drop, local, named

_OOXML = "application/vnd.openxmlformats-officedocument."
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_OUTSIDE = ' TargetMode="External"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Strict and transitional documents, and what Office added later.
_TYPE_ROOTS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/",
    "http://schemas.microsoft.com/office/",
)
_REFERENCES = tuple(root.rstrip("/") for root in _TYPE_ROOTS[:2])

_MACROS = words(
    "vbaProject wordVbaData control activeXControlBinary xlMacrosheet xlIntlMacrosheet"
    " dialogsheet"
)
_EMBEDDED = words(
    "oleObject package aFChunk subDocument frame externalLink externalLinkPath"
    " xlExternalLinkPath connections queryTable"
)
# Outside, and yet nothing that a reader sees comes from there: left out.
_LEFT_OUT = words("hyperlink attachedTemplate mailMergeSource mailMergeHeaderSource")
_SHARED = {
    "theme": f"{_OOXML}theme+xml",
    "themeOverride": f"{_OOXML}themeOverride+xml",
    "chart": f"{_OOXML}drawingml.chart+xml",
    "chartUserShapes": f"{_OOXML}drawingml.chartshapes+xml",
    "diagramData": f"{_OOXML}drawingml.diagramData+xml",
    "diagramLayout": f"{_OOXML}drawingml.diagramLayout+xml",
    "diagramQuickStyle": f"{_OOXML}drawingml.diagramStyle+xml",
    "diagramColors": f"{_OOXML}drawingml.diagramColors+xml",
    "diagramDrawing": "application/vnd.ms-office.drawingml.diagramDrawing+xml",
}
_WORD = words(
    "comments endnotes fontTable footer footnotes header numbering settings styles"
)
_SHEET = words(
    "chartsheet comments pivotCacheDefinition pivotCacheRecords pivotTable"
    " sharedStrings styles table worksheet"
)
_TYPES = {
    "docx": _SHARED | {name: f"{_OOXML}wordprocessingml.{name}+xml" for name in _WORD},
    "xlsx": _SHARED
    | {name: f"{_OOXML}spreadsheetml.{name}+xml" for name in _SHEET}
    | {
        "drawing": f"{_OOXML}drawing+xml",
        "vmlDrawing": f"{_OOXML}vmlDrawing",
        "FeaturePropertyBag": "application/vnd.ms-excel.featurepropertybag+xml",
    },
}
_MAIN = {
    "docx": f"{_OOXML}wordprocessingml.document.main+xml",
    "xlsx": f"{_OOXML}spreadsheetml.sheet.main+xml",
}
# What goes as a whole when the picture, chart or drawing in it is gone.
_FRAMES = words("drawing pict twoCellAnchor oneCellAnchor absoluteAnchor shape")
_CONTAINERS = words("hyperlinks tableParts pivotCaches ext extLst")


@dataclass(frozen=True)
class Relation:
    """`kind` is the last part of its type; `target` as written, or an absolute name."""

    id: str
    type: str
    target: str
    is_external: bool

    @property
    def is_of_office(self) -> bool:
        """Whether the type is one of the standard or of Microsoft."""
        return self.type.startswith(_TYPE_ROOTS)

    @property
    def kind(self) -> str:
        return self.type.rpartition("/")[2]


def read_relations(root: Element) -> list[Relation]:
    """All of a .rels part, in order. Raises FileRefused(BROKEN) for two of one id."""
    relations = [
        Relation(
            r.get("Id", ""), r.get("Type", ""), r.get("Target", ""), _is_outside(r)
        )
        for r in named(root, "Relationship")
    ]
    if len({relation.id for relation in relations}) != len(relations):
        raise FileRefused(Reason.BROKEN, "two relations of one id")
    return relations


def _is_outside(element: Element) -> bool:
    return str(element.get("TargetMode", "Internal")).lower() != "internal"


def refuse_relation(relation: Relation, source: str) -> None:
    """Raises FileRefused (MACROS, EMBEDDED) for what a document may not refer to.

    `source` is the kind of relation that led to the part. The table behind a chart is
    left out instead: the chart keeps its picture of it.
    """
    if relation.kind in _MACROS:
        raise FileRefused(Reason.MACROS, "relation")
    is_table_of_chart = relation.kind == "package" and source == "chart"
    if relation.kind in _EMBEDDED and not (
        is_table_of_chart and not relation.is_external
    ):
        raise FileRefused(Reason.EMBEDDED, "relation to something embedded")
    is_followed = relation.kind not in _LEFT_OUT and relation.target != "NULL"
    if relation.is_external and is_followed:
        raise FileRefused(Reason.EMBEDDED, "relation to the outside")


def part_type(document: str, relation: Relation) -> str:
    """The content type of the part that it leads to, or "" if it is left out."""
    return _TYPES[document].get(relation.kind, "")


def main_type(document: str) -> str:
    """The content type of the main part of a "docx" or "xlsx"."""
    return _MAIN[document]


def written_relations(relations: Iterable[Relation]) -> bytes:
    rows = "".join(
        f"<Relationship Id={quoteattr(r.id)} Type={quoteattr(r.type)} "
        f"Target={quoteattr(r.target)}{_OUTSIDE if r.is_external else ''}/>"
        for r in relations
    )
    namespace = f"{_PACKAGE}relationships"
    return f'{_HEAD}<Relationships xmlns="{namespace}">{rows}</Relationships>'.encode()


def written_types(types: Mapping[str, str]) -> bytes:
    """[Content_Types].xml for XML parts by name; pictures go by their extension."""
    defaults = {
        "rels": "application/vnd.openxmlformats-package.relationships+xml",
        "jpg": "image/jpeg",
        "png": "image/png",
    }
    rows = [
        f'<Default Extension="{e}" ContentType="{t}"/>' for e, t in defaults.items()
    ]
    rows += [
        f'<Override PartName="/{part}" ContentType="{kind}"/>'
        for part, kind in types.items()
    ]
    namespace = f"{_PACKAGE}content-types"
    return f'{_HEAD}<Types xmlns="{namespace}">{"".join(rows)}</Types>'.encode()


def drop_dangling(root: Element, ids: set[str]) -> None:
    """Takes out of a part what refers to relations that are not among `ids`.

    Text of links stays. Raises FileRefused(BROKEN) if a sheet is gone.
    """
    a, b = _REFERENCES
    where = f"namespace-uri()='{a}' or namespace-uri()='{b}' or local-name()='relid'"
    for value in root.xpath(f"//@*[{where}]"):
        element = value.getparent()
        if value not in ids and _is_in(root, element):
            _detach(element, value.attrname)


def _is_in(root: Element, element: Element) -> bool:
    return element is root or any(above is root for above in element.iterancestors())


def _detach(element: Element, attribute: str) -> None:
    name = local(element)
    parent = element.getparent()
    if name == "sheet":
        raise FileRefused(Reason.BROKEN, "a sheet is missing")
    is_cell_link = parent is not None and local(parent) == "hyperlinks"
    stays = name == "hyperlink" and (not is_cell_link or "location" in element.attrib)
    if stays or name == "pageSetup" or attribute.endswith("}link") or parent is None:
        del element.attrib[attribute]
        return
    if name in ("blip", "imagedata", "chart", "relIds", "contentPart"):
        frames = (e for e in element.iterancestors() if local(e) in _FRAMES)
        element = next(frames, element)
    while (above := element.getparent()) is not None:
        drop(element)
        if len(above) or local(above) not in _CONTAINERS:
            break
        element = above
