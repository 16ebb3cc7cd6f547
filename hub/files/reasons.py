"""Why a file is refused: one code each, and the sentence that tells its sender."""

from django.utils.translation import gettext_lazy as _

from hub.files.refusals import FileRefused, Reason

__all__ = ["SENTENCES", "FileRefused", "Reason"]

# What is wrong, and what the sender can do. Never a signature, a path or a version.
SENTENCES = {
    Reason.EMPTY: _("The file is empty. Choose it again, or another one."),
    Reason.TOO_LARGE: _("The file is larger than 25 MB. Send it in several parts."),
    Reason.NOT_ACCEPTED: _(
        "This type of file is not accepted. Send a PDF, a photo (JPEG, PNG, WebP), "
        "a document (DOCX, ODT), a table (XLSX, ODS, CSV) or plain text."
    ),
    Reason.ENCRYPTED: _(
        "The file is protected by a password, so it cannot be checked. Save it "
        "without the password, or print it to PDF, and send that."
    ),
    Reason.MACROS: _(
        "The document holds macros (small programs). Save it without macros, or as "
        "PDF, and send that."
    ),
    Reason.EMBEDDED: _(
        "The document holds other files, or links that open by themselves. Save it "
        "as PDF and send that."
    ),
    Reason.TOO_BIG_INSIDE: _(
        "Unpacked, the file is too big. Send it in several smaller parts."
    ),
    Reason.BROKEN: _(
        "The file is damaged or not what its name says. Save it again and send that."
    ),
    Reason.INFECTED: _(
        "A virus was found in it. Do not send it by another way; warn your IT service."
    ),
    Reason.UNSCANNABLE: _(
        "The file could not be checked within 24 hours. Send it again, or save it as "
        "PDF first."
    ),
}
