"""The hub's own key for web push, and the proof it makes with it (VAPID, RFC 8292).

Whether there is push at all is asked here. Devices are in notifications.devices.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from email.utils import parseaddr
from importlib.util import find_spec

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils import timezone

KEY_BYTES = 32  # one number on P-256, the only curve of RFC 8292
# RFC 8292 section 2 allows 24 hours; half of it bears a clock that is wrong.
VALID_FOR = timedelta(hours=12)
ADDRESS = re.compile(r"[!-~]+@[!-~]+")


def is_set() -> bool:
    """Whether this deployment has web push; without it nothing of it is shown."""
    return bool(settings.MAIL.push_key)


def new_key() -> str:
    """A new value for PUSH_KEY."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return encode(number.to_bytes(KEY_BYTES, "big"))


def read_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Raises ValueError when it is not a private key of P-256."""
    raw = decode(text)
    if len(raw) != KEY_BYTES:
        raise ValueError("not 32 bytes")
    return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())


def public_key(text: str = "") -> str:
    """What browsers and push services know of the key (PUSH_KEY if none is given)."""
    key = read_key(text or settings.MAIL.push_key).public_key()
    return encode(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def authorization(origin: str) -> str:
    """The header that proves to the push service of `origin` who is sending."""
    expires = timezone.now() + VALID_FOR
    claims: dict[str, str | int] = {
        "aud": origin,
        "exp": int(expires.timestamp()),
        "sub": _contact(),
    }
    return f"vapid t={_signed(claims)}, k={public_key()}"


def problems(text: str) -> list[str]:
    """One sentence for each reason why this PUSH_KEY stops the start."""
    found = []
    if text:
        try:
            read_key(text)
        except ValueError:
            found.append(
                "PUSH_KEY is not a key: let `manage.py push_key` make one (PUSH_KEY= "
                "must be empty while it runs)."
            )
        if not (find_spec("httpcore") and find_spec("anyio")):
            found.append(
                "PUSH_KEY asks for web push, which needs more packages: install "
                "requirements/push.txt (pip install --require-hashes "
                "-r requirements/push.txt)."
            )
    return found


def encode(raw: bytes) -> str:
    """Base64url without padding, as RFC 7515 and RFC 8292 want it."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Raises ValueError (binascii.Error too) when it is not base64url."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*={0,2}", text):
        raise ValueError("not base64url")
    text = text.rstrip("=")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signed(claims: dict[str, str | int]) -> str:
    """A JWT with ES256 (RFC 7518 section 3.4: r and s side by side, not DER)."""
    parts = ({"typ": "JWT", "alg": "ES256"}, claims)
    body = ".".join(encode(json.dumps(part).encode()) for part in parts)
    key = read_key(settings.MAIL.push_key)
    r, s = decode_dss_signature(key.sign(body.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{body}.{encode(b''.join(n.to_bytes(KEY_BYTES, 'big') for n in (r, s)))}"


def _contact() -> str:
    """Whom the push service may write to about us: MAIL_SUPPORT, else MAIL_FROM."""
    support = settings.MAIL.mail_support.strip()
    found = support if ADDRESS.fullmatch(support) else parseaddr(settings.MAIL_FROM)[1]
    return f"mailto:{found}"
