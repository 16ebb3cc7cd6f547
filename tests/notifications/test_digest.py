"""What a summary lists, and that two schedulers make one of each slot."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.models import OuterRef, Subquery
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.actions.assignments import take_charge
from hub.actions.messages import acknowledge, mark_read, post_messages
from hub.calendar import add_working_days, local_day
from hub.demo import Demo
from hub.models import Designation, Measure, Participant, Thread, User
from hub.models.choices import Act, Priority
from hub.posting import Draft, Posted
from hub.queries.receipts import measures_due
from notifications import digest, outbox
from notifications.contents import Line
from notifications.kinds import Frequency, Kind, Subject
from notifications.models import Notification, Preference, State
from tests.cast import create_small_demo

ZONES = ("Europe/Paris", "Indian/Reunion", "America/Miquelon", "Pacific/Noumea")


@pytest.fixture
def quiet(demo: Demo) -> Demo:
    """The demonstration, all of it read, and nobody's turn."""
    heads = Thread.objects.filter(pk=OuterRef("thread")).values("last_seq")[:1]
    Participant.objects.update(read_seq=Subquery(heads), notified_seq=Subquery(heads))
    Measure.objects.update(awaits="", awaits_act="")
    Thread.objects.update(awaits="", look_at=None)
    thread = demo.threads[0]
    acknowledge(demo.people["camille"], thread.pk, 5)
    return demo


def say(demo: Demo, key: str, number: int, **more: object) -> int:
    author = demo.people[key].pk
    draft = Draft(demo.threads[number].pk, author, uuid4(), "Bonjour", **more)  # type: ignore[arg-type]
    [outcome] = post_messages([draft])
    assert isinstance(outcome, Posted), outcome
    return outcome.message.seq


def gather(
    user: User, thread: Thread | None, seq: int = 1, kind: Kind = Kind.MESSAGES
) -> Notification:
    """Owes it in tomorrow's summary, whatever subject it is; the summary."""
    owed = outbox.Owed(
        kind,
        f"m{seq}" if kind == Kind.MESSAGES else f"{kind}:x:2027-03-0{seq}",
        user=user.pk,
        thread=thread.pk if thread else None,
        subject=Subject.NEWS,
        first_seq=seq,
        last_seq=seq,
    )
    outbox.write([owed])
    return Notification.objects.get(user=user, kind=Kind.DIGEST)


def lines(row: Notification) -> list[Line]:
    return digest.contents([row], timezone.now())[row.pk]


def test_a_summary_lists_what_was_not_read_and_nothing_once_it_was(quiet: Demo) -> None:
    samira, thread = quiet.people["samira"], quiet.threads[0]
    seq = say(quiet, "camille", 0)
    row = gather(samira, thread, seq)
    measure = thread.designation.measure
    assert lines(row) == [
        Line("messages", 1, None, False, measure.reference, measure.court.name)
    ]
    mark_read(samira, thread.pk, seq)
    assert lines(row) == []


def test_what_was_told_before_is_no_reason_for_another_summary(quiet: Demo) -> None:
    """It is their turn in one thread, and what the summary gathered was read."""
    samira = quiet.people["samira"]
    Measure.objects.filter(designations__thread=quiet.threads[1]).update(
        awaits="centre", awaits_act=Act.ANSWER_PROPOSAL
    )
    seq = say(quiet, "camille", 0)
    row = gather(samira, quiet.threads[0], seq)
    assert [line.text_kind for line in lines(row)] == ["turn", "messages"]
    mark_read(samira, quiet.threads[0].pk, seq)
    assert lines(row) == []


def test_each_thread_is_one_line_and_says_the_gravest_thing(quiet: Demo) -> None:
    camille, thread = quiet.people["camille"], quiet.threads[0]
    first = say(quiet, "samira", 0)
    asked = say(quiet, "samira", 0, needs_ack=True)
    gather(camille, thread, first)
    row = gather(camille, thread, asked)
    [line] = lines(row)
    departement = thread.designation.measure.court.departement_id
    due = add_working_days(
        local_day(timezone.now(), departement),
        settings.RULES.ack_reminder_days,
        departement,
    )
    assert (line.text_kind, line.count, line.deadline) == ("acknowledge", 1, due)
    acknowledge(camille, thread.pk, asked)
    assert [line.text_kind for line in lines(row)] == ["messages"]


def test_a_measure_without_receipt_is_owed_one(quiet: Demo) -> None:
    samira = quiet.people["samira"]
    Measure.objects.filter(designations__thread=quiet.threads[1]).update(
        awaits="centre", awaits_act=Act.ACKNOWLEDGE
    )
    row = gather(samira, quiet.threads[0], say(quiet, "camille", 0))
    found = {line.text_kind: line.deadline for line in lines(row)}
    # The day that home says: the last one in the centre's own working days.
    sent = Designation.objects.select_related("centre").get(thread=quiet.threads[1])
    assert found == {"acknowledge": measures_due([sent])[sent.pk], "messages": None}


