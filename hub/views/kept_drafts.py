"""What the composer's script asks while one types: keep this, or say what is newer."""

from uuid import UUID, uuid4

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from hub import permissions
from hub.actions import kept_drafts as actions
from hub.errors import Illegal, StaleForm
from hub.forms.pages import MessageForm
from hub.jinja import when
from hub.models import KeptDraft, Participant
from hub.queries.kept_drafts import draft_in
from hub.views.requests import person


def keep(request: HttpRequest, thread_id: UUID) -> JsonResponse:
    """The composer's form as it stands. 409 with the newer text when there is one."""
    user = person(request)
    form = MessageForm(request.POST)
    form.is_valid()  # its fields are optional, as for posting
    draft = form.draft(thread_id, user.pk)
    try:
        kept = actions.keep(
            user,
            draft,
            is_urgent=form.cleaned_data["is_urgent"],
            revision=whole_revision(request.POST.get("revision", "")),
        )
    except StaleForm as error:
        seat = permissions.seat_in_thread(user, thread_id, "thread.write")
        newer = draft_in(seat.thread, user)
        return JsonResponse(
            {"said": error.detail, "newer": newer and _wired(newer)}, status=409
        )
    except Illegal as error:
        return JsonResponse({"said": error.detail}, status=400)
    if kept is None:
        return JsonResponse({"revision": 0, "said": ""})
    return JsonResponse({"revision": kept.revision, "said": saved_sentence(kept)})


def begun(seat: Participant) -> dict[str, object]:
    """What the composer shows first: the text that was kept, or a new id alone."""
    kept = draft_in(seat.thread, seat.user)
    if kept is None:
        return {"id": uuid4()}
    return {"id": kept.client_id, "kept": kept, "kept_said": saved_sentence(kept)}


def saved_sentence(kept: KeptDraft) -> str:
    return _("Draft saved, %(when)s") % {"when": when(kept.changed_at)}


def whole_revision(given: str) -> int:
    """As the page had it from us; 0 for anything else."""
    is_number = given.isascii() and given.isdigit() and len(given) < 16
    return int(given) if is_number else 0


def _wired(kept: KeptDraft) -> dict[str, object]:
    """The names of the form's fields."""
    return {
        "id": str(kept.client_id),
        "revision": kept.revision,
        "body": kept.body,
        "urgent": kept.urgent,
        "needs_ack": kept.needs_ack,
        "is_urgent": kept.is_urgent,
        "for_case_file": kept.for_case_file,
        "corrects": kept.corrects,
        "when": when(kept.changed_at),
    }
