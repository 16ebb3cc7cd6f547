"""What a bounce says of the address: a status of RFC 3463, or nothing certain.

RFC 3464 reports first, then the texts of servers that write none. Runs in the child;
what follows from a status is decided in acting.py.
"""

import re

from notifications.inbound.mails import Mail, Part, header, text_of

# The address itself is the trouble: it does not exist, or is closed. All other 5.x.x
# (full, too big, no route, policy, spam) say nothing about it and may pass.
HARD = frozenset(
    ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1")
)
UNKNOWN_ADDRESS = "5.1.1"
UNCLEAR = "5.0.0"  # RFC 3463: "other undefined status"

_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])(?:550|551|553|554)(?![\d.])")
_NOBODY = re.compile(
    r"(?:user|recipient|address|mailbox|account|alias)[\w ,:'-]{0,40}"
    r"(?:unknown|not found|does ?n.t exist|does not exist|disabled|invalid|not exist)"
    r"|(?:no such|unknown|invalid) (?:user|recipient|mailbox|address|account|person)"
    r"|(?:no mailbox here by that name|unrouteable address|recipientnotfound)"
    r"|(?:utilisateur|destinataire|adresse|boîte)[\w ,:'’éà-]{0,40}"
    r"(?:inconnue?|introuvable|n.existe pas|invalide|désactivée?)"
)
# "550 5.4.1 Recipient address rejected: Access denied" is how Exchange Online says it.
_EXCHANGE = re.compile(r"5\.4\.1\b.{0,20}recipient address rejected", re.DOTALL)
_SUBJECTS = re.compile(
    r"undeliver|delivery (?:status|failure|has failed)|mail delivery|failure notice"
    r"|returned mail|delivery.{0,20}(?:delay|fail)|non remis|non délivr|non distribu"
    r"|échec de (?:la )?(?:remise|distribution|livraison)|notification d.état de remise"
)
_ROBOTS = re.compile(r"^(?:mailer-daemon|postmaster|microsoftexchange\w*)@|<>")


def status_of(mail: Mail) -> str | None:
    """None: this is no bounce. Empty: it is, and nothing failed for good or at all."""
    if _type(mail.head) == "multipart/report":
        reports = [p for p in _within(mail.head) if _type(p) in _REPORTS]
        if reports:
            return _worst([s for report in reports for s in _failed(report)])
        kind = str(mail.head.get_param("report-type", "delivery-status")).lower()
        return _from_text(mail) if kind == "delivery-status" else None
    return _from_text(mail) if _looks_like_one(mail) else None


def _within(part: Part) -> list[Part]:
    inner = part.get_payload()
    return [one for one in inner if not isinstance(one, str)] if inner else []


def _failed(report: Part) -> list[str]:
    """The statuses of recipients whose delivery failed; delays and successes not."""
    found = []
    for group in _within(report):
        action = header(group, "Action").lower()
        if action.startswith(("delayed", "delivered", "relayed", "expanded")):
            continue
        diagnostic = header(group, "Diagnostic-Code").lower()
        status = _STATUS.search(header(group, "Status"))
        if status or action.startswith("failed"):
            found.append(_exact(status[1] if status else UNCLEAR, diagnostic))
    return found


def _exact(status: str, diagnostic: str) -> str:
    """Some servers say 5.0.0, and what they mean in words or in the answer quoted."""
    if _EXCHANGE.search(diagnostic):
        return UNKNOWN_ADDRESS
    if status not in (UNCLEAR, "5.5.0"):
        return status
    quoted = _STATUS.search(diagnostic)
    if quoted and quoted[1] != UNCLEAR:
        return quoted[1]
    return UNKNOWN_ADDRESS if _NOBODY.search(diagnostic) else status


def _worst(statuses: list[str]) -> str:
    """What is certain before what is not, what is for good before what may pass."""
    by_weight = sorted(statuses, key=lambda s: (s in HARD, s[:1] == "5"))
    return by_weight[-1] if by_weight else ""


def _looks_like_one(mail: Mail) -> bool:
    """Servers without RFC 3464: qmail, old Exim and Exchange, Gmail's summary."""
    if header(mail.head, "X-Failed-Recipients"):
        return True
    author = header(mail.head, "From").lower()
    address = author.rsplit("<", 1)[-1]
    subject = header(mail.head, "Subject").lower()
    return bool(_ROBOTS.search(address) and _SUBJECTS.search(subject))


def _from_text(mail: Mail) -> str:
    """Only the words of the server: the mail that it returns comes after them."""
    for part in mail.parts:
        if part.get_content_maintype() == "text":
            words = text_of(part)[:4000].lower()
            own = re.split(r"---+ ?(?:this is a copy|below this line|original)", words)
            return _said(own[0])
    return ""


def _said(words: str) -> str:
    status = _STATUS.search(words)
    if status:
        return _exact(status[1], words)
    if _NOBODY.search(words):
        return UNKNOWN_ADDRESS
    return UNCLEAR if _CODE.search(words) else ""


def _type(part: Part) -> str:
    return str(part.get_content_type())
