"""Everything that mails need to know, read for a whole batch, and what each may say.

The one place where the content policy of DOMAIN section 8.2 is decided: what a mail
must not say is not in its `Known`. Words are in notifications.words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Any, Literal
from uuid import UUID

from django.conf import settings

from hub import calendar
from hub.models import Centre, Membership, Message, Side, Thread, User
from notifications import links
from notifications.contents import Line
from notifications.kinds import Kind
from notifications.letter_reading import Found
from notifications.mime import clean_name, one_line
from notifications.models import Notification

Policy = Literal["none", "meta", "full"]

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
MOST_EXCERPTS = 10  # messages; more are read behind the link
LONGEST_EXCERPT = 1_000  # characters of each
LONGEST_PLACE = 160  # as the columns of names


class Nothing(Exception):
    """A summary in which nothing is left: it must not be sent."""


@dataclass(frozen=True)
class Excerpt:
    """Of one message, for mailboxes that may hold it."""

    at: datetime
    text: str


@dataclass(frozen=True)
class Known:
    """All that the words and headers of one mail can be made of.

    `name`, `organisation`, `invited_by` and `place` are single lines. `at`: now, in
    the zone of the recipient. `place`: the other organisation. `link`: where an answer
    can be given without signing in, until `link_until`; empty if there is no such way.
    """

    row: UUID
    kind: Kind
    recipient: str  # of which user or mailbox, as text
    name: str
    email: str
    language: str
    at: datetime
    policy: Policy = "none"
    user: UUID | None = None
    thread: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    lines: Sequence[Line] = ()
    link: str = ""
    link_until: date | None = None
    place: str = ""
    reference: str = ""  # of the measure
    excerpts: Sequence[Excerpt] = ()
    days: tuple[date, date] | None = None
    organisation: str = ""  # their own
    centre_code: str = ""  # their own
    role: str = ""
    invited_by: str = ""
    browser: str = ""


def known(row: Notification, found: Found, now: datetime) -> Known:
    """Of one row. Raises whatever is wrong with it, Nothing included."""
    person = found.people[row.user_id] if row.user_id else None
    centre = found.centres[row.centre_id] if row.centre_id else None
    policy = policy_for(person.email if person else "")
    base = _base(row, person, centre, _zone(row, centre, found), now)
    base = replace(base, policy=policy, link=found.links.get(row.pk, ""))
    if base.link:
        until = (now + links.VALID_FOR).astimezone(base.at.tzinfo).date()
        base = replace(base, link_until=until)
    base = _looked_up(base, row, found)
    return _disclosed(_with_lines(base, row, found), row, found)


def policy_for(email: str) -> Policy:
    """What a mail to this address may say. `full` for named domains only, and never
    to a functional mailbox (no `email`): nobody knows who reads it."""
    chosen: Policy = settings.MAIL.mail_content
    domain = email.rpartition("@")[2].lower()
    if chosen == "full" and domain not in settings.MAIL.domains("content"):
        return "meta"
    return chosen


def language_of(row: Notification, person: User | None) -> str:
    """The person's; an invitation's until they have chosen. Mailboxes read French."""
    chosen = (person.locale if person else "") or str(row.facts.get("locale", ""))
    code = chosen[:2].lower()
    return code if person and code in LANGUAGES else settings.LANGUAGE_CODE


def _base(
    row: Notification,
    person: User | None,
    centre: Centre | None,
    zone: tzinfo,
    now: datetime,
) -> Known:
    recipient = person or centre
    assert recipient is not None, "a constraint of the table"
    return Known(
        row=row.pk,
        kind=Kind(row.kind),
        recipient=f"{'u' if person else 'c'}{recipient.pk}",
        name=clean_name(recipient.name),
        email=recipient.email,
        language=language_of(row, person),
        at=now.astimezone(zone),
        user=row.user_id,
        thread=row.thread_id,
        facts=row.facts,
    )


def _zone(row: Notification, centre: Centre | None, found: Found) -> tzinfo:
    if row.user_id:
        return found.times[row.user_id].zone
    return calendar.zone(centre.departement_id if centre else "")


def _looked_up(base: Known, row: Notification, found: Found) -> Known:
    """What the row's facts point to, where it is still there."""
    facts = row.facts
    place = found.memberships.get(facts.get("place"))
    days = found.closures.get(facts.get("closure")) or found.absences.get(
        facts.get("absence")
    )
    centre = found.centres.get(facts.get("centre"))
    browser = found.browsers.get(facts.get("browser"), "")
    return replace(
        base,
        days=days,
        organisation=one_line(place.organisation)[:LONGEST_PLACE] if place else "",
        role=place.role if place else "",
        invited_by=_who_invited(place),
        centre_code=centre.code if centre else "",
        browser=one_line(browser),
    )


def _who_invited(place: Membership | None) -> str:
    """A colleague's or a chief clerk's name, by which one knows that it is no fraud."""
    return clean_name(place.invited_by.name) if place and place.invited_by else ""


def _with_lines(base: Known, row: Notification, found: Found) -> Known:
    if row.kind == Kind.DIGEST:
        lines = [_of_policy(line, base.policy) for line in found.digests[row.pk]]
        if not lines:
            raise Nothing
        return replace(base, lines=lines)
    if row.kind != Kind.MESSAGES:
        return base
    waiting = found.unread.waiting(row)
    # Read in the instant since it was looked at: it is as if sent just before.
    lines = list(waiting.lines) or [Line("message", 1, None, False, "", "")]
    if base.policy != "full":
        return replace(base, lines=lines)
    bodies = [found.bodies.get((row.thread_id, seq)) for seq in waiting.seqs]
    excerpts = [_excerpt(m, base.at.tzinfo) for m in bodies if m][:MOST_EXCERPTS]
    return replace(base, lines=lines, excerpts=excerpts)


def _of_policy(line: Line, policy: Policy) -> Line:
    if policy == "none":
        return replace(line, reference="", place="")
    return replace(line, place=one_line(line.place)[:LONGEST_PLACE])


def _excerpt(message: Message, zone: tzinfo | None) -> Excerpt:
    text = message.body[:LONGEST_EXCERPT]
    cut = "…" if len(message.body) > LONGEST_EXCERPT else ""
    return Excerpt(message.at.astimezone(zone), text + cut)


def _disclosed(base: Known, row: Notification, found: Found) -> Known:
    """The other side's name and the measure's reference, if they may be said.

    `policy` becomes what the mail really says, for the journal.
    """
    if base.policy == "none":
        return base
    side = _side(row, found)
    thread = found.threads.get(row.thread_id) if row.thread_id else None
    if thread and side:
        base = replace(
            base,
            place=one_line(_other(thread, side))[:LONGEST_PLACE],
            reference=thread.designation.measure.reference,
        )
    if base.excerpts:
        return base
    names = base.place or any(line.reference or line.place for line in base.lines)
    return replace(base, policy="meta" if names else "none")


def _side(row: Notification, found: Found) -> str:
    """On which side the recipient sits; empty for who has no seat."""
    if row.centre_id:
        return Side.CENTRE
    seat = found.seats.get((row.thread_id, row.user_id))
    return seat.membership.side if seat else ""


def _other(thread: Thread, side: str) -> str:
    designation = thread.designation
    return (
        designation.centre.name
        if side == Side.COURT
        else designation.measure.court.name
    )
