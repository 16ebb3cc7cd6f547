"""The harmless EICAR test file in the wrappings in which people send files."""

import io
import zipfile

import pikepdf

from tests.servers.clamd import EICAR


def zipped(content: bytes, name: str = "inner.bin") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def nested(depth: int) -> bytes:
    """EICAR inside `depth` zips."""
    content = EICAR
    for level in range(depth):
        content = zipped(content, f"level{level}.zip" if level else "eicar.com")
    return content


def in_docx() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
        archive.writestr("word/embeddings/oleObject1.bin", EICAR)
    return packed.getvalue()


def on_a_pdf_page() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].obj.Contents = pdf.make_stream(EICAR)
        return saved(pdf)


def attached_to_pdf(*, unpacked: bool) -> bytes:
    """Packed, clamd 1.4.6 overlooks it: the check sum's hex string inside a dictionary
    inside the stream's own makes it miss the stream's filter."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.attachments["note.txt"] = EICAR
        return saved(pdf, compress_streams=not unpacked)


def saved(pdf: pikepdf.Pdf, **options: bool) -> bytes:
    written = io.BytesIO()
    pdf.save(written, **options)
    return written.getvalue()


WRAPPINGS = {
    "plain": lambda: EICAR,
    "with spaces after": lambda: EICAR + b" " * 60,
    "in a zip": lambda: nested(1),
    "in a DOCX": in_docx,
    "on a page of a PDF": on_a_pdf_page,
    # What the rebuild would have to unpack, if it kept attached files at all.
    "attached to a PDF, unpacked": lambda: attached_to_pdf(unpacked=True),
}
