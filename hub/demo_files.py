"""The decision of a demonstration measure as a file, which says that it is invented.

Made here and stored as already checked, so that a demonstration needs no scanner.
"""

import hashlib
import io

import pikepdf
from django.db import transaction
from django.utils import timezone

from hub.actions import blobs
from hub.models import (
    Attachment,
    AttachmentPurpose,
    AttachmentState,
    BlobRole,
    Measure,
    Side,
    User,
)

LINES = (
    "DOCUMENT FICTIF - DONNEES DE DEMONSTRATION",
    "Decision du juge aux affaires familiales, sans valeur juridique.",
    "Ce fichier tient la place de la decision dans la demonstration.",
)
NAME = "decision-fictive.pdf"


def demo_decision(measure: Measure, by: User) -> Attachment:
    """An ordering document that is ready, as if it had been sent and checked."""
    content = _page()
    digest = hashlib.sha256(content).hexdigest()
    now = timezone.now()
    with blobs.stored() as bench, transaction.atomic():
        attachment = Attachment.objects.create(
            measure=measure,
            purpose=AttachmentPurpose.ORDER_DOCUMENT,
            sent_by=by,
            side=Side.COURT,
            name=NAME,
            size=len(content),
            sha256=digest,
            received_at=now,
            state=AttachmentState.CLEAN,
            media_type="application/pdf",
            published_size=len(content),
            published_sha256=digest,
            pages=1,
            decided_at=now,
            look_at=None,
        )
        for role in (BlobRole.ORIGINAL, BlobRole.PUBLISHED):
            blob = bench.put(role, [content])
            blob.attachment = attachment
            blob.save(force_insert=True)
    return attachment


def _page() -> bytes:
    """One A4 page with LINES."""
    text = "".join(f"({line}) Tj 0 -24 Td " for line in LINES)
    stream = f"BT /F1 12 Tf 60 760 Td {text}ET".encode("ascii")
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    page = pdf.pages[0]
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = pdf.make_stream(stream)
    written = io.BytesIO()
    pdf.save(written, deterministic_id=True)
    return written.getvalue()
