"""The invitation: to the invited person, to the sign-in page, without a secret."""

from collections.abc import Iterator

import pytest

from hub.actions.contacts import Invitation, invite
from hub.demo import CENTRE, Demo
from hub.errors import Forbidden
from hub.models import Centre, Role, SignInRequest, User
from notifications import catcher, outgoing
from notifications.invitation_mail import write

INES = "ines.diallo@centre.demo.invalid"


@pytest.fixture
def mailbox(transactional_db: None, demo: Demo) -> Iterator[catcher.Mailbox]:
    outgoing.flush()
    catcher.mailbox.mails.clear()
    catcher.start()
    yield catcher.mailbox
    catcher.stop()


def send(demo: Demo, role: Role = Role.STAFF) -> None:
    centre = Centre.objects.get(code=CENTRE)
    invitation = Invitation(INES, "Inès", "Diallo", role)
    invite(centre, invitation, by=demo.people["samira"])


def test_one_mail_says_where_to_sign_in_and_holds_no_secret(
    mailbox: catcher.Mailbox, demo: Demo
) -> None:
    send(demo)
    outgoing.flush()
    [mail] = mailbox.mails
    assert INES in mail.to
    assert mail.links == ["http://127.0.0.1:8000/connexion"]
    assert Centre.objects.get(code=CENTRE).name in mail.text
    assert not SignInRequest.objects.exists()


def test_a_refused_invitation_sends_nothing(
    mailbox: catcher.Mailbox, demo: Demo
) -> None:
    with pytest.raises(Forbidden):
        send(demo, Role.CENTRE_MANAGER)
    outgoing.flush()
    assert not mailbox.mails
    assert not User.objects.filter(email=INES).exists()


@pytest.mark.parametrize(
    ("language", "subject"),
    [("fr", "[Hub] Votre accès est ouvert"), ("en", "[Hub] You have been invited")],
)
def test_it_speaks_the_persons_language(language: str, subject: str) -> None:
    event = {"name": "Ana", "email": "a@exemple.fr", "organisation": "Centre",
             "role": "staff"}  # fmt: skip
    assert write(event, language)["Subject"].startswith(subject)
