"""Files in words: size, type, state. The same table for templates and for scripts.

Why a file is refused is said in hub.files.reasons.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.files.kinds import KINDS
from hub.files.limits import MAX_FILE_BYTES, MAX_FILES_PER_MESSAGE, MIB
from hub.files.reasons import SENTENCES

KIB = 1024
TYPES = {kind.media_type: kind.extension.upper() for kind in KINDS.values()}
# What a picker offers. HEIC is left out: without it, iPhones hand over a JPEG.
ACCEPT = ",".join(
    f"{kind.media_type.partition(';')[0]},.{kind.extension}"
    for name, kind in KINDS.items()
    if name != "heic"
)


def about_file(wired: Mapping[str, Any], composing: bool = False) -> str:
    """One line under the name of a hub.wire.WireFile: "PDF · 88 KB · ready".

    `composing`: its message was not sent yet.
    """
    if wired["state"] == "refused":
        return _("Refused. %(why)s") % {"why": wired["detail"]}
    if wired["state"] == "pending":
        words = _being_checked() if wired.get("inspecting") else _waiting()
        words = _held_up() if wired.get("held_up") else words
        parts = [file_size(wired["size"]), words]
        return " · ".join(parts if composing else [*parts, _later()])
    parts = [TYPES.get(wired["media_type"], ""), file_size(wired["size"])]
    if pages := wired.get("pages"):
        parts.append(ngettext("%(num)s page", "%(num)s pages", pages) % {"num": pages})
    return " · ".join(part for part in [*parts, _("ready")] if part)


def file_size(size: int) -> str:
    """Bytes as people read them: whole KB, from 1 MB on with one decimal."""
    if size < MIB:
        return _("%(n)s KB") % {"n": math.ceil(size / KIB)}
    return _("%(n)s MB") % {"n": number_format(size / MIB, 1)}


def file_words() -> str:
    """What scripts say about files, in the language of now, as JSON."""
    return json.dumps(_states() | _sending() | _facts(), default=str)


def _facts() -> dict[str, Any]:
    return {
        "types": TYPES,
        "reasons": {reason.value: str(words) for reason, words in SENTENCES.items()},
        "max_bytes": MAX_FILE_BYTES,
        "max_files": MAX_FILES_PER_MESSAGE,
        "kb": _("%(n)s KB") % {"n": "{n}"},
        "mb": _("%(n)s MB") % {"n": "{n}"},
        "page": ngettext("%(num)s page", "%(num)s pages", 1) % {"num": "{n}"},
        "pages": ngettext("%(num)s page", "%(num)s pages", 2) % {"num": "{n}"},
    }


def _states() -> dict[str, Any]:
    return {
        "waiting": _waiting(),
        "inspecting": _being_checked(),
        "held_up": _held_up(),
        "later": _later(),
        "ready": _("ready"),
        "refused": _("Refused. %(why)s") % {"why": "{why}"},
        "now_ready": _("%(name)s is ready.") % {"name": "{name}"},
        "now_refused": _("%(name)s is refused. %(why)s")
        % {"name": "{name}", "why": "{why}"},
        "preview": _("Preview of %(name)s") % {"name": "{name}"},
    }


def _sending() -> dict[str, Any]:
    named = {"name": "{name}"}
    return {
        "queued": _("Waits to be sent"),
        "progress": _("Sending: %(percent)s%%") % {"percent": "{percent}"},
        "progress_name": _("Sending of %(name)s") % named,
        "arrived": _("%(name)s has arrived; it is checked now.") % named,
        "cut": _("Not sent: the connection was cut."),
        "signed_out": _(
            "Not sent: your session has ended. "
            "Sign in again in another tab, then retry."
        ),
        "cancel": _("Cancel"),
        "cancel_name": _("Cancel the sending of %(name)s") % named,
        "remove": _("Remove"),
        "remove_name": _("Remove %(name)s") % named,
        "removed": _("%(name)s is removed.") % named,
        "too_many": _("A message carries at most 10 files."),
        "leaves_after": _("The message leaves as soon as its files have been sent."),
        "stays": _("The message has not left."),
        "attached": _("Files:"),
    }


def _waiting() -> str:
    return _("waiting to be checked")


def _held_up() -> str:
    return _("checking is held up; the file is kept and is checked as soon as possible")


def _being_checked() -> str:
    return _("being checked")


def _later() -> str:
    return _("the others will see it when it is ready")
