"""Files on their way in: how large a request may be, and counting while it arrives.

What is done with a file that has arrived is hub.actions.attachments. hub.server holds
the same limits before the application sees anything.
"""

import re
import tempfile
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from hub.files.limits import MAX_FILE_BYTES, MAX_FILES_PER_MESSAGE, MIB

ORDINARY_BYTES = MIB  # a body without files
ENVELOPE_BYTES = MIB  # form fields and boundaries around files
ONE_FILE_BYTES = MAX_FILE_BYTES + ENVELOPE_BYTES
FORM_BYTES = MAX_FILES_PER_MESSAGE * MAX_FILE_BYTES + ENVELOPE_BYTES
# Bodies with files that one process takes at a time, in bytes: it holds them whole.
MOST_IN_FLIGHT = 3 * FORM_BYTES
MEMORY_BYTES = MIB  # of a file; what is larger waits in a file without a name

# The step of a measure takes one file. It has the room of a form all the same: a file
# too large arrives, is counted, and the page says so at its field.
_FORM = re.compile(r"/fils/[0-9a-f-]{36}/?|/mesures/[^/]+/completer/\w+")
_ONE_FILE = re.compile(r"/api/v1/threads/[0-9a-f-]{36}/attachments")


def body_limit(path: str) -> int:
    """The most bytes that a request to this path may carry."""
    if _FORM.fullmatch(path):
        return FORM_BYTES
    return ONE_FILE_BYTES if _ONE_FILE.fullmatch(path) else ORDINARY_BYTES


class CountingHandler(FileUploadHandler):
    """Keeps a file up to the limit, and counts on: `size` tells who sent too much.

    What is kept beyond memory lies in a file without a name, which ends with the
    process.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        # Closed with the request, by Django.
        kept = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115
        self.kept: IO[bytes] = kept
        self.counted = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.counted += len(raw_data)
        if self.counted <= MAX_FILE_BYTES:
            self.kept.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> "UploadedFile[bytes]":
        self.kept.seek(0)
        return UploadedFile(self.kept, self.file_name, self.content_type, self.counted)

    def upload_interrupted(self) -> None:
        if hasattr(self, "kept"):
            self.kept.close()
