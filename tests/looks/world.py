"""What the pages show while they are looked at: something of everything.

Runs inside the served hub's data (`manage.py shell`) and prints addresses as JSON.
States are set as rows, by the fixtures of the tests; only what is seen must be true.
"""

import json
from datetime import timedelta
from uuid import uuid4

from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone, translation

from hub.actions import absences, answers, availability, closures, drafts, notes
from hub.actions.messages import post_messages
from hub.actions.sign_in import make_login_link
from hub.calendar import today_in
from hub.demo import CAST, CENTRE, COURT, OTHER_CENTRE, Demo
from hub.demo_files import demo_decision
from hub.models import (
    Attachment,
    AttachmentPurpose,
    AttachmentState,
    Centre,
    Court,
    Measure,
    Membership,
    Side,
    Thread,
    User,
)
from hub.posting import Draft, Posted
from hub.views import errors
from notifications import links, unsubscribing
from notifications.kinds import SUBJECTS, Kind
from notifications.models import Notification, Reason, State
from tests.clients.server import ROOT
from tests.hub import lifecycle

ANNE = "anne.leroy@justice.demo.invalid"
STATES = ("received", "waiting", "active", "suspended", "unable", "ended")
LONG = (
    "Anticonstitutionnellement" * 6
    + "\nhttps://www.exemple.invalid/"
    + "un-chemin-tres-long/" * 9
    + "\n\nDeux lignes plus bas, une phrase ordinaire qui finit le message."
)


def make() -> None:
    """Prints one line of JSON: what the paths of views.py name in braces."""
    demo = small_demo()
    measures = {state: _in_state(demo, state) for state in STATES}
    places = {f"measure_{state}": m.reference for state, m in measures.items()}
    places |= _drafts(demo) | _thread(demo) | _around(demo, measures["active"])
    places |= {
        f"failure_{status}": _failure(status) for status in (*FAILURES, *OF_THE_PROXY)
    }
    print("PLACES " + json.dumps(places))


def small_demo() -> Demo:
    """The cast and threads that `manage.py demo` made."""
    people = {one.key: User.objects.get(email=one.email) for one in CAST}
    return Demo(people, list(Thread.objects.order_by("-last_seq")))


def _in_state(demo: Demo, state: str) -> Measure:
    measure = lifecycle.put(lifecycle.sent(demo), state)
    if state == "ended":
        lifecycle.propose(measure, "reopen", demo.people["samira"], "centre")
    return measure


def _drafts(demo: Demo) -> dict[str, str]:
    camille, paul = demo.people["camille"], demo.people["paul"]
    court = Court.objects.get(code=COURT)
    empty = drafts.create_draft(court=court, by=paul, judge=camille)
    return {"draft": lifecycle.draft(demo).reference, "draft_empty": empty.reference}


def _thread(demo: Demo) -> dict[str, str]:
    """Long words, every state of a file, urgency, something to acknowledge."""
    thread, paul, samira = demo.threads[0], demo.people["paul"], demo.people["samira"]
    said = [
        Draft(thread.pk, paul.pk, uuid4(), LONG),
        Draft(thread.pk, paul.pk, uuid4(), "Voici la décision.", urgent="Audience"),
        Draft(thread.pk, samira.pk, uuid4(), "Merci.", needs_ack=True),
    ]
    outcomes = post_messages(said)
    assert all(isinstance(one, Posted) for one in outcomes)
    [original, *_rest] = _files(thread, outcomes[1].message.pk, paul)  # type: ignore[union-attr]
    return {"thread": str(thread.pk), "attachment": str(original.pk),
            "measure": thread.designation.measure.reference}  # fmt: skip


def _files(thread: Thread, message: object, by: User) -> list[Attachment]:
    measure = thread.designation.measure
    ready = demo_decision(measure, by)
    told = {"purpose": AttachmentPurpose.MESSAGE, "thread": thread, "message": message}
    Attachment.objects.filter(pk=ready.pk).update(**told)
    made = [ready]
    for position, (name, state, reason) in enumerate(
        (
            ("attestation-de-presence-" * 6 + ".pdf", AttachmentState.INSPECTING, ""),
            ("photo.jpg", AttachmentState.REFUSED, "infected"),
        ),
        start=1,
    ):
        made.append(
            Attachment.objects.create(
                measure=measure,
                thread=thread,
                message_id=message,
                sent_by=by,
                position=position,
                side=Side.COURT,
                name=name,
                size=217_088,
                sha256="0" * 64,
                state=state,
                reason=reason,
                look_at=None,
            )
        )
    return made


def _around(demo: Demo, measure: Measure) -> dict[str, str]:
    """Requests, closures, absences, notes, mail that failed, links of mails."""
    people, today = demo.people, today_in()
    asked = availability.ask(
        by=people["camille"], court=Court.objects.get(code=COURT),
        centres=list(Centre.objects.filter(code__in=(CENTRE, OTHER_CENTRE))),
        visit_kind="visit_on_site", children_count=2, age_bands=["3_5"],
        visits_per_month=2, needs=["transport"],
    )  # fmt: skip
    centre = Centre.objects.get(code=CENTRE)
    closures.announce_closure(
        centre, first_day=today + timedelta(days=20), reason="Congés",
        last_day=today + timedelta(days=30), by=people["samira"],
    )  # fmt: skip
    absences.enter_absence(
        people["paul"], first_day=today + timedelta(days=9),
        last_day=today + timedelta(days=12), by=people["paul"],
    )  # fmt: skip
    notes.write_note(people["samira"], demo.threads[0].pk, "Rappeler lundi.")
    _failed(people["samira"], demo.threads[0])
    words = answers.Words("Accuser réception", "Bonjour,\n\nBien reçu.")
    answer = answers.create_answer(COURT, words, by=people["camille"])
    place = Membership.objects.get(user=people["luc"])
    return {
        "request": str(asked.pk),
        "answer": str(answer.pk),
        "place": str(place.pk),
        "link": links.issue([_owed(people["samira"], demo.threads[0])]).popitem()[1],
        "link_known": links.issue([_owed(people["luc"], demo.threads[0])]).popitem()[1],
        "sign_in": reverse("hub:sign-in-link", args=[make_login_link(ANNE)]),
        "unsubscribe": unsubscribing.path(people["samira"].pk),
    }


def _owed(user: User, thread: Thread) -> Notification:
    row = Notification(
        user=user, thread=thread, kind=Kind.MESSAGES, window=f"looks{uuid4().hex}",
        subject=SUBJECTS[Kind.MESSAGES], first_seq=thread.last_seq,
        due_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    row.key = str(row.pk)
    row.save()
    return row


def _failed(user: User, thread: Thread) -> None:
    row = _owed(user, thread)
    row.state, row.reason, row.ended_at = State.DEAD, Reason.REFUSED, timezone.now()
    row.attempts, row.last_answer = 3, "550 5.1.1"
    row.save()


def _failure(status: int) -> str:
    """The page of a failure that cannot be made to happen from outside."""
    if status in OF_THE_PROXY:
        return (ROOT / "deploy" / "pages" / f"{status}.html").read_text()
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with translation.override("fr"):
        return FAILURES[status](request).content.decode()


OF_THE_PROXY = (429, 502)
FAILURES = {
    400: errors.bad_request,
    403: errors.csrf_failure,
    405: lambda request: errors.not_allowed(request, ["POST"]),
    413: errors.too_large,
    500: errors.server_error,
    503: lambda request: errors.unavailable(request, RuntimeError()),
}
