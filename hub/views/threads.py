"""One thread, and the three things done in it without JavaScript."""

import json
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from hub import permissions, text, timeline, wording
from hub.actions import kept_drafts, turns
from hub.actions.messages import acknowledge, mark_read, post_messages
from hub.calendar import today_in
from hub.errors import Forbidden
from hub.forms.pages import MessageForm
from hub.jinja import kind_name
from hub.models import Message, MessageKind, Participant, Role
from hub.posting import Refused
from hub.queries import history as stretches
from hub.queries import threads as queries
from hub.queries.acts import possible
from hub.queries.addresses import records_of
from hub.queries.answers import offered_in
from hub.queries.attachments import waiting_in
from hub.queries.escalation import chain_of
from hub.queries.measures import hides_an_address, terms_known_to
from hub.queries.people import answering_in, presence_of
from hub.views import arriving
from hub.views.acts import buttons
from hub.views.answers import chosen_answer
from hub.views.correcting import correction_asked
from hub.views.kept_drafts import begun
from hub.views.order_documents import document_context
from hub.views.requests import person, refusal_status, whole_number
from hub.wire import shown_files, wire_file

# What a script fills; a WireFile.
BLANK_FILE = {"id": "", "name": "", "size": 0, "state": "pending", "position": 0}


def thread(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    if request.method == "POST":
        return _post(request, thread_id)
    seat = permissions.seat_in_thread(person(request), thread_id, "thread.read")
    if "extrait" in request.GET:
        return render(request, "threads/stretch.html", _part(request, seat))
    begins = correction_asked(request, seat) or chosen_answer(request, seat)
    return _page(request, seat, begins)


def read(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    mark_read(person(request), thread_id, whole_number(request.POST.get("seq")))
    return _back(thread_id, "nouveaux")


def acknowledge_message(
    request: HttpRequest, thread_id: UUID, seq: int
) -> HttpResponse:
    acknowledge(person(request), thread_id, seq)
    return _back(thread_id, f"m-{seq}")


def expect_no_answer(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Nobody has to answer the last message: the person's side says so."""
    seat = permissions.seat_in_thread(person(request), thread_id, "thread.write")
    turns.expect_no_answer(seat, whole_number(request.POST.get("seq")))
    return _back(thread_id, "fin")


def _post(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    user = person(request)
    seat = permissions.seat_in_thread(user, thread_id, "thread.write")
    form = MessageForm(request.POST)
    form.is_valid()  # its fields are optional: the action judges the draft
    typed = form.draft(thread_id, user.pk)
    arrived = arriving.receive_all(request, seat.thread, typed.id)
    draft = replace(typed, attachments=arrived.ids)
    context = {"id": draft.id, "typed": draft, "not_received": arrived.problems}
    if withdrawn := request.POST.get("withdraw"):
        arriving.take_back(user, withdrawn)
        return _page(request, seat, context)
    if arrived.problems:
        return _page(request, seat, context, status=arrived.status)
    [outcome] = post_messages([draft])
    if not isinstance(outcome, Refused):
        kept_drafts.forget(user, thread_id, draft.id)
        return _back(thread_id, "fin")
    if outcome.code == "forbidden":
        raise Forbidden("thread.write")
    context = {"id": draft.id, "typed": draft, "refused": outcome}
    return _page(request, seat, context, status=refusal_status(outcome.code))


def _page(
    request: HttpRequest,
    seat: Participant,
    composer: dict[str, object],
    status: int = 200,
) -> HttpResponse:
    part = _part(request, seat)
    people = part["people"]
    role = seat.membership.role
    measure = seat.thread.designation.measure
    current = seat.thread.designation.is_current
    today = today_in(measure.court.departement_id)
    terms = measure.terms if current else terms_known_to(seat.thread.designation)
    blank = Message(thread=seat.thread, seq=0, at=timezone.now())
    blank.files = []
    context = {
        **part,
        "current": current,
        **(document_context(request, measure) if current else {}),
        "acts": buttons(possible(person(request), measure), measure) if current else {},
        "terms": wording.describe(terms) if terms else [],
        "ages": wording.ages(list(measure.children.all()), today),
        "measure": measure,
        "centre": seat.thread.designation.centre,
        "known": records_of(p.user.email for p in people),
        **presence_of(p.user_id for p in people)._asdict(),
        "charge": answering_in(seat.thread.designation),
        "chain": chain_of(seat.thread),
        "may_note": role in permissions.roles_with("note.write"),
        "answers": offered_in(seat) if part["may_write"] else [],
        "words_answers": role in permissions.roles_with("answers.write"),
        "loose_files": waiting_in(seat.thread, seat.user),
        "conceals": hides_an_address(measure) if part["may_write"] else False,
        "may_mark": role in permissions.roles_with("message.mark_for_case_file"),
        "composer": {**begun(seat), **composer},
        "longest_message": text.MAX_BODY,
        # What live frames are poured into: the same partial, without content.
        "blank": timeline.blank_line(blank),
        "blank_note": timeline.BLANK_NOTE,
        "blank_file": BLANK_FILE,
        "receipt_words": timeline.receipt_words(),
        "role_names": json.dumps(dict(Role.choices), default=str),
        "kind_names": json.dumps({kind: kind_name(kind) for kind in MessageKind}),
    }
    return render(request, "threads/thread.html", context, status=status)


def _part(request: HttpRequest, seat: Participant) -> dict[str, Any]:
    """The messages to show and what their partials take.

    `older`: they are not the newest ones. `follows`: nothing unread lies before them,
    so they may be marked as read. `first_unread`: the page that ends before this
    number begins with what is unread.
    """
    people = queries.people_in(seat.thread)
    history = stretches.with_receipts(_stretch(request, seat), people)
    messages, read = history.messages, seat.read_seq
    return {
        "seat": seat,
        "thread": seat.thread,
        "people": people,
        "history": history,
        "lines": timeline.lines(history, seat),
        "older": not messages or messages[-1].seq < history.head,
        "follows": bool(messages) and messages[0].seq <= read + 1,
        "first_unread": read + 1 + stretches.PAGE,
        "page_size": stretches.PAGE,
        "may_write": seat.membership.role in permissions.roles_with("thread.write"),
        "answers_difficulties": seat.membership.role
        in permissions.roles_with("difficulty.answer"),
        "shown_files": partial(shown_files, reader=seat.user_id),
        "wire_file": wire_file,
    }


def _stretch(request: HttpRequest, seat: Participant) -> stretches.History:
    """What the address asks for: before a message, around one, or where to begin."""
    head = seat.thread.last_seq
    if before := whole_number(request.GET.get("avant")):
        return stretches.history(seat.thread_id, head, before=before)
    if middle := whole_number(request.GET.get("autour")):
        return stretches.around(seat.thread_id, head, middle)
    return stretches.opening(seat.thread_id, head, seat.read_seq)


def _back(thread_id: UUID, anchor: str) -> HttpResponseRedirect:
    where = reverse("hub:thread", args=[thread_id])
    return HttpResponseRedirect(f"{where}#{anchor}", status=303)
