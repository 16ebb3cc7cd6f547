"""Which addresses are known to reach somebody, for pages that show people.

The words are in templates/components/addresses.html.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hub import permissions
from hub.models import AddressRecord, Centre
from hub.queries.people import Colleague, colleagues


@dataclass(frozen=True)
class Reached:
    """Somebody who receives what arrives at a centre, and what is known of the way."""

    colleague: Colleague
    record: AddressRecord | None

    @property
    def is_proven(self) -> bool:
        """Mail arrived there, and none has come back since."""
        return bool(self.record and self.record.proven_at and not self.comes_back)

    @property
    def comes_back(self) -> bool:
        return bool(self.record and self.record.bounced_at)


@dataclass(frozen=True)
class Reach:
    """The contacts of a centre who acknowledge, and its functional mailbox."""

    contacts: list[Reached]
    mailbox: AddressRecord | None

    @property
    def proven(self) -> int:
        return sum(one.is_proven for one in self.contacts)

    @property
    def coming_back(self) -> int:
        return sum(one.comes_back for one in self.contacts)


def records_of(emails: Iterable[str]) -> dict[str, AddressRecord]:
    """What is known of each address, by the address in lower case. One query.

    An address of which nothing is known is not there.
    """
    wanted = {email.lower() for email in emails if email}
    return AddressRecord.objects.in_bulk(list(wanted))


def reach_of(centre: Centre) -> Reach:
    """Whom a measure transmitted to the centre would reach. Three queries."""
    roles = permissions.roles_with("thread.acknowledge")
    people = [one for one in colleagues(centre) if one.place.role in roles]
    records = records_of([centre.email, *(one.place.user.email for one in people)])
    return Reach(
        [Reached(one, records.get(one.place.user.email)) for one in people],
        records.get(centre.email.lower()),
    )
