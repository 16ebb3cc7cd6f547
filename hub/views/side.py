"""What one side keeps to itself in a thread: who answers for it, and its notes."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from hub import permissions
from hub.actions.assignments import release_charge, take_charge
from hub.actions.notes import write_note
from hub.errors import Illegal, InvalidInput, TakenCharge
from hub.queries.notes import notes_of
from hub.views.requests import person


def charge(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """take, over (in place of a colleague) or release; taking is what is meant else."""
    user, wanted = person(request), request.POST.get("charge", "")
    try:
        if wanted == "release":
            release_charge(user, thread_id)
        else:
            take_charge(user, thread_id, over=wanted == "over")
    except Illegal as refusal:
        seat = permissions.seat_in_thread(user, thread_id, "thread.write")
        context = {
            "measure": seat.thread.designation.measure,
            "thread": seat.thread,
            "detail": refusal.detail,
            "colleague": refusal.name if isinstance(refusal, TakenCharge) else "",
        }
        return render(request, "threads/charge.html", context, status=409)
    where = reverse("hub:thread", args=[thread_id])
    return HttpResponseRedirect(f"{where}#c-charge", status=303)


def notes(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    user = person(request)
    seat = permissions.seat_in_thread(user, thread_id, "note.write")
    error = ""
    if request.method == "POST":
        try:
            write_note(user, thread_id, request.POST.get("body", ""))
        except InvalidInput as wrong:
            error = wrong.fields["body"]
        else:
            where = reverse("hub:thread-notes", args=[thread_id])
            return HttpResponseRedirect(f"{where}#fin", status=303)
    context = {
        "seat": seat,
        "thread": seat.thread,
        "measure": seat.thread.designation.measure,
        "notes": notes_of(seat, request.GET.get("page")),
        "error": error,
        "typed": request.POST.get("body", "") if error else "",
    }
    return render(request, "threads/notes.html", context, status=400 if error else 200)
