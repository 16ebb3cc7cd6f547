"""Office documents, written anew from listed parts only.

Each family of formats has its own module: hub.files.office_open_xml and
hub.files.office_open_document. Here: the container around the parts.
"""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hub.files import office_open_document, office_open_xml
from hub.files.archive import open_archive
from hub.files.containers import kind_of_zip
from hub.files.refusals import FileRefused, Reason

if TYPE_CHECKING:
    from hub.files.kinds import Kind

_MIDNIGHT = (1980, 1, 1, 0, 0, 0)  # says nothing of when it was made


def rebuild(source: Path, target: Path, kind: "Kind") -> None:
    """Writes to `target` what the document at `source` shows, and nothing active.

    Left out: properties, custom data, printer settings, fonts, previews, templates,
    unknown parts. Links to http, https and mailto stay; others become plain text.
    Raises FileRefused: MACROS for programs, EMBEDDED for objects, DDE and links that
    are followed without being asked, ENCRYPTED, TOO_BIG_INSIDE, BROKEN.
    """
    data = source.read_bytes()
    if kind_of_zip(data) != kind.name:
        raise FileRefused(Reason.BROKEN, "another kind than recognised")
    family = office_open_xml if kind.name in ("docx", "xlsx") else office_open_document
    _write(target, family.rebuilt(open_archive(data), kind.name))


def _write(target: Path, parts: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, _MIDNIGHT)
            # The mimetype of OpenDocument is read at its place, unpacked.
            stored = name == "mimetype"
            how = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            container.writestr(info, content, how)
