"""ODT and ODS: content, styles, pictures, charts and formulas; nothing else stays."""

import re
from collections.abc import Mapping
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
from hub.files.refusals import FileRefused, Reason
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
_CONFIG = f"{{{_NS}config:1.0}}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_CONTENT, _STYLES = "content.xml", "styles.xml"
_SETTINGS = "settings.xml"
_SETTINGS_LEFT_OUT = ("config-item-map-indexed", "config-item-map-named")
_SETTING_TRACES = re.compile("rsid|update|load|printer|link|macro|script", re.I)
_IMAGE_TYPES = {"jpg": "image/jpeg", "png": "image/png"}
_MACROS = ("event-listener", "event-listeners", "script", "execute-macro", "libraries")
_EMBEDDED = (
    "object-ole plugin applet floating-frame section-source table-source"
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
    return _Copy(archive).parts()


class _Copy:
    """One document being copied, with the charts and formulas that it frames."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._xml = XmlReader()
        self._images = ImageCopier()
        self._parts: dict[str, bytes] = {}
        self._types: dict[str, str] = {}  # for the manifest
        self._pictures: dict[str, str] = {}  # name in the source -> in the copy

    def parts(self) -> dict[str, bytes]:
        mimetype = self._archive.read(MIMETYPE).strip()
        self._types["/"] = mimetype.decode()
        self._copy_settings()
        self._copy("", self._xml.read(self._archive.read(_CONTENT)))
        manifest = written_manifest(self._types)
        return {MIMETYPE: mimetype, **self._parts, "META-INF/manifest.xml": manifest}

    def _copy(self, folder: str, content: Element) -> None:
        """`folder`: of a document within the document, with its slash; else empty."""
        roots = {_CONTENT: content}
        if f"{folder}{_STYLES}" in self._archive.members:
            roots[_STYLES] = self._xml.read(self._archive.read(f"{folder}{_STYLES}"))
        for name, root in roots.items():
            for framed in named(root, "object"):
                self._copy_object(folder, framed)
            _clean(root)
            self._follow_links(folder, root)
            self._add(f"{folder}{name}", written(root), "text/xml")

    def _copy_settings(self) -> None:
        """Numbers and switches that say how the text is laid out; no words or views."""
        if _SETTINGS not in self._archive.members:
            return
        root = self._xml.read(self._archive.read(_SETTINGS))
        for item in named(root, *_SETTINGS_LEFT_OUT):
            drop(item)
        for item in named(root, "config-item"):
            name, kind = (item.get(f"{_CONFIG}{key}", "") for key in ("name", "type"))
            if kind not in ("boolean", "short", "int") or _SETTING_TRACES.search(name):
                drop(item)
        for group in named(root, "config-item-set"):
            if group.get(f"{_CONFIG}name") != "ooo:configuration-settings":
                drop(group)
        self._add(_SETTINGS, written(root), "text/xml")

    def _copy_object(self, folder: str, framed: Element) -> None:
        """Charts and formulas have no life of their own. Whatever else is refused."""
        inside = framed.get(_HREF, "").removeprefix("./").rstrip("/") + "/"
        name = f"{inside}{_CONTENT}"
        if folder or name not in self._archive.members:
            raise FileRefused(Reason.EMBEDDED, "object")
        if name in self._parts:
            return
        root = self._xml.read(self._archive.read(name))
        kind = _kind_of_object(root)
        self._types[inside] = f"application/vnd.oasis.opendocument.{kind}"
        self._copy(inside, root)

    def _follow_links(self, folder: str, root: Element) -> None:
        for value in root.xpath("//@*[local-name()='href']"):
            element = value.getparent()
            name = local(element)
            if name in _PICTURES and value:
                element.set(value.attrname, self._picture(folder, value))
            elif name == "a":
                if not value.startswith("#") and not may_stay(value):
                    element.set(value.attrname, "#")
            elif name != "object" and not _leads_nowhere(name, value):
                raise FileRefused(Reason.EMBEDDED, "reference to the outside")

    def _picture(self, folder: str, target: str) -> str:
        """Its new address. Raises FileRefused(EMBEDDED) if there is no such member."""
        name = folder + target.removeprefix("./")
        if name not in self._archive.members:
            raise FileRefused(Reason.EMBEDDED, "picture from outside")
        if name not in self._pictures:
            content, extension = self._images.copy(self._archive.read(name))
            new = f"Pictures/image{len(self._pictures) + 1}.{extension}"
            self._pictures[name] = new
            self._add(folder + new, content, _IMAGE_TYPES[extension])
        return self._pictures[name]

    def _add(self, name: str, content: bytes, kind: str) -> None:
        self._parts[name] = content
        self._types[name] = kind


def _leads_nowhere(element: str, target: str) -> bool:
    # A chart names the document around it as the source of its figures.
    is_around = element == "chart" and target == ".."
    return not target or target.startswith("#") or is_around


def _kind_of_object(root: Element) -> str:
    if local(root) == "math":
        return "formula"
    bodies = [local(child) for body in named(root, "body") for child in body]
    if bodies != ["chart"]:
        raise FileRefused(Reason.EMBEDDED, "object")
    return "chart"


def _clean(root: Element) -> None:
    if named(root, *_MACROS):
        raise FileRefused(Reason.MACROS, "script or event")
    if named(root, *_EMBEDDED.split()):
        raise FileRefused(Reason.EMBEDDED, "object or source")
    for element in named(root, *_LEFT_OUT):
        drop(element)
    drop_attributes(root, _TRACES)
    _clean_formulas(root)
    _check_repetition(root)


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


def written_manifest(types: Mapping[str, str]) -> bytes:
    """META-INF/manifest.xml for members by name, with their media types."""
    rows = "".join(
        f"<m:file-entry m:full-path={quoteattr(name)} m:media-type={quoteattr(kind)}/>"
        for name, kind in types.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<m:manifest xmlns:m="{_NS}manifest:1.0" m:version="1.2">{rows}</m:manifest>'
    ).encode()
