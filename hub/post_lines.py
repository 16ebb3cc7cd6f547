"""What each draft leaves behind beside its outcome: a figure, and a line in the log.

The line connects the request or frame that brought a message with its thread and
number, and so with the mails about it. It holds no word of the message.
"""

import logging
from collections.abc import Sequence

from hub.instruments import count_post
from hub.log_lines import fields
from hub.posting import Draft, Outcome, Refused

# Below hub.access, so that ACCESS_LOG turns both on and off.
logger = logging.getLogger("hub.access.posts")


def note_outcomes(drafts: Sequence[Draft], outcomes: Sequence[Outcome]) -> None:
    """After the commit. Costs about a microsecond a draft where lines are off."""
    told = logger.isEnabledFor(logging.INFO)
    for draft, outcome in zip(drafts, outcomes, strict=True):
        code = _code(outcome)
        count_post(draft.door, code)
        if told:
            _tell(draft, outcome, code)


def note_unavailable(drafts: Sequence[Draft]) -> None:
    """The database stored none of them."""
    for draft in drafts:
        count_post(draft.door, "unavailable")


def _code(outcome: Outcome) -> str:
    if isinstance(outcome, Refused):
        return outcome.code
    return "again" if outcome.again else "posted"


def _tell(draft: Draft, outcome: Outcome, code: str) -> None:
    told = fields(outcome=code, door=draft.door, thread=draft.thread)
    if draft.request:
        told["fields"]["request"] = draft.request
    if not isinstance(outcome, Refused):
        told["fields"]["seq"] = outcome.message.seq
    logger.info("post %s by %s", code, draft.door, extra=told)
