"""The state table, walked: every state, every act, every role, by the real actions.

What is expected stands here a second time, read from the specification (DOMAIN
sections 6 and 7), not from hub.states or permissions.toml.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from hub.actions import course, members
from hub.demo import CENTRE, COURT, Demo
from hub.errors import Forbidden, HubError, Illegal, NotFound
from hub.models import (
    Centre,
    Court,
    Measure,
    MeasureTransition,
    Message,
    Role,
    Thread,
    User,
)
from hub.models.choices import MeasureState
from hub.states import JOB, TABLE, Event
from tests.hub.lifecycle import CALLS, draft, prepare, put, sent

J, K, D, C, S, G = "judge", "clerk", "chief", "coordinator", "staff", "manager"
COURT_SIDE, CENTRE_SIDE = (J, K, D), (C, S, G)
LIVE = "transmitted received waiting intake active suspended"
# act: (from states, to state or "same", roles)
EXPECTED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "edit": ("draft", "same", (J, K)),
    "discard": ("draft", "cancelled", (J, K)),
    "transmit": ("draft", "transmitted", (J, K)),
    "recall": ("transmitted", "draft", (J, K)),
    "acknowledge": ("transmitted", "received", (C, S, G)),
    "accept": ("received", "waiting", (C, G)),
    "change_date": ("waiting intake", "same", (C, G)),
    "record_contact": ("received waiting", "intake", (C, S, G)),
    "record_milestone": ("intake active suspended", "same", (C, S, G)),
    "unable": ("transmitted received waiting", "unable", (C, G)),
    "ask_information": ("transmitted received waiting intake", "same", (C, S, G)),
    "redesignate": ("unable", "transmitted", (J, K)),
    "first_visit": ("intake", "active", (C, S, G)),
    "suspend": ("received waiting intake active", "suspended", (J, K)),
    "interrupt": ("intake active", "suspended", (C, G)),
    "report_difficulty": (LIVE, "same", (C, G)),
    "resume": ("suspended", "active", (J, K)),
    "modify": (LIVE, "same", (J, K)),
    "propose_not_started": ("received waiting intake", "same", (C, G)),
    "not_started": ("received waiting intake", "ended", (J,)),
    "propose_close": ("intake active suspended", "same", (C, G)),
    "close": ("intake active suspended unable", "ended", (J, K)),
    "decline": ("received waiting intake active suspended ended", "same",
                (J, K, C, G)),
    "propose_reopen": ("ended", "same", (J, K, C, G)),
    "reopen": ("ended", "active", (J, K, C, G)),
}  # fmt: skip
ROLES = (J, K, D, C, S, G, "national", "operator", "stranger judge", "other centre")


@pytest.fixture
def roles(demo: Demo) -> dict[str, User]:
    """One person of each role; a chief clerk who may read gets a seat below."""
    court, centre = Court.objects.get(code=COURT), Centre.objects.get(code=CENTRE)
    people = {
        J: demo.people["camille"], K: demo.people["paul"],
        C: demo.people["samira"], S: demo.people["luc"],
        "operator": demo.people["operator"], "stranger judge": demo.people["anne"],
        "other centre": demo.people["nadia"],
    }  # fmt: skip
    for key, role, place in (
        (D, Role.CHIEF_CLERK, {"court": court}),
        (G, Role.CENTRE_MANAGER, {"centre": centre}),
        ("national", Role.NATIONAL, {}),
    ):
        people[key] = members.create_user(
            email=f"{key}@demo.invalid", given_name=key, usual_name="Test"
        )
        members.add_membership(people[key], role, **place)  # type: ignore[arg-type]
    return people


def in_state(demo: Demo, chief: User, state: str) -> Measure:
    if state in ("draft", "cancelled"):
        return put(draft(demo), state)
    measure = sent(demo)
    thread = Thread.objects.get(designation__measure=measure)
    members.seat(thread, [chief.memberships.get()])
    return put(measure, state)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def outcome(event: str, measure: Measure, by: User, side: str) -> str:
    """What the act answers: the new state, or the name of its refusal."""
    with undone():
        if measure.state not in ("draft", "cancelled"):
            prepare(event, measure, by, side)
        fresh = Measure.objects.get(pk=measure.pk)
        try:
            with transaction.atomic():
                CALLS[event](fresh, by)
        except HubError as error:
            assert Measure.objects.get(pk=measure.pk).state == measure.state
            return type(error).__name__
        return Measure.objects.get(pk=measure.pk).state


def expected(event: str, state: str, role: str) -> str:
    sources, target, allowed = EXPECTED[event]
    reads = role in COURT_SIDE or (
        role in CENTRE_SIDE and state not in ("draft", "cancelled")
    )
    if role == D and state in ("draft", "cancelled"):
        reads = False  # a chief clerk has no part in what is being prepared
    if not reads:
        return "NotFound"
    if role not in allowed:
        return "Forbidden"
    if event in ("record_contact", "record_milestone"):
        return milestone(event, state)
    if state not in sources.split():
        return "Illegal"
    return state if target == "same" else target


def milestone(event: str, state: str) -> str:
    """One act records both: a contact may come late, an agreement not before one."""
    if state in ("received", "waiting"):
        return "intake" if event == "record_contact" else "InvalidInput"
    return state if state in ("intake", "active", "suspended") else "Illegal"


@pytest.mark.embedded  # each act meets PostgreSQL below, once
@pytest.mark.parametrize("state", MeasureState.values)
def test_every_act_by_every_role_is_answered_as_the_table_says(
    demo: Demo, roles: dict[str, User], state: str
) -> None:
    measure = in_state(demo, roles[D], state)
    wrong: dict[tuple[str, str], tuple[str, str]] = {}
    for event in EXPECTED:
        for role in ROLES:
            side = "centre" if role in CENTRE_SIDE else "court"
            found = outcome(event, measure, roles[role], side)
            if found != expected(event, state, role):
                wrong[event, role] = (found, expected(event, state, role))
    assert wrong == {}


def test_the_table_has_all_twenty_rows_and_no_act_is_left_out() -> None:
    numbers = {int(row.number.rstrip("abc")) for row in TABLE}
    assert numbers == set(range(1, 21))
    assert {row.event for row in TABLE} == set(Event)
    people = {row.event for row in TABLE if row.right != JOB}
    assert people == {*EXPECTED, "create"} == set(CALLS)


@pytest.mark.parametrize("role", ROLES)
def test_only_judges_and_clerks_of_the_court_create(
    demo: Demo, roles: dict[str, User], role: str
) -> None:
    measure, may = draft(demo), {J, K, "stranger judge"}  # a judge of the same court
    with undone():
        try:
            CALLS["create"](measure, roles[role])
            found = "created"
        except (NotFound, Forbidden) as error:
            found = type(error).__name__
    wanted = "created" if role in may else "Forbidden" if role == D else "NotFound"
    assert found == wanted


@pytest.mark.parametrize("event", EXPECTED)
def test_each_act_leaves_a_dated_record_and_a_line_in_the_thread(
    demo: Demo, roles: dict[str, User], event: str
) -> None:
    sources, _target, allowed = EXPECTED[event]
    measure = in_state(demo, roles[D], sources.split()[0])
    side = "centre" if allowed[0] in CENTRE_SIDE else "court"
    if measure.state not in ("draft", "cancelled"):
        prepare(event, measure, roles[allowed[0]], side)
    before = MeasureTransition.objects.count(), Message.objects.count()
    CALLS[event](measure, roles[allowed[0]])
    if event in ("edit", "discard"):
        assert Message.objects.count() == before[1]  # no thread yet
    else:
        line = Message.objects.filter(
            thread__designation__measure=measure, kind="system"
        )
        assert line.exists()
        assert Message.objects.count() > before[1]
    if event != "edit":  # a draft keeps its versions, not every save
        last = MeasureTransition.objects.filter(measure=measure).last()
        assert last is not None
        assert (last.event, last.by_id) == (event, roles[allowed[0]].pk)


@pytest.mark.parametrize("state", MeasureState.values)
def test_a_deadline_archives_only_what_has_ended(demo: Demo, state: str) -> None:
    measure = sent(demo)
    put(measure, state)
    if state == "ended":
        assert course.archive(measure).state == "archived"
        threads = Thread.objects.filter(designation__measure=measure)
        assert set(threads.values_list("state", flat=True)) == {"sealed"}
    else:
        with pytest.raises(Illegal):
            course.archive(measure)
