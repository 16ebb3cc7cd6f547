"""The envelope sender of one mail: an address of its own (VERP), so that whatever comes
back says which mail it is about, and nobody else can say so.

Only the address is here; what came back is read in notifications.inbound.
"""

import base64
import binascii
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from notifications import mime

_SALT = "hub.mail.return_path"
# 50 bits in base32. Each guess is a mail, and a hit says only "this one came back".
_SIGNATURE_CHARACTERS = 10
_ID_CHARACTERS = 26  # 128 bits in base32, without padding


class NotOurs(Exception):
    """The address is no return path of this hub, or somebody made it up."""


def make(row_id: UUID) -> str:
    """`retours+<id>.<signature>@domain`; the bare sender while none is set.

    Lower case, 40 characters more than the mailbox: local parts may have 64
    (RFC 5321 section 4.5.3.1.1).
    """
    mailbox = str(settings.MAIL.mail_return_address)
    if not mailbox:
        return mime.split(settings.MAIL_FROM)[1]
    local, domain = mailbox.rsplit("@", 1)
    code = base64.b32encode(row_id.bytes).decode().rstrip("=").lower()
    return f"{local}+{code}.{_signature(code)}@{domain}"


def read(address: str) -> UUID:
    """Which row a return path belongs to; upper and lower case are the same, because
    servers change it. Raises NotOurs."""
    local, _, domain = address.strip().strip("<>").lower().rpartition("@")
    own_local, _, own_domain = settings.MAIL.mail_return_address.lower().rpartition("@")
    mailbox, _, tag = local.rpartition("+")
    code, _, signature = tag.partition(".")
    if not own_local or (mailbox, domain) != (own_local, own_domain):
        raise NotOurs
    if not tag.isascii():
        raise NotOurs
    if len(code) != _ID_CHARACTERS or not constant_time_compare(
        signature, _signature(code)
    ):
        raise NotOurs
    try:
        return UUID(bytes=base64.b32decode(code.upper() + "======"))
    except (binascii.Error, ValueError):
        raise NotOurs from None


def _signature(code: str) -> str:
    digest = salted_hmac(_SALT, code, algorithm="sha256").digest()
    return base64.b32encode(digest).decode().lower()[:_SIGNATURE_CHARACTERS]
