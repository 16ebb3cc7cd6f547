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


def in_pdf() -> bytes:
    """As an attached file, compressed."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.attachments["note.txt"] = EICAR
        written = io.BytesIO()
        pdf.save(written, compress_streams=True)
    return written.getvalue()


WRAPPINGS = {
    "plain": lambda: EICAR,
    "with spaces after": lambda: EICAR + b" " * 60,
    "in a zip": lambda: nested(1),
    "in a DOCX": in_docx,
    "in a PDF": in_pdf,
}
