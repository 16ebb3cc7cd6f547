"""Web push as a second way for what is owed at once: its rows, and their parcels.

A push never says anything, so no letter is written for it. The wire is in
transports/webpush.py.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from notifications import devices, push_key
from notifications.kinds import Kind, Subject
from notifications.models import Notification, PushDevice, State, Transport, key_of
from notifications.push_key import encode
from notifications.transports.base import Carrier, Parcel

TOPIC_BYTES = 24  # 32 characters of base64url, the most that RFC 8030 section 5.4 takes


def add_push(rows: Sequence[Notification]) -> list[Notification]:
    """One more row for each device of whoever is mailed at once; not stored yet.

    Summaries and what is about the account itself stay with the mail. One query, none
    without PUSH_KEY.
    """
    mailed = [row for row in rows if _rings(row)]
    if not mailed or not push_key.is_set():
        return []
    live = defaultdict(list)
    for device in _live().filter(user__in={row.user_id for row in mailed}):
        live[device.user_id].append(device.pk)
    return [
        _beside(row, device)
        for row in mailed
        if row.user_id
        for device in live[row.user_id]
    ]


def write(rows: Sequence[Notification]) -> dict[UUID, Parcel]:
    """A parcel for each row whose device is still there and still that person's.

    A row without one is void (Reason.GONE). One query.
    """
    ids = {row.facts.get("device") for row in rows}
    found = {device.pk: device for device in _live().filter(pk__in=ids - {None})}
    parcels = {}
    for row in rows:
        device = found.get(row.facts.get("device"))
        if device and device.user_id == row.user_id:
            parcels[row.pk] = Parcel(
                device.endpoint,
                topic=_topic(row),
                is_urgent=row.subject == Subject.URGENT,
            )
    return parcels


def carrier() -> Carrier | None:
    """What carries them, or None without PUSH_KEY. To be made once per event loop."""
    if not push_key.is_set():
        return None
    # Here and not above: without the extra `push` the module cannot be imported.
    from notifications.transports.webpush import WebPush

    return WebPush(devices.forget)


def _rings(row: Notification) -> bool:
    return (
        row.transport == Transport.EMAIL
        and row.state == State.WAITING
        and row.user_id is not None
        and row.kind != Kind.DIGEST
        and row.subject != Subject.ACCOUNT
    )


def _live() -> QuerySet[PushDevice]:
    return PushDevice.objects.filter(gone_at=None, user__is_active=True)


def _beside(row: Notification, device: int) -> Notification:
    return Notification(
        transport=Transport.PUSH,
        user_id=row.user_id,
        thread_id=row.thread_id,
        kind=row.kind,
        subject=row.subject,
        window=row.window,
        key=key_of(Transport.PUSH, device, row.thread_id, row.window),
        first_seq=row.first_seq,
        last_seq=row.last_seq,
        facts={**row.facts, "device": device},
        due_at=row.due_at,
        created_at=row.created_at,
    )


def _topic(row: Notification) -> str:
    """Says nothing, and is another one on each device: nobody can put two people of
    one thread together."""
    about = f"{row.facts['device']}/{row.thread_id or row.kind}"
    mac = salted_hmac("notifications.push", about, algorithm="sha256").digest()
    return encode(mac[:TOPIC_BYTES])
