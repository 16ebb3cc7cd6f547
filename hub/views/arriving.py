"""Files that come with a form: each is received on its own, before the form's act."""

import contextlib
from dataclasses import dataclass, field
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from hub.actions.attachments import receive, withdraw
from hub.errors import Illegal, NotFound
from hub.files.limits import MAX_FILES_PER_MESSAGE
from hub.files.reasons import SENTENCES, FileRefused, Reason
from hub.models import Thread, User
from hub.views.requests import person


@dataclass(frozen=True)
class Problem:
    """A file that was not taken, and why, for a person."""

    name: str
    detail: str
    status: int


@dataclass
class Arrived:
    """What a form brought: files of before that it names again, and new ones."""

    ids: tuple[UUID, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    @property
    def status(self) -> int:
        return max(problem.status for problem in self.problems)


def receive_all(request: HttpRequest, thread: Thread, message: UUID) -> Arrived:
    """Receives every file of the form for this message; none if there are too many.

    The same form sent twice brings each file once. One file's trouble does not stop
    the others; they wait, and the page offers them again.
    """
    result = Arrived()
    ids = [UUID(text) for text in request.POST.getlist("attachments") if _is_id(text)]
    uploads = request.FILES.getlist("files")
    if uploads and len(set(ids)) + len(uploads) > MAX_FILES_PER_MESSAGE:
        sentence = _("A message carries at most 10 files.")
        result.problems = [Problem(one.name or "", sentence, 400) for one in uploads]
        uploads = []
    for upload in uploads:
        try:
            file = receive(person(request), thread, upload, once_for=message)
            ids.append(file.pk)
        except (FileRefused, Illegal, OSError) as error:
            name = upload.name or ""
            result.problems.append(Problem(name, *_said(error)))
    result.ids = tuple(dict.fromkeys(ids))
    return result


def take_back(by: User, file: str) -> None:
    """Removes a file that is in no message; one that is not there any more is gone."""
    with contextlib.suppress(NotFound, Illegal):
        if _is_id(file):
            withdraw(by, UUID(file))


def _said(error: Exception) -> tuple[str, int]:
    if isinstance(error, FileRefused):
        status = 413 if error.reason == Reason.TOO_LARGE else 400
        return str(SENTENCES[error.reason]), status
    if isinstance(error, Illegal):
        return error.detail, 409
    return _("The file could not be kept. Try again in a moment."), 503


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
