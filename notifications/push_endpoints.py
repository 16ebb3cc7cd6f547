"""Which addresses a push may be sent to. A browser tells them, so nobody vouches.

The hub would otherwise knock, for whoever is signed in, at doors of its own network
(server-side request forgery). The text is judged here when it is stored and again
before each push; what a name resolves to is judged at each connection.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST = 500  # PushDevice.endpoint; those of the known services are under 300
HTTPS = 443
PRINTABLE = re.compile(r"[!-\[\]-~]+")  # ASCII, no space, no backslash
# At least two labels; the last begins with a letter, so no way to write an IP fits.
NAME = re.compile(
    r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address inside


class WrongEndpoint(Exception):
    """The hub sends nothing there. Says no address: it can be logged."""


@dataclass(frozen=True)
class Endpoint:
    """The parts of an accepted address: whoever connects does not read it again."""

    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        """As RFC 6454 writes it: without the usual port."""
        port = "" if self.port == HTTPS else f":{self.port}"
        return f"https://{self.host}{port}"


def read(text: str, *, anywhere: bool = False) -> Endpoint:
    """Raises WrongEndpoint. `anywhere`: a test's own service, on any host and port."""
    if len(text) > LONGEST or not PRINTABLE.fullmatch(text):
        raise WrongEndpoint("length or characters")
    try:
        parts = urlsplit(text)
        port = parts.port or HTTPS
    except ValueError:
        raise WrongEndpoint("not an address") from None
    host = parts.hostname or ""
    if parts.scheme != "https" or "@" in parts.netloc or not host:
        raise WrongEndpoint("not a plain https address")
    if not anywhere and not (NAME.fullmatch(host) and port == HTTPS):
        raise WrongEndpoint("not the name of a public host")
    query = f"?{parts.query}" if parts.query else ""
    return Endpoint(host, port, (parts.path or "/") + query)


def is_public(address: str) -> bool:
    """Whether this IP address is one of the Internet, also when packed in another."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # with a zone ("fe80::1%eth0"), hence link-local
        return False
    if isinstance(found, ipaddress.IPv6Address):
        packed = found.ipv4_mapped or found.sixtofour
        if found in NAT64:
            packed = ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
        if packed:
            return is_public(str(packed))
        if found.teredo:
            return False
    return found.is_global and not found.is_multicast
