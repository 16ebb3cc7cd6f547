"""The process that reads one mail: bytes in, one line of JSON out, the end.

Nothing of what somebody wrote leaves it: a kind, a status, a day, and the one address
of From, which is compared and thrown away. Started by sandbox.py.
"""

import json
import resource
import sys
from datetime import date
from pathlib import Path

# `-I` keeps the working folder and the environment out of the search path.
sys.path.append(str(Path(__file__).resolve().parent.parent.parent))

from hub.files.confine import confine
from notifications.inbound import absence_dates, automatic, bounces, limits, mails

Answer = dict[str, str]


def read(raw: bytes, today: date) -> Answer:
    """`kind` (of InboundKind), and `outcome`, `until`, `sender` where there are any."""
    try:
        mail = mails.take_apart(raw)
        return {**_judge(mail, today), "sender": mails.sender(mail)}
    except mails.TooMuch as error:
        return {"kind": "other", "outcome": f"too many {error}"}
    except (MemoryError, RecursionError) as error:
        return {"kind": "other", "outcome": type(error).__name__}
    except Exception as error:  # the top: parsers raise anything at hostile mail
        return {"kind": "other", "outcome": f"broken {type(error).__name__}"[:30]}


def _judge(mail: mails.Mail, today: date) -> Answer:
    status = bounces.status_of(mail)
    if status is not None:
        return {"kind": "bounce", "outcome": status}
    if automatic.is_away(mail):
        words = f"{mails.header(mail.head, 'Subject')}\n{mails.first_text(mail)}"
        until = absence_dates.last_day(words, today)
        return {"kind": "auto_reply", "until": until.isoformat() if until else ""}
    if automatic.is_automatic(mail):
        return {"kind": "other", "outcome": "automatic"}
    return {"kind": "reply"}


def main(today: date) -> None:
    # Before the walls, which keep limits that are already lower.
    _limit(resource.RLIMIT_CPU, limits.CHILD_CPU_SECONDS)
    _limit(resource.RLIMIT_AS, limits.CHILD_MEMORY_BYTES)
    _limit(resource.RLIMIT_FSIZE, limits.CHILD_OUTPUT_BYTES)
    confine()
    answer = read(sys.stdin.buffer.read(limits.MAX_MAIL_BYTES + 1), today)
    sys.stdout.write(json.dumps(answer) + "\n")


def _limit(kind: int, most: int) -> None:
    resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    main(date.fromisoformat(sys.argv[1]))
