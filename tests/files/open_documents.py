"""OpenDocument files made part by part, as tests.files.documents does for OOXML."""

import random

from tests.files.documents import HEAD, Parts, photo, sentence

_NS = "urn:oasis:names:tc:opendocument:xmlns:"
SPACES = (
    f'xmlns:office="{_NS}office:1.0" xmlns:text="{_NS}text:1.0" '
    f'xmlns:table="{_NS}table:1.0" xmlns:draw="{_NS}drawing:1.0" '
    f'xmlns:script="{_NS}script:1.0" xmlns:meta="{_NS}meta:1.0" '
    f'xmlns:manifest="{_NS}manifest:1.0" xmlns:form="{_NS}form:1.0" '
    f'xmlns:config="{_NS}config:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.3"'
)
_TYPES = {"odt": "text", "ods": "spreadsheet"}


def content_xml(body: str, kind: str = "odt", before: str = "") -> bytes:
    name = _TYPES[kind]
    return (
        f"{HEAD}<office:document-content {SPACES}>{before}<office:body><office:{name}>"
        f"{body}</office:{name}></office:body></office:document-content>"
    ).encode()


def manifest(kind: str, names: list[str], inside: str = "") -> bytes:
    media = f"application/vnd.oasis.opendocument.{_TYPES[kind]}"
    rows = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{how}">'
        f"{inside}</manifest:file-entry>"
        for name, how in [("/", media), *((n, "text/xml") for n in names)]
    )
    return f"{HEAD}<manifest:manifest {SPACES}>{rows}</manifest:manifest>".encode()


def settings_xml() -> bytes:
    items = "".join(
        f'<config:config-item config:name="{name}" config:type="{kind}">{value}'
        "</config:config-item>"
        for name, kind, value in (
            ("AddParaTableSpacing", "boolean", "true"),
            ("PrinterName", "string", "SECRETITEM"),
            ("PrinterSetup", "base64Binary", "U0VDUkVU"),
            ("Rsid", "int", "1234567"),
        )
    )
    sets = "".join(
        f'<config:config-item-set config:name="{name}">{items}</config:config-item-set>'
        for name in ("ooo:view-settings", "ooo:configuration-settings")
    )
    return (
        f"{HEAD}<office:document-settings {SPACES}><office:settings>{sets}"
        "</office:settings></office:document-settings>"
    ).encode()


def _parts(kind: str, body: str, before: str) -> Parts:
    parts = {
        "mimetype": f"application/vnd.oasis.opendocument.{_TYPES[kind]}".encode(),
        "content.xml": content_xml(body, kind, before),
        "styles.xml": f"{HEAD}<office:document-styles {SPACES}/>".encode(),
        "meta.xml": (
            f"{HEAD}<office:document-meta {SPACES}><office:meta><meta:initial-creator>"
            "SECRETAUTHOR</meta:initial-creator></office:meta></office:document-meta>"
        ).encode(),
        "settings.xml": settings_xml(),
        "Thumbnails/thumbnail.png": b"not looked at",
        "Pictures/photo.jpg": photo(),
    }
    parts["META-INF/manifest.xml"] = manifest(kind, list(parts)[1:])
    return parts


def odt_parts(seed: int = 1, body: str = "", before: str = "") -> Parts:
    chance = random.Random(seed)
    text = "".join(f"<text:p>{sentence(chance)}</text:p>" for _ in range(12))
    frame = (
        '<text:p><draw:frame><draw:image xlink:href="Pictures/photo.jpg" '
        'xlink:type="simple"/></draw:frame></text:p>'
        '<text:p><text:a xlink:href="https://www.justice.gouv.fr/">le site</text:a></text:p>'
        "<text:p><office:annotation><dc:creator>Greffe</dc:creator><text:p>une "
        "remarque</text:p></office:annotation></text:p>"
    )
    return _parts("odt", text + frame + body, before)


def ods_parts(seed: int = 1, rows: str = "", before: str = "") -> Parts:
    chance = random.Random(seed)
    cells = "".join(
        f"<table:table-row><table:table-cell><text:p>{sentence(chance)}</text:p>"
        "</table:table-cell></table:table-row>"
        for _ in range(20)
    )
    table = f'<table:table table:name="Visites">{cells}{rows}</table:table>'
    return _parts("ods", table, before)
