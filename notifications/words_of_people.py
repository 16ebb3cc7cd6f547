"""What is said of a person's own place, browsers and mail, kind by kind."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from hub.models import Role
from notifications.letter_facts import Known
from notifications.said import Said, first_and_last, home, preferences_page, thread_page


def substitution(known: Known) -> Said:
    sentences = [_("You replace a colleague who is away.")]
    if known.days:
        sentences.append(_("From %(first)s to %(last)s.") % first_and_last(known.days))
    sentences.append(_("Their threads are among yours for that time."))
    title, button = _("You replace a colleague"), _("Open the hub")
    return Said(title, sentences, button, home())


def invitation(known: Known) -> Said:
    sentences = [
        *_place(known),
        *_by(known),
        _("To sign in, open this address and write %(email)s: a code comes by e-mail.")
        % {"email": known.email},
        _(
            "There is no password to choose. If you do not know why you receive "
            "this, tell the person who runs your service."
        ),
    ]
    title, button = _("You have been invited"), _("Open the hub")
    return Said(title, sentences, button, reverse("hub:sign-in"))


def role_changed(known: Known) -> Said:
    sentences = [*_place(known), _("What you can see and do has changed with it.")]
    title, button = _("Your role has changed"), _("Open the hub")
    return Said(title, sentences, button, home())


def new_browser(known: Known) -> Said:
    sentences = [_("Your code was used in a browser that was not known yet.")]
    if known.browser:
        sentences.append(_("It says that it is: %(name)s.") % {"name": known.browser})
    sentences.append(
        _("If that was not you, forget that browser and tell whoever runs the hub.")
    )
    title, button = _("A new browser was used"), _("See your browsers")
    return Said(title, sentences, button, reverse("notifications:own-links"))


def use_the_link(known: Known) -> Said:
    sentences = [
        _("You answered an e-mail of the hub. Nobody reads that mailbox."),
        _("Your answer has reached nobody. Please write it in the thread."),
    ]
    title = _("Your answer by e-mail was not read")
    return Said(title, sentences, _("Open the hub"), thread_page(known))


def test(known: Known) -> Said:
    sentences = [_("You asked for this e-mail: the hub can reach you here.")]
    title, button = _("Test of your e-mail"), _("Choose when to be told")
    return Said(title, sentences, button, preferences_page())


def _by(known: Known) -> Iterator[str]:
    if known.invited_by:
        yield _("%(name)s invited you.") % {"name": known.invited_by}


def _place(known: Known) -> Iterator[str]:
    """Their own organisation may be named; a place that is gone is not."""
    if not known.organisation:
        return
    yield _("You now have a place in %(organisation)s (%(role)s).") % {
        "organisation": known.organisation,
        "role": Role(known.role).label,
    }
