"""What a reply link opens: a neutral page, and nothing before a button is pressed."""

from django.http import HttpRequest, HttpResponse


def link(request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse(status=404)
