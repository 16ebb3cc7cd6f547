"""What a person was told or not, and why, in one sentence each.

Kinds and reasons only: never a text, and no name but the colleague's who answered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.days import in_words
from hub.models import ReadMark, User
from notifications.kinds import RULES, Kind, Subject
from notifications.models import Notification, Reason, State, Transport
from notifications.moments import times_of

SHOWN = 100  # the newest; older ones explain nothing that anybody still asks

# Every reason to drop a row, as the rest of "You were not told, because ...".
WHY: dict[str, Promise] = {
    Reason.READ: gettext_lazy("You were not told, because you had read it."),
    Reason.ANSWERED: gettext_lazy("You were not told, because it was answered before."),
    Reason.TAKEN_CHARGE: gettext_lazy(
        "You were not told, because a colleague answers for this measure."
    ),
    Reason.DONE: gettext_lazy("You were not told, because it was done meanwhile."),
    Reason.CORRECTED: gettext_lazy(
        "You were not told, because the message was corrected before."
    ),
    Reason.NO_RIGHT: gettext_lazy(
        "You were not told, because you no longer take part."
    ),
    Reason.SEALED: gettext_lazy("You were not told, because the thread is closed."),
    Reason.ABSENT: gettext_lazy(
        "You were not told, because you were away and a colleague replaces you."
    ),
    Reason.INACTIVE: gettext_lazy("You were not told, because the account is closed."),
    Reason.NEVER: gettext_lazy("You were not told, because you chose not to be."),
    Reason.SUSPENDED: gettext_lazy(
        "You were not told, because mail to your address had come back."
    ),
    Reason.NOT_ALLOWED: gettext_lazy(
        "You were not told, because this installation does not write to your address."
    ),
    Reason.EMPTY: gettext_lazy("Not sent, because nothing was left to say."),
    Reason.GONE: gettext_lazy(
        "You were not told, because what it was about is no longer there."
    ),
    Reason.REFUSED: gettext_lazy("Not sent: your mail server refused it for good."),
    Reason.TOO_LONG: gettext_lazy(
        "Not sent: your mail server could not be reached for two days."
    ),
    Reason.BROKEN: gettext_lazy(
        "Not sent: the mail could not be written. The operator was told."
    ),
}
# The same with a colleague's name or a time.
WHY_BY: dict[str, Promise] = {
    Reason.ANSWERED: gettext_lazy("You were not told, because %(by)s had answered."),
    Reason.TAKEN_CHARGE: gettext_lazy(
        "You were not told, because %(by)s answers for this measure."
    ),
    Reason.ABSENT: gettext_lazy(
        "You were not told, because you were away and %(by)s replaces you."
    ),
}


@dataclass(frozen=True)
class Told:
    """One line. `thread` only while it may be opened; `rule`: anchor of its choice,
    or empty."""

    what: str
    at: datetime
    when: str
    sentence: str
    state: str
    thread: UUID | None
    rule: str


def _rule(row: Notification) -> str:
    return "" if RULES[Subject(row.subject)].is_floor else f"f-{row.subject}"


def told_to(user: User) -> list[Notification]:
    """The newest rows of this person, newest first."""
    rows = Notification.objects.filter(user=user).order_by("-created_at", "pk")
    return list(rows.select_related("digest")[:SHOWN])


def lines(user: User, rows: Iterable[Notification]) -> list[Told]:
    """What the page says of each. Four queries whatever their number."""
    rows = list(rows)
    zone = times_of([user.pk])[user.pk].zone
    read = _read_at(user, rows)
    return [
        Told(
            what=_what(row),
            at=row.created_at,
            when=_moment(row.created_at, zone),
            sentence=sentence(row, read.get(row.pk), zone),
            state=row.state,
            thread=None if row.reason == Reason.NO_RIGHT else row.thread_id,
            rule=_rule(row),
        )
        for row in rows
    ]


def sentence(row: Notification, read_at: datetime | None, zone: ZoneInfo) -> str:
    """Whether it was sent, and if not, why; one kind sentence."""
    if row.state == State.SENT:
        return _sent(row, zone)
    if row.state == State.SENDING:
        return _("It is being sent.")
    if row.state in (State.WAITING, State.GATHERED):
        return _waiting(row, zone)
    if row.reason == Reason.READ and read_at:
        words = _("You were not told, because you had read it: %(when)s.")
        return words % {"when": _moment(read_at, zone)}
    if row.by and row.reason in WHY_BY:
        return str(WHY_BY[row.reason]) % {"by": row.by}
    return str(WHY.get(row.reason, _("It was not sent.")))


def _sent(row: Notification, zone: ZoneInfo) -> str:
    when = {"when": _moment(row.ended_at or row.created_at, zone)}
    if row.digest_id:
        return _("Sent in a summary: %(when)s.") % when
    if row.transport == Transport.PUSH:
        return _("Shown on your device: %(when)s.") % when
    return _("Sent by e-mail: %(when)s.") % when


def _waiting(row: Notification, zone: ZoneInfo) -> str:
    due_at = row.digest.due_at if row.digest else row.due_at
    when = {"when": _moment(due_at, zone)}
    if row.reason == Reason.TROUBLE:
        return _("The mail server did not answer. Next try: %(when)s.") % when
    if row.reason == Reason.QUIET:
        return _("Waits for the end of your quiet hours: %(when)s.") % when
    if row.reason == Reason.HEARING:
        return _("Waits for the end of your hearing: %(when)s.") % when
    if row.state == State.GATHERED or row.kind == Kind.DIGEST:
        return _("Waits for your next summary: %(when)s.") % when
    return _("It leaves in a moment.")


def _what(row: Notification) -> str:
    """The kind alone; what it was about is behind the link."""
    known = dict(Kind.choices)
    return str(known.get(row.kind, row.kind))


def _read_at(user: User, rows: list[Notification]) -> Mapping[UUID, datetime]:
    """When each row's last message was read by this person. One query."""
    about = [r for r in rows if r.reason == Reason.READ and r.thread_id and r.last_seq]
    if not about:
        return {}
    marks = list(
        ReadMark.objects.filter(
            participant__user=user,
            participant__thread__in={row.thread_id for row in about},
        )
        .order_by("seq")
        .values_list("participant__thread", "seq", "at")
    )
    found = {}
    for row in about:
        reached = (
            at
            for thread, seq, at in marks
            if thread == row.thread_id and seq >= (row.last_seq or 0)
        )
        if (first := next(reached, None)) is not None:
            found[row.pk] = first
    return found


def _moment(at: datetime, zone: ZoneInfo) -> str:
    """Day and time where the person works, like "28 novembre, 14:02"; today the time
    alone."""
    local, today = at.astimezone(zone), timezone.now().astimezone(zone).date()
    clock = f"{local:%H:%M}"
    if local.date() == today:
        return _("today, %(time)s") % {"time": clock}
    return f"{in_words(local.date(), 'd MMMM')}, {clock}"
