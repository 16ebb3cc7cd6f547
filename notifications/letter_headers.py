"""The headers of a notification's mail: from whom, in which conversation, and what
machines are told. How they are written so that none can be broken: notifications.mime.
"""

from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from notifications import return_path, unsubscribing
from notifications.kinds import Kind
from notifications.letter_facts import Known
from notifications.mime import Header, mailbox, plain, split

# No I, L, O and U: people read it out on the telephone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_CHARACTERS = 8
_REST_BITS = 128 - 5 * _REFERENCE_CHARACTERS  # of an id, which no reference says


def headers(known: Known, subject: str, now: datetime) -> list[Header]:
    """In the order in which people read them. Raises mime.Unsafe."""
    host = _host(settings.BASE_URL)
    lines: list[Header] = [
        ("From", _sender(settings.MAIL_FROM)),
        ("To", mailbox(known.name, known.email)),
        ("Subject", plain(subject)),
        ("Date", (_date(now.replace(microsecond=0)),)),
        ("Message-ID", (f"<n.{known.row.hex}@{host}>",)),
    ]
    if known.thread:
        root = f"<t.{_root(known.thread, known.recipient)}@{host}>"
        lines += [("In-Reply-To", (root,)), ("References", (root,))]
    if settings.MAIL.mail_return_address:
        # Who answers all the same is told where to answer (notifications.inbound).
        lines.append(("Reply-To", (return_path.make(known.row),)))
    lines += [
        # RFC 3834: no out-of-office may answer. The second is what Exchange obeys.
        ("Auto-Submitted", ("auto-generated",)),
        ("X-Auto-Response-Suppress", ("All",)),
        ("Content-Language", (known.language,)),
    ]
    if known.kind == Kind.DIGEST and known.user:
        lines += _unsubscribe(known.user)
    return lines


def reference(row: UUID) -> str:
    """Like "8F3K-2V7Q", to name a mail on the telephone: the id's first 40 bits."""
    number = int.from_bytes(row.bytes[:5])
    letters = [
        _ALPHABET[(number >> shift) & 31]
        for shift in range(5 * (_REFERENCE_CHARACTERS - 1), -1, -5)
    ]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def ids_of(shown: str) -> tuple[UUID, UUID]:
    """The first and last id of rows whose mails have this reference.

    Raises ValueError for what is no reference.
    """
    letters = shown.upper().replace("-", "").replace(" ", "")
    if len(letters) != _REFERENCE_CHARACTERS:
        raise ValueError("not of this length")
    number = 0
    for letter in letters:
        number = number * 32 + _ALPHABET.index(letter)
    first = number << _REST_BITS
    return UUID(int=first), UUID(int=first + (1 << _REST_BITS) - 1)


def _unsubscribe(user: UUID) -> list[Header]:
    """Summaries only: what must not be missed has nothing to unsubscribe from.

    https alone: a mailto would need a mailbox that acts on what arrives.
    """
    address = settings.BASE_URL + unsubscribing.path(user)
    return [
        ("List-Unsubscribe", (f"<{address}>",)),
        ("List-Unsubscribe-Post", ("List-Unsubscribe=One-Click",)),  # RFC 8058
    ]


def _root(thread: UUID, recipient: str) -> str:
    """The same for all mails to one person about one thread; tells of neither."""
    salt = "hub.mail.conversation"
    keyed = salted_hmac(salt, f"{thread}/{recipient}", algorithm="sha256")
    return keyed.hexdigest()[:32]


@lru_cache(maxsize=4)
def _sender(text: str) -> tuple[str, ...]:
    return mailbox(*split(text))


@lru_cache(maxsize=4)
def _host(url: str) -> str:
    return urlsplit(url).hostname or "localhost"


@lru_cache(maxsize=16)
def _date(at: datetime) -> str:
    return format_datetime(at)


def envelope_sender(row: UUID, kind: str) -> str:
    """Empty for an answer to an answer, so that no robot answers it (RFC 3834)."""
    return "" if kind == Kind.USE_THE_LINK else return_path.make(row)
