"""The decision as a file, in the form of a measure: sent, followed, taken back.

A page with a script sends it alone and asks for this part again until it is decided;
without one it comes with its step (hub.views.drafts).
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from hub import permissions
from hub.actions import attachments
from hub.completeness import ORDER_DOCUMENT
from hub.errors import Illegal, InvalidInput, NotFound
from hub.files.reasons import SENTENCES, FileRefused
from hub.models import Attachment, AttachmentState, Measure
from hub.models.attachments import PENDING
from hub.models.choices import MeasureState
from hub.queries.order_documents import order_documents
from hub.views.requests import person
from hub.wire import wire_file


def order_document(request: HttpRequest, reference: str) -> HttpResponse:
    """GET: the part of the page. POST: receives `order_document`, and the same part."""
    measure = permissions.measure_for(person(request), reference, "measure.edit")
    if request.method != "POST":
        return _part(request, measure)
    try:
        if not receive_with(request, measure):
            raise InvalidInput({ORDER_DOCUMENT: _("Choose a file.")})
    except InvalidInput as error:
        return _part(request, measure, error.fields[ORDER_DOCUMENT], status=400)
    return _part(request, measure, status=201)


def receive_with(request: HttpRequest, measure: Measure) -> Attachment | None:
    """Receives the file that came with a form, if one did; twice the same is one file.

    Raises InvalidInput with the sentence for its field, NotFound, Forbidden.
    """
    upload = request.FILES.get(ORDER_DOCUMENT)
    if upload is None:
        return None
    try:
        return attachments.receive(
            person(request), measure, upload, once_for=measure.pk
        )
    except FileRefused as refused:
        sentence = str(SENTENCES[refused.reason])
        raise InvalidInput({ORDER_DOCUMENT: sentence}) from None
    except Illegal as refused:
        raise InvalidInput({ORDER_DOCUMENT: refused.detail}) from None


def withdraw_from(request: HttpRequest, value: str) -> None:
    """Takes back a file of the person's own. Raises NotFound, Illegal."""
    try:
        attachments.withdraw(person(request), UUID(value))
    except ValueError:
        raise NotFound from None


def document_context(request: HttpRequest, measure: Measure) -> dict[str, object]:
    """`documents` as order_document.html takes them, newest first; `undecided`: one of
    them is still being checked."""
    user = person(request)
    documents = order_documents(measure, user)
    if measure.state != MeasureState.DRAFT:  # a refused one went nowhere
        documents = [d for d in documents if d.state != AttachmentState.REFUSED]
    return {
        "documents": [(wire_file(one), one.sent_by_id == user.pk) for one in documents],
        "undecided": any(one.state in PENDING for one in documents),
    }


def _part(
    request: HttpRequest, measure: Measure, error: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "measure": measure,
        "form": {"errors": {ORDER_DOCUMENT: error} if error else {}},
        **document_context(request, measure),
    }
    template = "measures/order_document_part.html"
    return render(request, template, context, status=status)
