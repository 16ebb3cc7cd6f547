"""Reading files: what was published, its picture, and (with a reason) the original."""

import logging
from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hub import downloads
from hub.actions import blobs
from hub.actions.originals import open_original
from hub.files.vault import Damaged, UnknownKey
from hub.forms.files import OriginalForm
from hub.models import Blob, BlobRole
from hub.queries import attachments as queries
from hub.views import errors
from hub.views.requests import person

PICTURE = "image/webp"  # what hub.files.preview draws
SEALED = "application/octet-stream"

logger = logging.getLogger(__name__)


def download(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """The published file, whole or a part of it."""
    user = person(request)
    attachment, blob = queries.published(user, attachment_id, BlobRole.PUBLISHED)
    return _send(request, blob, attachment.name, attachment.media_type)


def preview(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """The picture of the first pages, which a page shows."""
    user = person(request)
    _attachment, blob = queries.published(user, attachment_id, BlobRole.PREVIEW)
    return _send(request, blob, "apercu.webp", PICTURE, inline=True)


def original(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """Asks why; then the bytes exactly as they were sent, and a line in the journal."""
    user = person(request)
    attachment, blob = queries.original(user, attachment_id)
    form = OriginalForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"attachment": attachment, "form": form, "blob": blob}
        status = 400 if request.method == "POST" else 200
        return render(request, "files/original.html", context, status=status)
    open_original(user, attachment, form.cleaned_data["reason"])
    return _send(request, blob, attachment.name, SEALED)


def _send(
    request: HttpRequest, blob: Blob, name: str, media_type: str, inline: bool = False
) -> HttpResponse:
    read = partial(blobs.read, blob)
    content = downloads.Content(
        blob.size, blob.sha256, media_type, name, read, inline=inline
    )
    try:
        return downloads.answer(request, content)
    except (OSError, Damaged, UnknownKey) as error:
        logger.error("Bytes cannot be opened: %s", type(error).__name__)
        return errors.server_error(request)
