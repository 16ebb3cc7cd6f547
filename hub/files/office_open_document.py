"""ODT and ODS: content, styles and pictures; nothing else of the container stays."""

from xml.sax.saxutils import quoteattr

from hub.files.archive import Archive
from hub.files.containers import MIMETYPE
from hub.files.limits import (
    MAX_BLANKS,
    MAX_COLUMNS,
    MAX_FILLED_CELLS,
    MAX_ROWS,
)
from hub.files.office_images import ImageCopier
from hub.files.office_links import keeps_formula, may_stay
from hub.files.reasons import FileRefused, Reason
from hub.files.xml_parts import (
    Element,
    XmlReader,
    drop,
    drop_attributes,
    local,
    named,
    written,
)

_NS = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _TEXT = f"{{{_NS}table:1.0}}", f"{{{_NS}text:1.0}}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_PARTS = ("content.xml", "styles.xml")
_MACROS = ("event-listener", "event-listeners", "script", "execute-macro", "libraries")
_EMBEDDED = (
    "object object-ole plugin applet floating-frame section-source table-source"
    " cell-range-source dde-source dde-link dde-links dde-connection"
    " dde-connection-decl dde-connection-decls binary-data database-source-sql"
    " database-source-query database-source-table connection-resource submission model"
    " audio-data sound alphabetical-index-auto-mark-file"
)
_LEFT_OUT = ("scripts", "template")
_PICTURES = ("image", "background-image", "fill-image", "list-level-style-image")
_TRACES = "contains(local-name(), 'rsid')"


def rebuilt(archive: Archive, name: str) -> dict[str, bytes]:
    """The members of the new container, by name. `name`: "odt" or "ods".

    Raises FileRefused as hub.files.office.rebuild does.
    """
    mimetype = archive.read(MIMETYPE).strip()
    xml, pictures = XmlReader(), _Pictures(archive)
    parts = {}
    for part in _PARTS:
        if part in archive.members:
            root = xml.read(archive.read(part))
            _clean(root, pictures)
            parts[part] = written(root)
    if _PARTS[0] not in parts:
        raise FileRefused(Reason.BROKEN, "no content")
    parts |= pictures.copied
    manifest = _manifest(mimetype.decode(), list(parts))
    return {MIMETYPE: mimetype, **parts, "META-INF/manifest.xml": manifest}


class _Pictures:
    """The pictures that were asked for, copied under new names."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._copier = ImageCopier()
        self._names: dict[str, str] = {}
        self.copied: dict[str, bytes] = {}

    def name_of(self, target: str) -> str:
        """Raises FileRefused(EMBEDDED) for a picture that is not in the container."""
        name = target.removeprefix("./")
        if name not in self._archive.members:
            raise FileRefused(Reason.EMBEDDED, "picture from outside")
        if name not in self._names:
            content, extension = self._copier.copy(self._archive.read(name))
            new = f"Pictures/image{len(self._names) + 1}.{extension}"
            self._names[name] = new
            self.copied[new] = content
        return self._names[name]


def _clean(root: Element, pictures: _Pictures) -> None:
    if named(root, *_MACROS):
        raise FileRefused(Reason.MACROS, "script or event")
    if named(root, *_EMBEDDED.split()):
        raise FileRefused(Reason.EMBEDDED, "object or source")
    for element in named(root, *_LEFT_OUT):
        drop(element)
    drop_attributes(root, _TRACES)
    _clean_links(root, pictures)
    _clean_formulas(root)
    _check_repetition(root)


def _clean_links(root: Element, pictures: _Pictures) -> None:
    for value in root.xpath("//@xlink:href", namespaces={"xlink": _HREF[1:-5]}):
        element = value.getparent()
        if local(element) in _PICTURES and value:
            element.set(_HREF, pictures.name_of(value))
        elif local(element) == "a":
            if not value.startswith("#") and not may_stay(value):
                element.set(_HREF, "#")
        elif value and not value.startswith("#"):
            raise FileRefused(Reason.EMBEDDED, "reference to the outside")


def _clean_formulas(root: Element) -> None:
    for name in ("formula", "condition", "expression", "base-cell-address"):
        for value in root.xpath(f"//@*[local-name()='{name}']"):
            if not keeps_formula(value, is_excel=False):
                del value.getparent().attrib[value.attrname]


def _check_repetition(root: Element) -> None:
    """What a program would lay out of rows, cells and blanks given once and counted.

    Empty ones cost nothing: every sheet ends with a million of them.
    """
    filled = 0
    for row in named(root, "table-row"):
        rows = _count(row, f"{_TABLE}number-rows-repeated", MAX_ROWS)
        columns = sum(
            _count(cell, f"{_TABLE}number-columns-repeated", MAX_COLUMNS)
            * (len(cell) > 0 or f"{_TABLE}formula" in cell.attrib)
            for cell in row
        )
        filled += rows * columns
    blanks = sum(_count(s, f"{_TEXT}c", MAX_BLANKS) for s in named(root, "s"))
    for column in named(root, "table-column"):
        _count(column, f"{_TABLE}number-columns-repeated", MAX_COLUMNS)
    if filled > MAX_FILLED_CELLS or blanks > MAX_BLANKS:
        raise FileRefused(Reason.TOO_BIG_INSIDE, "repetition")


def _count(element: Element, attribute: str, most: int) -> int:
    """Raises FileRefused: BROKEN if it is no number, TOO_BIG_INSIDE above `most`."""
    value = element.get(attribute, "1")
    if not value.isdecimal():
        raise FileRefused(Reason.BROKEN, "number of repetitions")
    if len(value) > 9 or int(value) > most:
        raise FileRefused(Reason.TOO_BIG_INSIDE, "repetition")
    return int(value)


def _manifest(mimetype: str, names: list[str]) -> bytes:
    kinds = {"xml": "text/xml", "jpg": "image/jpeg", "png": "image/png"}
    files = [("/", mimetype), *((n, kinds[n.rpartition(".")[2]]) for n in names)]
    rows = "".join(
        f"<m:file-entry m:full-path={quoteattr(name)} m:media-type={quoteattr(kind)}/>"
        for name, kind in files
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<m:manifest xmlns:m="{_NS}manifest:1.0" m:version="1.2">{rows}</m:manifest>'
    ).encode()
