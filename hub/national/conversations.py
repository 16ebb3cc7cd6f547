"""What is said between the acts, and who has seen it.

Belongs here: ordinary messages, acknowledgements and read marks. Acts and their own
messages are in lives.py.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta

from hub.models import (
    Acknowledgement,
    Assignment,
    Membership,
    Message,
    Participant,
    ReadMark,
    Side,
)
from hub.models.accounts import Role
from hub.models.choices import MeasureState
from hub.models.threads import ThreadState
from hub.national import phrases
from hub.national.cases import Case, Told
from hub.national.chance import happens, office_moment, skewed_days
from hub.national.people import in_force
from hub.states import LIVE

WRITERS = {
    Side.COURT: (Role.CLERK, Role.CLERK, Role.CLERK, Role.JUDGE),
    Side.CENTRE: (Role.COORDINATOR, Role.COORDINATOR, Role.STAFF),
}
# How likely somebody looks at a message of others before the next one comes.
ATTENTION = {
    Role.JUDGE: 0.25, Role.CLERK: 0.45, Role.CHIEF_CLERK: 0.02,
    Role.COORDINATOR: 0.6, Role.STAFF: 0.25, Role.CENTRE_MANAGER: 0.03,
}  # fmt: skip
COLLEAGUES = 0.15  # of the unit, beside those whose measure it is
TAKEN = 0.35  # of a side's live measures, by one person
ACKNOWLEDGED = 0.93  # of what asked for it, sooner or later


def talk(case: Case, until: datetime, monthly: float) -> None:
    """Exchanges between the clock and `until`, `monthly` of them on average."""
    days = (min(until, case.present) - case.clock) / timedelta(days=1)
    expected = monthly * days / 30.5
    count = int(expected) + happens(case.chance, expected % 1)
    begins = sorted(case.chance.uniform(0, days) for _n in range(min(count, 12)))
    start = case.clock
    for begin in begins:
        after = max(start + timedelta(days=begin), case.clock)
        at = office_moment(case.chance, after, case.departement)
        if at < min(until, case.present):
            case.clock = at
            _exchange(case, until)


def settle(case: Case) -> None:
    """At the present: who was shown what, acknowledged what, and waits for whom."""
    for told in case.told:
        _acknowledge(case, told)
        _look(case, told)
        _owe_nothing(case, told)
    if case.measure.state in LIVE:
        _take_charge(case)


def _exchange(case: Case, until: datetime) -> None:
    chance = case.chance
    begins, question, answer = chance.choice(_subjects(case))
    asks, answers = _writer(case, begins), _writer(case, begins.other)
    if asks is None or answers is None:
        return
    urgent = chance.choice(phrases.URGENT) if happens(chance, 0.015) else ""
    needs_ack = bool(urgent) or happens(chance, 0.12)
    marks = asks.role in (Role.JUDGE, Role.COORDINATOR) and happens(chance, 0.08)
    case.write(asks, question, needs_ack=needs_ack, urgent=urgent, for_case_file=marks)
    reply_at = case.later(skewed_days(chance, 1.5))
    if reply_at >= min(until, case.present) or not happens(chance, 0.85):
        return
    case.clock = reply_at
    case.write(answers, answer)
    if happens(chance, 0.1):
        case.clock += timedelta(minutes=chance.randint(5, 55))
        if case.clock < min(until, case.present):
            case.write(asks, phrases.LATE_THANKS)


def _subjects(case: Case) -> tuple[phrases.Exchange, ...]:
    measure = case.measure
    if measure.state not in (MeasureState.ACTIVE, MeasureState.SUSPENDED):
        return phrases.BEFORE
    if measure.ends_on and (measure.ends_on - case.today).days < 45:
        return phrases.NEAR_END
    return phrases.DURING


def _writer(case: Case, side: Side) -> Membership | None:
    """Somebody of the side with a seat, in force during the whole exchange."""
    role = case.chance.choice(WRITERS[side])
    leaves = case.clock + timedelta(days=30)
    there = [p for p in case.seated(side) if in_force(p, leaves)]
    able = [p for p in there if p.role == role]
    able = able or [p for p in there if p.role in WRITERS[side]]
    return case.chance.choice(able) if able else None


def _acknowledge(case: Case, told: Told) -> None:
    """By one person of the other side, who has then looked at the thread."""
    for message in told.messages:
        if not message.needs_ack or not happens(case.chance, ACKNOWLEDGED):
            continue
        at = message.at + timedelta(days=skewed_days(case.chance, 0.8))
        seats = [s for s in _present_seats(told, at) if _may_answer(s, message)]
        if at >= case.present or not seats:
            continue
        seat = case.chance.choice(seats)
        told.looked.append((seat, at))
        case.rows[Acknowledgement].append(
            Acknowledgement(
                thread=told.thread,
                seq=message.seq,
                user=seat.user,
                user_name=seat.user.name,
                at=at,
            )
        )


def _may_answer(seat: Participant, message: Message) -> bool:
    side, role = seat.membership.side, seat.membership.role
    return side != message.author_side and role in WRITERS[Side(side)]


def _look(case: Case, told: Told) -> None:
    """Read marks: one for each time that a person saw something new."""
    times = [message.at for message in told.messages]
    own: dict[object, list[datetime]] = {}
    for message in told.messages:
        own.setdefault(message.author_id, []).append(message.at)
    asked: dict[object, list[datetime]] = {}
    for seat, at in told.looked:
        asked.setdefault(seat.user_id, []).append(at)
    for seat in told.seats:
        looks = [
            *own.get(seat.user_id, ()),
            *asked.get(seat.user_id, ()),
            *_glances(case, told, seat),
        ]
        for at in sorted(looks):
            seq = bisect_right(times, at)
            if seq > seat.read_seq and _sees(case, seat, at):
                seat.read_seq = seq
                case.rows[ReadMark].append(ReadMark(participant=seat, seq=seq, at=at))


def _glances(case: Case, told: Told, seat: Participant) -> Iterator[datetime]:
    """Looks that leave no other trace; none at what was taken back unopened."""
    attention = ATTENTION[Role(seat.membership.role)]
    if not _is_concerned(case, seat):
        attention = COLLEAGUES
    recalled = seat.until is not None
    if recalled or (attention < 0.5 and not happens(case.chance, 0.3)):
        return  # most of those who need not look never do
    for before, after in zip(told.messages, [*told.messages[1:], None], strict=True):
        if happens(case.chance, attention):
            at = before.at + timedelta(hours=case.chance.expovariate(1 / 20))
            if after is None or at < after.at:
                yield at


def _is_concerned(case: Case, seat: Participant) -> bool:
    """Everybody in a centre; in a court those whose measure it is."""
    of_court = seat.membership.side == Side.COURT
    return not of_court or seat.user_id in (
        case.judge.user_id,
        case.preparer.user_id,
    )


def _sees(case: Case, seat: Participant, at: datetime) -> bool:
    ended = seat.until is not None and seat.until <= at
    return at < case.present and not ended and in_force(seat.membership, at)


def _present_seats(told: Told, at: datetime) -> list[Participant]:
    return [
        s
        for s in told.seats
        if in_force(s.membership, at) and (s.until is None or s.until > at)
    ]


def _take_charge(case: Case) -> None:
    """ "Je prends en charge": one of a side, for some of the measures that live."""
    designation = case.now.designation
    for side in (Side.COURT, Side.CENTRE):
        place = _writer(case, side)
        if place and designation.transmitted_at and happens(case.chance, TAKEN):
            hours = timedelta(hours=case.chance.uniform(1, 30))
            case.rows[Assignment].append(
                Assignment(
                    designation=designation,
                    side=side,
                    user=place.user,
                    at=min(designation.transmitted_at + hours, case.present),
                )
            )


def _owe_nothing(case: Case, told: Told) -> None:
    """Most old last words needed no answer, and somebody said so."""
    old = told.thread.last_at < case.present - timedelta(days=6)
    closed = told.thread.state == ThreadState.SEALED
    if told.thread.awaits and (closed or old) and happens(case.chance, 0.8):
        told.thread.awaits = ""
