"""What an operator can do about a mail that was not sent: one sentence each.

For commands and operators' pages; people are told by notifications.models.Reason.
"""

from notifications.transports.base import TransportError
from notifications.transports.guard import NOT_ALLOWED
from notifications.transports.smtp import SmtpError, Stage

BY_REASON = {
    NOT_ALLOWED: "This deployment does not write there: see MAIL_ALLOWED_DOMAINS, and "
    "MAIL_ALLOW_INVALID for addresses in .invalid.",
    "wrong certificate": "The server could not prove its name: put the name of its "
    "certificate into SMTP_URL, or its authority into SMTP_CA_FILE.",
    "TLS not offered": "The server offers no STARTTLS on this port: use another port, "
    "smtps:// (port 465), or smtp:// in a closed network.",
    "TLS failed": "No TLS could be agreed on: submission:// is for port 587, smtps:// "
    "for port 465.",
    "gaierror": "The server's name is unknown: check the host in SMTP_URL.",
    "ConnectionRefusedError": "Nothing listens there: check host and port in SMTP_URL.",
    "impossible address": "Write one address, name@domain.",
    "smtp bad reply": "What answers is no SMTP server: check host, port and scheme "
    "in SMTP_URL.",
}
BY_STAGE = {
    Stage.CONNECT: "The server did not let us in: check that it is up, and that it and "
    "the firewalls between allow this machine.",
    Stage.TLS: "TLS could not be started: ask whoever runs the server.",
    Stage.SIGN_IN: "The server refused the account: check user and password in "
    "SMTP_URL (special characters as %XX).",
    Stage.SENDER: "The server refused the sender: MAIL_FROM and MAIL_RETURN_ADDRESS "
    "must be addresses that this account may use.",
    Stage.RECIPIENT: "The server refused the recipient: check the address, and that "
    "this account may send outside.",
    Stage.CONTENT: "The server refused the mail itself, or did not answer: its log "
    "says why.",
}


def advice(error: TransportError) -> str:
    if error.reason in BY_REASON:
        return BY_REASON[error.reason]
    stage = error.stage if isinstance(error, SmtpError) else Stage.CONNECT
    if not error.permanent and error.reason.startswith("smtp 4"):
        return "The server asks to try again later; if that lasts, its log says why."
    return BY_STAGE[stage]
