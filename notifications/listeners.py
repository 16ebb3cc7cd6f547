"""Which event of the hub owes a notification, and the ones that concern one person.

Rows are written inside the transaction of their cause. Deadlines are in
notifications.escalation, words of organisations in notifications.announcements.
"""

from typing import Any

from hub import events
from hub.models import Attachment, AttachmentState, Membership
from notifications import announcements, escalation
from notifications.kinds import Kind
from notifications.outbox import owe


def connect() -> None:
    events.deadline_passed.connect(escalation.on_deadline_passed)
    events.availability_asked.connect(announcements.on_availability_asked)
    events.availability_answered.connect(announcements.on_availability_answered)
    events.closure_announced.connect(announcements.on_closure_announced)
    events.absence_entered.connect(on_absence_entered)
    events.member_invited.connect(on_member_invited)
    events.role_changed.connect(on_role_changed)
    events.attachment_changed.connect(on_attachment_changed)


def on_absence_entered(**event: Any) -> None:
    if substitute := event["substitute_id"]:
        absence = event["absence_id"]
        owe(
            Kind.SUBSTITUTION,
            [substitute],
            window=f"absence:{absence}",
            facts={"absence": absence},
        )


def on_member_invited(**event: Any) -> None:
    """In the language of whoever invited, until the person has chosen one."""
    _tell_of_place(Kind.INVITATION, event["place_id"], locale=event["locale"])


def on_role_changed(**event: Any) -> None:
    _tell_of_place(Kind.ROLE_CHANGED, event["place_id"])


def on_attachment_changed(**event: Any) -> None:
    """The sender of a refused file: why, as a code, and never its name."""
    attachment: Attachment = event["attachment"]
    if event.get("withdrawn") or attachment.state != AttachmentState.REFUSED:
        return
    owe(
        Kind.FILE_REFUSED,
        [attachment.sent_by_id],
        window=f"file:{attachment.pk}",
        thread=attachment.thread_id,
        facts={"attachment": str(attachment.pk), "reason": attachment.reason},
    )


def _tell_of_place(kind: Kind, place_id: int, **facts: str) -> None:
    place = Membership.objects.select_related("court", "centre").get(pk=place_id)
    known = {
        "place": place.pk,
        "role": place.role,
        "organisation": place.organisation_code,
    }
    window = f"{kind}:{place.pk}"
    owe(kind, [place.user_id], window=window, facts={**known, **facts})
