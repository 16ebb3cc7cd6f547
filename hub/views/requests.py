"""Small readings of a request that several views share."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from hub.models import User

# PROTOCOL section 1's refusal codes as HTTP; what is not listed is a 400.
STATUS = {
    "forbidden": 403,
    "closed": 409,
    "conflict": 409,
    "attachment_not_ready": 409,
    "rate_limited": 429,
    "unavailable": 503,
}
LARGEST = 2**31 - 1  # what every database column here can hold


def person(request: HttpRequest) -> User:
    """The signed-in person; PermissionMiddleware has made sure there is one."""
    assert isinstance(request.user, User)
    return request.user


def refusal_status(code: str) -> int:
    return STATUS.get(code, 400)


def whole_number(value: str | None) -> int:
    """A number from an address or a form; 0 for anything that is not one."""
    if value and value.isascii() and value.isdigit() and len(value) < 12:
        return min(int(value), LARGEST)
    return 0


def way_back(request: HttpRequest) -> str:
    """The page of the hub from which a form came and wants to return; empty if none."""
    back = request.POST.get("retour") or request.GET.get("retour", "")
    return back if is_ours(request, back) else ""


def is_ours(request: HttpRequest, address: str) -> bool:
    """Only a path on this host: an address in a form must not lead away.

    Browsers drop tabs and line feeds: "/<tab>/elsewhere" is another host.
    """
    return address.startswith("/") and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
