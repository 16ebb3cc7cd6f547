"""Which addresses are known to reach somebody, for pages that show people.

The words are in templates/components/addresses.html.
"""

from collections.abc import Iterable

from hub.models import AddressRecord


def records_of(emails: Iterable[str]) -> dict[str, AddressRecord]:
    """What is known of each address, by the address in lower case. One query.

    An address of which nothing is known is not there.
    """
    wanted = {email.lower() for email in emails if email}
    return AddressRecord.objects.in_bulk(list(wanted))
