"""Secrets in addresses and cookies: how they are made, checked and kept.

What a secret opens is not known here (notifications.links). The database holds
digests only: a copy of it opens nothing (RELIABILITY 6.1).
"""

import hashlib
import secrets

from django.utils.crypto import constant_time_compare, salted_hmac

VERSION = "1"
SECRET_BYTES = 32
CHECK_CHARACTERS = 10  # 40 bits: one wrong address in 10^12 costs a query


def new_token() -> str:
    """Version, 256 random bits, check: what the address of a reply link ends with.

    The check is keyed, so that nobody else can make an address that costs a query; it
    proves nothing more. With another SECRET_KEY every older address is refused.
    """
    secret = VERSION + secrets.token_urlsafe(SECRET_BYTES)
    return secret + _check(secret)


def is_well_formed(token: str) -> bool:
    """Whether it could be one of ours; without a query."""
    if not token.isascii() or not token.startswith(VERSION):
        return False
    secret, check = token[:-CHECK_CHARACTERS], token[-CHECK_CHARACTERS:]
    return constant_time_compare(_check(secret), check)


def new_secret() -> str:
    """256 random bits for a cookie."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """How a secret of 256 bits is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_code() -> str:
    return f"{secrets.randbelow(10**6):06}"


def code_digest(link: int, code: str) -> str:
    """Keyed: six digits could be found from a plain digest by trying all."""
    salt = "notifications.links.code"
    return salted_hmac(salt, f"{link}:{code}", algorithm="sha256").hexdigest()


def _check(secret: str) -> str:
    keyed = salted_hmac("notifications.links.check", secret, algorithm="sha256")
    return keyed.hexdigest()[:CHECK_CHARACTERS]
