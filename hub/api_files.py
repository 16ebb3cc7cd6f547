"""The JSON door for files: send one, ask about one, take one back."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status

from hub import permissions
from hub.actions.attachments import receive, withdraw
from hub.errors import Illegal, NoRoom
from hub.files.reasons import SENTENCES, FileRefused, Reason
from hub.queries.attachments import attachment_for
from hub.views.requests import LARGEST, person
from hub.wire import wire_file
from hub.wire_files import wire_changes

files = Router()
Change = Annotated[int, Field(ge=0, le=LARGEST)]

UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            }
        },
    }
}


class RefusedOut(Schema):
    """`code` of PROTOCOL section 1; `detail` is for a person."""

    id: UUID | None = None
    code: str
    detail: str


class FileOut(Schema):
    """hub.wire.WireFile."""

    id: UUID
    name: str
    size: int
    state: str
    media_type: str
    change: int
    inspecting: bool | None = None
    held_up: bool | None = None
    pages: int | None = None
    url: str | None = None
    preview: str | None = None
    reason: str | None = None
    detail: str | None = None


@files.post(
    "/threads/{uuid:thread}/attachments",
    response={
        201: FileOut,
        **dict.fromkeys((400, 403, 404, 409, 413, 503), RefusedOut),
    },
    exclude_none=True,
    url_name="attachments",
    openapi_extra=UPLOAD,
)
def send(request: HttpRequest, thread: UUID) -> Any:
    """Takes one file in for a message to come. What it is, is looked at afterwards:
    a type that is not accepted becomes `refused`, it is no error here."""
    user = person(request)
    seat = permissions.seat_in_thread(user, thread, "thread.write")
    upload = request.FILES.get("file")
    if upload is None:
        return _refused(400, "invalid", "file")
    try:
        received = receive(user, seat.thread, upload)
    except FileRefused as error:
        status = 413 if error.reason == Reason.TOO_LARGE else 400
        return _refused(status, error.reason.value, str(SENTENCES[error.reason]))
    except NoRoom as error:
        return _refused(413, "no_room", error.detail)
    except Illegal as error:
        return _refused(409, "closed", error.detail)
    except OSError:
        detail = _("The file could not be kept. Try again in a moment.")
        return _refused(503, "unavailable", detail)
    return Status(201, wire_file(received))


class ChangesOut(Schema):
    """hub.wire_files.FileChanges; an attachment has the fields of the frame."""

    thread: UUID
    attachments: list[dict[str, Any]]
    change: int
    more: bool


@files.get(
    "/threads/{uuid:thread}/attachments",
    response={200: ChangesOut, 400: RefusedOut, 404: RefusedOut},
    url_name="attachments",
)
def changes(request: HttpRequest, thread: UUID, after: Change = 0) -> Any:
    """What became of files after that count, for pages without a socket: ask again
    with `change`, at once when there is `more`."""
    seat = permissions.seat_in_thread(person(request), thread, "thread.read")
    return wire_changes(seat, after)


@files.get(
    "/attachments/{uuid:attachment}",
    response={200: FileOut, 404: RefusedOut},
    exclude_none=True,
    url_name="attachment",
)
def state(request: HttpRequest, attachment: UUID) -> Any:
    """What became of a file; `url` once it is clean."""
    return wire_file(attachment_for(person(request), attachment))


@files.delete(
    "/attachments/{uuid:attachment}",
    response={204: None, 404: RefusedOut, 409: RefusedOut},
    url_name="attachment",
)
def take_back(request: HttpRequest, attachment: UUID) -> Any:
    """Removes a file of one's own that is in no message."""
    try:
        withdraw(person(request), attachment)
    except Illegal as error:
        return _refused(409, "closed", error.detail)
    return Status(204, None)


def _refused(status: int, code: str, detail: str) -> Any:
    return Status(status, {"code": code, "detail": detail})
