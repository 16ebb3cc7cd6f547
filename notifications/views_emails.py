"""Every mail with demonstration data, to look at. Not in production."""

from email import message_from_bytes

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from hub.zones import MAINLAND
from notifications import letter_samples, letters
from notifications.letter_facts import LANGUAGES, Policy

POLICIES: tuple[Policy, ...] = ("none", "meta", "full")
TYPES = {"txt": "text/plain", "html": "text/html"}
# Of a mail, as mail programs show it: no script, nothing from elsewhere. Its style is
# inline, for the same programs.
OF_MAILS = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [NONE],
    "form-action": [NONE],
}


def samples(request: HttpRequest) -> HttpResponse:
    context = {
        "names": letter_samples.names(),
        "languages": LANGUAGES,
        "policies": POLICIES,
    }
    return render(request, "dev/emails.html", context)


@csp(OF_MAILS)  # type: ignore[arg-type]
def sample(
    request: HttpRequest, name: str, language: str, policy: str, part: str
) -> HttpResponse:
    """One body of one mail, parsed from what would be sent."""
    if language not in LANGUAGES or policy not in POLICIES or part not in TYPES:
        raise Http404
    now = timezone.now().astimezone(MAINLAND)
    try:
        known = letter_samples.sample(name, language, policy, now, settings.BASE_URL)
    except KeyError:
        raise Http404 from None
    with translation.override(language):
        mail = message_from_bytes(letters.compose(known, now))
    for body in mail.walk():
        if body.get_content_type() == TYPES[part]:
            content = body.get_payload(decode=True)
    return HttpResponse(content, content_type=f"{TYPES[part]}; charset=utf-8")
