"""Everything that a program could find in a file: packed parts unpacked, streams decoded.

By pypdf and zipfile, neither of which the rebuild uses. For looking for traces.
"""

import io
import zipfile

from pypdf import PdfReader
from pypdf.generic import StreamObject

from tests.files.active_walk import objects


def unpacked(data: bytes) -> bytes:
    """The bytes themselves, then those of each part of them."""
    if data.startswith(b"%PDF"):
        return b"\n".join([data, *_streams(data)])
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return b"\n".join([data, *map(archive.read, archive.namelist())])
    return data


def _streams(data: bytes) -> list[bytes]:
    found = objects(PdfReader(io.BytesIO(data)))
    return [one.get_data() for one in found if isinstance(one, StreamObject)]
