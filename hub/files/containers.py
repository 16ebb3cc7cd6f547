"""Which document a zip container is: docx, xlsx, odt or ods, or why it is refused.

Reads the list of members and the two or three small ones that say what it is. What is
inside the parts: hub.files.office.
"""

import re
from xml.parsers import expat

from hub.files.archive import Archive, open_archive
from hub.files.refusals import FileRefused, Reason

CONTENT_TYPES = "[Content_Types].xml"
MIMETYPE = "mimetype"
_OOXML = "application/vnd.openxmlformats-officedocument."
_MAIN = {
    f"{_OOXML}wordprocessingml.document.main+xml": "docx",
    f"{_OOXML}spreadsheetml.sheet.main+xml": "xlsx",
}
_ODF = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}
# By member name or content type: programs, and things that are programs to Excel.
_MACROS = re.compile(
    r"vbaproject|vbadata|macroenabled|macrosheet|dialogsheet|activex|\.bas$"
    r"|^(basic|scripts|dialogs)/",
    re.I,
)
# Other files, and parts that fetch them. Charts are looked at by the rebuild.
_EMBEDDED = re.compile(
    r"oleobject|afchunk|/externallinks?/|externallink\+xml|^object ?[0-9]+$"
    r"|xl/connections|xl/querytables?|xl/model/",
    re.I,
)
_INSIDE_ZIP = re.compile(
    r"\.(zip|7z|rar|doc[mx]?|xls[mb]?|exe|dll|js|vbs|hta|lnk|scr|jar)$", re.I
)


def kind_of_zip(data: bytes) -> str:
    """ "docx", "xlsx", "odt" or "ods".

    Raises FileRefused: NOT_ACCEPTED for any other zip, ENCRYPTED, MACROS, EMBEDDED, and
    what hub.files.archive finds.
    """
    archive = open_archive(data)
    if MIMETYPE in archive.members:
        name = _ODF.get(archive.read(MIMETYPE).strip(), "")
    elif CONTENT_TYPES in archive.members:
        name = _ooxml(archive)
    else:
        name = ""
    if not name:
        raise FileRefused(Reason.NOT_ACCEPTED, "another kind of zip")
    refuse_names(list(archive.members))
    if name in ("odt", "ods"):
        _refuse_encrypted_odf(archive)
    archive.check()
    return name


def refuse_names(names: list[str]) -> None:
    """Raises FileRefused (MACROS, EMBEDDED) for member names or content types that
    only such documents have."""
    for reason, pattern in ((Reason.MACROS, _MACROS), (Reason.EMBEDDED, _EMBEDDED)):
        if any(pattern.search(name) for name in names):
            raise FileRefused(reason, "by the name of a member")
    if any(_INSIDE_ZIP.search(name) for name in names):
        raise FileRefused(Reason.EMBEDDED, "a file in the container")


def content_types(data: bytes) -> dict[str, str]:
    """Part names (`/word/document.xml`) or extensions (`xml`) to content types.

    Raises FileRefused(BROKEN) for malformed XML and any document type declaration.
    """
    found: dict[str, str] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        key = attributes.get("PartName") or attributes.get("Extension", "").lower()
        if tag.rpartition(" ")[2] in ("Override", "Default") and key:
            found[key] = attributes.get("ContentType", "")

    def refuse(*_: object) -> None:
        raise FileRefused(Reason.BROKEN, "document type declaration")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise FileRefused(Reason.BROKEN, "content types") from error
    return found


def _ooxml(archive: Archive) -> str:
    types = content_types(archive.read(CONTENT_TYPES))
    refuse_names(list(types.values()))
    mains = {
        _MAIN[kind]
        for part, kind in types.items()
        if kind in _MAIN and part.lstrip("/") in archive.members
    }
    return mains.pop() if len(mains) == 1 else ""


def _refuse_encrypted_odf(archive: Archive) -> None:
    manifest = archive.members.get("META-INF/manifest.xml")
    if not manifest:
        raise FileRefused(Reason.BROKEN, "no manifest")
    if b"encryption-data" in archive.read(manifest.name):
        raise FileRefused(Reason.ENCRYPTED, "OpenDocument")
