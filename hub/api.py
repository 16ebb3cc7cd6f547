"""The JSON door: /api/v1/, with the session cookie and CSRF rules of the pages."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Field, NinjaAPI, Schema, Status
from ninja.errors import HttpError, ValidationError
from ninja.security import SessionAuth

from hub import permissions
from hub.actions.messages import post_messages
from hub.api_files import RefusedOut, files
from hub.errors import Forbidden
from hub.posting import Draft, Refused
from hub.queries import threads as queries
from hub.queries.agenda import waiting_count
from hub.queries.history import MOST, PAGE, history, newest_receipts
from hub.views.requests import LARGEST, person, refusal_status
from hub.wire import wire_history, wire_posted, wire_receipts

Seq = Annotated[int, Field(ge=0, le=LARGEST)]

api = NinjaAPI(
    title="Hub des mesures",
    version="1",
    urls_namespace="api",
    docs_url=None,  # its page would load scripts from elsewhere
    auth=SessionAuth(csrf=True),
)


api.add_router("", files)


class PostIn(Schema):
    """The fields of a `post` frame."""

    id: UUID
    body: str
    kind: str = "ordinary"
    needs_ack: bool = False
    urgent: str = ""
    for_case_file: bool = False
    corrects: Seq | None = None
    attachments: Annotated[list[UUID], Field(max_length=10)] = []


class PostedOut(Schema):
    id: UUID
    thread: UUID
    seq: int
    at: str
    html: str
    hash: str


class ThreadOut(Schema):
    thread: UUID
    measure: str
    head: int
    read: int
    unread: int
    files: int


class WaitingOut(Schema):
    waiting: int


class HistoryOut(Schema):
    thread: UUID
    messages: list[dict[str, Any]]
    more: bool
    head: int


@api.get("/threads", response=list[ThreadOut], url_name="threads")
def threads(request: HttpRequest) -> Any:
    return queries.welcome_rows(person(request))


@api.get("/waiting", response=WaitingOut, url_name="waiting")
def waiting(request: HttpRequest) -> Any:
    """How many things wait for the person: the number of the home page."""
    return {"waiting": waiting_count(person(request))}


@api.get(
    "/threads/{uuid:thread}/messages",
    response={200: HistoryOut, 400: RefusedOut, 404: RefusedOut},
    url_name="messages",
)
def messages(
    request: HttpRequest,
    thread: UUID,
    after: Seq | None = None,
    before: Seq | None = None,
    limit: Annotated[int, Field(ge=1, le=MOST)] = PAGE,
) -> Any:
    """In ascending order: above `after`, else just below `before`, else the last."""
    reader = person(request)
    head = permissions.head_for(reader, thread)
    part = history(thread, head, after=after, before=before, limit=limit)
    return wire_history(thread, part, reader.pk)


class ReceiptOut(Schema):
    user: UUID
    seq: int
    at: str
    acknowledged: bool


class ReceiptsOut(Schema):
    thread: UUID
    receipts: list[ReceiptOut]


@api.get(
    "/threads/{uuid:thread}/receipts",
    response={200: ReceiptsOut, 404: RefusedOut},
    url_name="receipts",
)
def receipts(request: HttpRequest, thread: UUID) -> Any:
    """How far each reader came, and the newest acknowledgements; two queries."""
    permissions.head_for(person(request), thread)
    return {"thread": thread, "receipts": wire_receipts(newest_receipts(thread))}


@api.post(
    "/threads/{uuid:thread}/messages",
    response={
        201: PostedOut,
        400: RefusedOut,
        403: RefusedOut,
        404: RefusedOut,
        409: RefusedOut,
        503: RefusedOut,
    },
    url_name="messages",
)
def post(request: HttpRequest, thread: UUID, body: PostIn) -> Any:
    """Posts once for ever per (author, id): a repeat answers with the first seq."""
    user = person(request)
    permissions.seat_in_thread(user, thread, "thread.write")
    if body.kind != "ordinary":
        return Status(400, _unknown(body.id))
    [outcome] = post_messages([_draft(body, thread, user.pk)])
    if isinstance(outcome, Refused):
        if outcome.code == "forbidden":
            raise Forbidden("thread.write")
        refused = {"id": outcome.id, "code": outcome.code, "detail": outcome.detail}
        return Status(refusal_status(outcome.code), refused)
    return Status(201, wire_posted(outcome.message))


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Names the wrong fields, never their values: those may be personal."""
    where = {".".join(map(str, e["loc"][1:])) for e in error.errors}
    detail = ", ".join(sorted(where)) or "body"
    return JsonResponse({"code": "invalid", "detail": detail}, status=400)


@api.exception_handler(HttpError)
def not_json(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What is not JSON at all."""
    body = {"code": "invalid", "detail": str(error.message)}
    return JsonResponse(body, status=error.status_code)


def _draft(body: PostIn, thread: UUID, author: UUID) -> Draft:
    return Draft(
        thread=thread,
        author=author,
        id=body.id,
        body=body.body,
        needs_ack=body.needs_ack,
        urgent=body.urgent,
        for_case_file=body.for_case_file,
        corrects=body.corrects,
        attachments=tuple(body.attachments),
        door="api",
    )


def _unknown(message_id: UUID) -> dict[str, Any]:
    return {"id": message_id, "code": "invalid", "detail": "kind"}
