"""How the SMTP server of the tests can go wrong, and what it keeps of a mail."""

from dataclasses import dataclass
from email import message_from_bytes
from enum import StrEnum


class Fault(StrEnum):
    # Before there is a mail: these count connections.
    CONNECT_421 = "connect_421"
    CONNECT_554 = "connect_554"
    CONNECT_DROP = "connect_drop"
    BANNER_LATE = "banner_late"  # nothing is said until the client gives up
    EHLO_421 = "ehlo_421"
    AUTH_535 = "auth_535"
    TLS_NOT_OFFERED = "tls_not_offered"
    TLS_454 = "tls_454"  # STARTTLS is offered and then refused
    # These count mails.
    MAIL_421 = "mail_421"
    MAIL_451 = "mail_451"
    MAIL_553 = "mail_553"  # the sender is refused
    RCPT_421 = "rcpt_421"
    RCPT_450 = "rcpt_450"
    RCPT_550 = "rcpt_550"
    RCPT_552 = "rcpt_552"  # mailbox full: 552 5.2.2
    RCPT_DROP = "rcpt_drop"
    DATA_421 = "data_421"
    DATA_451 = "data_451"  # as answer to the whole mail, as those that follow
    DATA_552 = "data_552"  # mailbox full
    DATA_554 = "data_554"
    DATA_DROP_LOST = "data_drop_lost"  # cut before 250, the mail is not kept
    DATA_DROP_KEPT = "data_drop_kept"  # cut before 250, the mail is kept
    DATA_SILENT_KEPT = "data_silent_kept"  # kept, and nothing is said of it
    DROP_AFTER_250 = "drop_after_250"
    DRIP = "drip"  # answers to MAIL come byte by byte and never end
    LONG_LINE = "long_line"  # a reply line of 10 MB to MAIL
    NONSENSE = "nonsense"  # a reply that is none, to MAIL


ANSWERS = {
    Fault.CONNECT_421: "421 4.3.2 too many connections",
    Fault.CONNECT_554: "554 5.7.1 no service for you",
    Fault.EHLO_421: "421 4.3.2 going down",
    Fault.MAIL_421: "421 4.3.2 going down",
    Fault.MAIL_451: "451 4.3.0 not now",
    Fault.MAIL_553: "553 5.1.8 sender refused",
    Fault.RCPT_421: "421 4.3.2 going down",
    Fault.RCPT_450: "450 4.2.0 greylisted, come back later",
    Fault.RCPT_550: "550 5.1.1 no such person",
    Fault.RCPT_552: "552 5.2.2 mailbox full",
    Fault.DATA_421: "421 4.3.2 going down",
    Fault.DATA_451: "451 4.3.0 not now",
    Fault.DATA_552: "552 5.2.2 mailbox full",
    Fault.DATA_554: "554 5.6.0 content refused",
    Fault.NONSENSE: "hello there",
}


@dataclass(frozen=True)
class Mail:
    sender: str
    to: str
    content: bytes
    connection: int  # which one of the server's connections brought it

    @property
    def message_id(self) -> str:
        return str(message_from_bytes(self.content)["Message-ID"])


@dataclass
class Plan:
    """When a fault strikes: `times` left; only each `every`th mail or connection that gets as far."""

    times: int
    every: int = 1
    seen: int = 0

    def takes(self) -> bool:
        self.seen += 1
        if self.times and self.seen % self.every == 0:
            self.times -= 1
            return True
        return False
