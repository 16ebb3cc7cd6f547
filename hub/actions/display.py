"""How a person reads: in which language, on which clock. Theme is the browser's."""

from hub.models import User


def choose(user: User, *, locale: str | None = None, zone: str | None = None) -> None:
    """Keeps what is given; the caller has checked it. Empty: nothing of one's own.

    Mails follow the same choice.
    """
    given = {"locale": locale, "zone": zone}
    chosen = {name: value for name, value in given.items() if value is not None}
    if chosen:
        User.objects.filter(pk=user.pk).update(**chosen)