def test_urgent_comes_first_then_the_nearest_date_then_the_longest_wait(
    quiet: Demo,
) -> None:
    samira = quiet.people["samira"]
    second = quiet.threads[1]
    seq = say(quiet, "camille", 0)
    gather(samira, quiet.threads[0], seq)
    gather(samira, second, say(quiet, "camille", 1))
    gather(samira, None, 9, Kind.ENDING)
    row = gather(samira, None, 2, Kind.ENDING)
    Notification.objects.filter(kind=Kind.MESSAGES).update(created_at=timezone.now())

    def order() -> list[tuple[str, str]]:
        found = digest.contents([row], timezone.now(), lambda items: items)[row.pk]
        return [(line.text_kind, str(line.deadline or line.urgent)) for line in found]

    dates = [("ending", "2027-03-02"), ("ending", "2027-03-09")]
    assert order() == [*dates, ("messages", "False"), ("messages", "False")]
    Measure.objects.filter(designations__thread=second).update(priority=Priority.URGENT)
    assert order() == [("messages", "True"), *dates, ("messages", "False")]


def test_what_a_colleague_answers_for_is_not_their_turn(quiet: Demo) -> None:
    samira, luc = quiet.people["samira"], quiet.people["luc"]
    Measure.objects.filter(designations__thread=quiet.threads[1]).update(
        awaits="centre", awaits_act=Act.ANSWER_PROPOSAL
    )
    row = gather(samira, quiet.threads[0], say(quiet, "camille", 0))
    assert [line.text_kind for line in lines(row)] == ["turn", "messages"]
    take_charge(luc, quiet.threads[1].pk)
    assert [line.text_kind for line in lines(row)] == ["messages"]


def test_what_takes_months_is_not_repeated_in_every_summary(quiet: Demo) -> None:
    samira, second = quiet.people["samira"], quiet.threads[1]
    measures = Measure.objects.filter(designations__thread=second)
    row = gather(samira, quiet.threads[0], say(quiet, "camille", 0))
    measures.update(awaits="centre", awaits_act=Act.ANSWER_PROPOSAL)
    assert [line.text_kind for line in lines(row)] == ["turn", "messages"]
    measures.update(awaits_act=Act.FIRST_VISIT)
    assert [line.text_kind for line in lines(row)] == ["messages"]


def test_many_summaries_take_no_more_queries_than_one(quiet: Demo) -> None:
    people = [quiet.people["samira"], quiet.people["luc"]]
    counts = []
    seq = [say(quiet, "camille", 0), say(quiet, "camille", 1)]
    for user in people:
        for thread, last in zip(quiet.threads, seq, strict=True):
            gather(user, thread, last)
        rows = list(Notification.objects.filter(kind=Kind.DIGEST))
        with CaptureQueriesContext(connection) as queries:
            found = digest.contents(rows, timezone.now())
        assert {len(lines) for lines in found.values()} == {2}
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.fixture
def world(transactional_db: None) -> Demo:
    return create_small_demo()


def at_once(*work: Callable[[], object]) -> None:
    """Runs them in threads of their own, begun together, on connections of their own."""
    ready = Barrier(len(work))

    def run(one: Callable[[], object]) -> None:
        ready.wait()
        try:
            one()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(run, one) for one in work]:
            done.result()


@pytest.mark.parametrize("change", [date(2026, 10, 25), date(2027, 3, 28)], ids=str)
@pytest.mark.parametrize("frequency", [Frequency.TWO_HOURLY, Frequency.DAILY])
def test_two_schedulers_over_a_change_of_hour_make_one_summary_of_each_slot(
    world: Demo, change: date, frequency: Frequency
) -> None:
    """Both write the same events of 48 hours; every slot has one summary, with items."""
    samira, luc = world.people["samira"].pk, world.people["luc"].pk
    for user, zone in ((samira, "Europe/Paris"), (luc, "Pacific/Noumea")):
        User.objects.filter(pk=user).update(zone=zone)
        Preference.objects.create(user_id=user, frequencies={Subject.NEWS: frequency})
    begin = datetime.combine(change, datetime.min.time(), UTC) - timedelta(days=1)
    moments = [begin + timedelta(minutes=30 * n) for n in range(2 * 24 * 2)]

    def schedule() -> None:
        for now in moments:
            outbox.write(_events([samira, luc], now), now)

    at_once(schedule, schedule)
    rows = Notification.objects.filter(kind=Kind.DIGEST)
    windows = list(rows.values_list("user", "window"))
    assert len(windows) == len(set(windows))
    assert not rows.filter(items=None).exists()
    per_day = {Frequency.TWO_HOURLY: 6, Frequency.DAILY: 1}[frequency]
    assert 2 * per_day <= rows.filter(user=samira).count() <= 3 * per_day
    due = list(rows.filter(user=samira).values_list("due_at", flat=True))
    assert len(due) == len(set(due))
    items = Notification.objects.filter(state=State.GATHERED)
    assert items.count() == 2 * len(moments)
    assert not items.filter(digest=None).exists()


def _events(users: list[UUID], now: datetime) -> list[outbox.Owed]:
    window = f"m{now:%d%H%M}"
    return [
        outbox.Owed(Kind.ENDING, window, user=user, subject=Subject.NEWS)
        for user in users
    ]
