"""What a PDF costs, asked before anything shows or scans it. Changes nothing.

Numbers: limits.py. What is left of the file: pdf.py.
"""

from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Pdf, Stream

from hub.files import limits
from hub.files.pdf_drawn import Drawn
from hub.files.pdf_pictures import check_picture
from hub.files.pdf_streams import Carrier, limit_library
from hub.files.refusals import FileRefused, Reason


def check(source: Path) -> None:
    """Raises `FileRefused`: ENCRYPTED, TOO_BIG_INSIDE, or BROKEN if qpdf cannot mend
    it to at least one page."""
    with opened(source) as pdf:
        _check_objects(pdf)
        drawn = Drawn()
        for page in pdf.pages:
            drawn.check(page)


def opened(source: Path) -> Pdf:
    """The file, mended if need be, with its number of pages checked. Raises as `check`.

    Protected by any password, be it the owner's and not asked for: ENCRYPTED. What
    its author forbade cannot be published in a changed copy.
    """
    limit_library()
    try:
        pdf = pikepdf.open(source, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise FileRefused(Reason.ENCRYPTED, "password") from error
    except (pikepdf.PdfError, RuntimeError) as error:
        raise _broken(error) from error
    if pdf.is_encrypted:
        raise FileRefused(Reason.ENCRYPTED, "owner password")
    try:
        pages = len(pdf.pages)
    except (pikepdf.PdfError, RuntimeError) as error:
        raise _broken(error) from error
    if pages < 1:
        raise FileRefused(Reason.BROKEN, "no pages")
    if pages > limits.MAX_PAGES:
        raise FileRefused(Reason.TOO_BIG_INSIDE, f"{pages} pages")
    return pdf


def _broken(error: Exception) -> FileRefused:
    text = str(error)
    if "limit" in text or "depth" in text:
        return FileRefused(Reason.TOO_BIG_INSIDE, "limit of the parser")
    if "encrypt" in text.lower() or "password" in text.lower():
        return FileRefused(Reason.ENCRYPTED, "unknown encryption")
    return FileRefused(Reason.BROKEN, type(error).__name__)


def _check_objects(pdf: Pdf) -> None:
    carrier = Carrier()
    for count, value in enumerate(pdf.objects, start=1):
        if count > limits.MAX_OBJECTS:
            raise FileRefused(Reason.TOO_BIG_INSIDE, "objects")
        if isinstance(value, Stream):
            check_picture(value)
            carrier.unpack(value)
        elif (
            isinstance(value, Dictionary) and value.get("/Type") == "/EncryptedPayload"
        ):
            raise FileRefused(Reason.ENCRYPTED, "payload")
