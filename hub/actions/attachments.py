"""Receiving a file, and taking it back before it is sent.

Who may, how much, and the first row. What becomes of the file then: inspection.py;
joining a message: messages.py; the bytes: blobs.py.
"""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Protocol
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from hub import events, permissions
from hub.actions import blobs
from hub.actions.journal import record
from hub.actions.transitions import lock
from hub.errors import Illegal, NoRoom, NotFound
from hub.files import storage
from hub.files.limits import MAX_FILE_BYTES, MAX_MEASURE_BYTES
from hub.files.names import clean_name
from hub.files.reasons import FileRefused, Reason
from hub.models import (
    Attachment,
    AttachmentPurpose,
    BlobRole,
    Measure,
    Membership,
    Side,
    Thread,
    User,
)
from hub.models.choices import MeasureState
from hub.models.threads import ThreadState
from hub.states import Event


class Upload(Protocol):
    """What a door hands over. `size` counts what arrived, kept or not."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def chunks(self) -> Iterator[bytes]: ...


def receive(
    by: User,
    where: Thread | Measure,
    upload: Upload,
    *,
    once_for: UUID | None = None,
) -> Attachment:
    """Seals a file and puts it in the queue; nobody but its sender knows of it yet.

    For a message of a thread, or as the ordering document of a measure. `once_for`:
    the id of a message, or of the measure; the same bytes for it again answer with the
    first file. Raises NotFound, Forbidden, Illegal (the thread is closed, the measure
    was transmitted), FileRefused (empty, too large: nothing is kept), NoRoom, OSError.
    """
    measure, _place = _admit(by, where)
    _check_size(upload)
    with blobs.stored() as bench:
        original = bench.put(BlobRole.ORIGINAL, _counted(upload))
        with transaction.atomic():
            measure = lock(measure)
            is_document = isinstance(where, Measure)
            place = _admit(by, measure if is_document else where)[1]
            id_ = _id(by, where, original.sha256, once_for)
            if known := Attachment.objects.filter(pk=id_).first():
                storage.remove([original.pk])
                return known
            _check_room(measure, original.size)
            attachment = Attachment.objects.create(
                id=id_,
                measure=measure,
                thread=where if isinstance(where, Thread) else None,
                purpose=_purpose(where),
                sent_by=by,
                side=Side(place.side),
                name=_name(upload),
                size=original.size,
                sha256=original.sha256,
            )
            original.attachment = attachment
            original.save(force_insert=True)
            counts = {"bytes": attachment.size}
            record(by, "file_received", "attachment", attachment.pk, counts=counts)
            events.attachment_changed.send(None, attachment=attachment)
    return attachment


def withdraw(by: User, attachment_id: UUID) -> None:
    """Takes back a file that is in no message yet: nothing of it stays but a line.

    An ordering document only by who may still edit the measure. Raises NotFound for
    everybody but its sender, Forbidden, Illegal once it was sent.
    """
    found = Attachment.objects.filter(pk=attachment_id, sent_by=by).first()
    if found is None:
        raise NotFound
    with transaction.atomic():
        measure = lock(found.measure)
        rows = Attachment.objects.select_for_update(of=("self",))
        attachment = rows.filter(pk=found.pk).first()
        if attachment is None:
            raise NotFound
        if attachment.message_id is not None:
            raise Illegal(_("The file was already sent: a message is never changed."))
        if attachment.purpose == AttachmentPurpose.ORDER_DOCUMENT:
            _refuse_transmitted(by, measure, attachment)
        remove(attachment, by)


def remove(attachment: Attachment, by: User | None) -> None:
    """Inside a transaction that holds the measure: row and bytes go."""
    record(by, "file_withdrawn", "attachment", attachment.pk)
    blobs.remove(attachment.blobs.all())
    events.attachment_changed.send(None, attachment=attachment, withdrawn=True)
    Attachment.objects.filter(pk=attachment.pk).delete()


def _admit(by: User, where: Thread | Measure) -> tuple[Measure, Membership]:
    """The measure, and the place from which the person sends."""
    if isinstance(where, Measure):
        place = permissions.place_in_measure(by, where, "measure.edit")
        if where.state != MeasureState.DRAFT:
            raise Illegal(
                _("This measure was transmitted: send the file in its thread.")
            )
        return where, place
    seat = permissions.seat_in_thread(by, where.pk, "thread.write")
    if seat.thread.state != ThreadState.OPEN:
        raise Illegal(_("This thread is closed: it can only be read."))
    return seat.thread.designation.measure, seat.membership


def _refuse_transmitted(by: User, measure: Measure, document: Attachment) -> None:
    """Under the measure's lock: what went with a transmission stays with its record."""
    permissions.place_in_measure(by, measure, "measure.edit")
    sent = measure.transitions.filter(event=Event.TRANSMIT)
    went = any(
        document.sha256 in facts.get("order_documents", ())
        for facts in sent.values_list("facts", flat=True)
    )
    if went or measure.state != MeasureState.DRAFT:
        raise Illegal(_("This decision was transmitted: it stays with the measure."))


def _id(by: User, where: Thread | Measure, sha256: str, once: UUID | None) -> UUID:
    return uuid5(once, f"{by.pk} {where.pk} {sha256}") if once else uuid4()


def _purpose(where: Thread | Measure) -> AttachmentPurpose:
    if isinstance(where, Thread):
        return AttachmentPurpose.MESSAGE
    return AttachmentPurpose.ORDER_DOCUMENT


def _check_size(upload: Upload) -> None:
    if not upload.size:
        raise FileRefused(Reason.EMPTY)
    if upload.size > MAX_FILE_BYTES:
        raise FileRefused(Reason.TOO_LARGE)


def _counted(upload: Upload) -> Iterator[bytes]:
    """Never trusts what the size was said to be."""
    total = 0
    for chunk in upload.chunks():
        total += len(chunk)
        if total > MAX_FILE_BYTES:
            raise FileRefused(Reason.TOO_LARGE)
        yield chunk
    if total == 0:
        raise FileRefused(Reason.EMPTY)


def _check_room(measure: Measure, size: int) -> None:
    """Under the measure's lock. What was refused and is kept counts too."""
    kept = Attachment.objects.filter(measure=measure).aggregate(sum=Sum("size"))["sum"]
    if (kept or 0) + size > MAX_MEASURE_BYTES:
        raise NoRoom(
            _(
                "The files of this measure reach 500 MB together, which is the limit. "
                "Send the documents by another secure way."
            )
        )


def _name(upload: Upload) -> str:
    """Cleaned, with the ending it had; the verdict gives it its own."""
    raw = upload.name or ""
    ending = PurePath(raw).suffix.lstrip(".").lower()
    known = ending if ending.isascii() and ending.isalnum() and len(ending) < 6 else ""
    return clean_name(raw, known or "bin")
