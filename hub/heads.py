"""How far a thread has come, and what one more message makes of it. Pure.

Whose turn it is follows on the page by the same rule, from live frames
(realtime/static/realtime/js/turn.js). What a measure waits for besides: hub.states.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.models import ORDINARY, SYSTEM, Message, MessageKind, Side

# Facts and notices that expect no answer: whose turn it is stays as it was.
ASKS_NOTHING = (SYSTEM, MessageKind.ATTENDANCE, MessageKind.CLOSURE_NOTICE)
# A measure that was sent waits for a receipt, which is an act and no acknowledgement.
PRESSES = (MessageKind.TRANSMISSION,)


@dataclass(frozen=True)
class Head:
    """How far a thread has come. `awaits` is the side whose turn it is.

    `look_at`: when the messenger has to see who did not read (decision 0016). `spoke`:
    the side of the last message, if it is an ordinary one.
    """

    last_seq: int
    hash: str
    is_open: bool
    awaits: str
    look_at: datetime | None = None
    spoke: str = ""


def next_head(
    head: Head, message: Message, now: datetime, unread_delay: timedelta
) -> Head:
    """`unread_delay`: how long a message may stay unread that does not press."""
    presses = message.urgent or message.needs_ack or message.kind in PRESSES
    look_at = now if presses else now + unread_delay
    look_at = min(head.look_at or look_at, look_at)
    awaits = turn_after(message, head)
    spoke = message.author_side if message.kind == ORDINARY else ""
    return Head(message.seq, message.hash, True, awaits, look_at, spoke)


def turn_after(message: Message, head: Head) -> str:
    """The side whose answer is expected now; empty: nobody's.

    An answer settles what was asked, and going on with it asks nothing. A question mark
    asks. Whoever writes unasked is answered: a lost question is worse than one answer
    too many.
    """
    if message.kind in ASKS_NOTHING or not message.author_side:
        return head.awaits
    side = Side(message.author_side)
    if message.kind != ORDINARY or message.needs_ack or message.urgent:
        return side.other
    if message.corrects is not None or not message.body:
        return head.awaits
    is_answer = head.awaits == side or (not head.awaits and head.spoke == side)
    return "" if is_answer and "?" not in message.body else side.other
