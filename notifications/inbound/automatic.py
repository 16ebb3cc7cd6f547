"""Which mails no person wrote: out-of-office answers, lists, robots (RFC 3834).

Runs in the child. In doubt a mail is a robot's: a person who gets no polite answer
loses little, two robots that answer each other lose a night.
"""

import re

from notifications.inbound.mails import Mail, has, header

_AWAY = re.compile(
    r"^(?:(?:re|tr|fw|fwd) ?: ?)?(?:\[?(?:"
    r"réponse automatique|reponse automatique|absence du bureau|absent(?:e)? du bureau"
    r"|message d.absence|notification d.absence|absence ?:|absent(?:e)? ?:?"
    r"|out of (?:the )?office|automatic reply|auto(?:matic)?[ -]?(?:reply|response)"
    r"|autoreply|vacation|away from (?:the|my) (?:office|desk)|on leave"
    r")\b)",
)
_ANSWERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply")
# Of lists and robots; X-Auto-Response-Suppress is in every mail of ours.
_ROBOTS = (
    *("List-Id", "List-Post", "List-Help", "List-Unsubscribe", "List-Subscribe"),
    *("List-Owner", "List-Archive", "Mailing-List", "Feedback-ID", "X-Loop"),
    "X-Auto-Response-Suppress",
)
_BULK = {"bulk", "junk", "list", "auto_reply"}
_NO_PERSON = re.compile(
    r"(?:^|<)(?:mailer-daemon|postmaster|no-?reply|ne-?pas-?repondre|daemon|root)@"
)


def is_away(mail: Mail) -> bool:
    """An automatic answer to our mail, by its headers or else its subject."""
    submitted = header(mail.head, "Auto-Submitted").lower()
    if submitted.startswith(("auto-generated", "auto-notified")):
        return False
    if submitted.startswith("auto-replied"):
        return True
    if any(has(mail.head, name) for name in _ANSWERS):
        return True
    if header(mail.head, "Precedence").lower() == "auto_reply":
        return True
    return bool(_AWAY.match(header(mail.head, "Subject").lower()))


def is_automatic(mail: Mail) -> bool:
    """Anything that must not cause a mail: see RELIABILITY section 4."""
    head = mail.head
    if header(head, "Auto-Submitted").lower() not in ("", "no"):
        return True
    if any(has(head, name) for name in _ROBOTS):
        return True
    if header(head, "Precedence").lower() in _BULK:
        return True
    if head.get_content_type() == "multipart/report":  # "your mail was read"
        return True
    if header(head, "Return-Path") == "<>":
        return True
    return bool(_NO_PERSON.search(header(head, "From").lower()))
