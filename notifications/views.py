"""The development mailbox. These pages do not exist in production."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from notifications.catcher import mailbox


def mail_list(request: HttpRequest) -> HttpResponse:
    return render(request, "dev/mailbox.html", {"mails": list(mailbox.mails)})


def mail(request: HttpRequest, number: int) -> HttpResponse:
    found = next((m for m in mailbox.mails if m.number == number), None)
    if found is None:
        raise Http404
    return render(request, "dev/mail.html", {"mail": found, "links": found.links})
