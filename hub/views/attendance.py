"""Counting the meetings of a period, and sending them as a certificate."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from hub import permissions
from hub.actions.attendance import COUNTED_IN, record_attendance
from hub.errors import Illegal, InvalidInput
from hub.forms.organisations import AttendanceForm
from hub.queries.measures import attendance_of
from hub.views.requests import person


def attendance(request: HttpRequest, reference: str) -> HttpResponse:
    user = person(request)
    measure = permissions.measure_for(user, reference, "measure.follow")
    errors: Mapping[str, str] = {}
    status = 200
    if request.method == "POST":
        form = AttendanceForm(request.POST)
        try:
            counts = form.counts()
            send = form.cleaned_data["send"]
            record_attendance(measure, counts, by=user, send=send)
        except InvalidInput as wrong:
            errors, status = wrong.fields, 400
        except Illegal as refusal:
            errors, status = {"first_day": refusal.detail}, 409
        else:
            where = reverse("hub:attendance", args=[measure.reference])
            return HttpResponseRedirect(where, status=303)
    context = {
        "measure": measure,
        "summaries": attendance_of(measure),
        "counted": measure.state in COUNTED_IN,
        "errors": errors,
        "typed": request.POST,
    }
    return render(request, "measures/attendance.html", context, status=status)
