"""The worker carries mails and pushes side by side; neither waits for the other."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from hub.actions.messages import mark_read, post_messages
from hub.demo import Demo
from hub.posting import Draft, Posted
from notifications import again, devices
from notifications.again import Verdict
from notifications.models import Notification, PushDevice, Reason, State, Transport
from notifications.moments import Slot
from notifications.transports.base import Accepted, Parcel
from notifications.transports.webpush import WebPush
from notifications.worker import Worker
from tests.notifications.here import Here
from tests.notifications.moving import Clock
from tests.notifications.push_service import PushService

KEY = "pG3b8kQIFzQmqoSjCm8zAM4iQm0_5hsM6bU4jdCN0Yw"


class Postman:
    """A Carrier of mail that takes everything."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []

    async def send(self, parcel: Parcel, accepted: Accepted) -> None:
        self.parcels.append(parcel)
        await accepted("250")

    async def close(self) -> None:
        return


class Scene:
    """One message to Samira, who has one device; time has come to tell her."""

    def __init__(self, demo: Demo, folder: Path, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(settings.MAIL, "push_key", KEY)
        self.patch, self.mail = patch, Postman()
        self.service = PushService.under(folder)
        self.samira, self.clock = demo.people["samira"], Clock(patch)
        self.forgotten: list[str] = []
        device = devices.turn_on(self.samira, "https://push.example.org/a", "Firefox")
        self.devices = PushDevice.objects.filter(pk=device.pk)
        draft = Draft(demo.threads[1].pk, demo.people["camille"].pk, uuid4(), "Bonjour")
        [outcome] = post_messages([draft])
        assert isinstance(outcome, Posted)
        self.message = outcome.message
        self.clock.forward(seconds=settings.UNREAD_DELAY.total_seconds() + 1)

    def deliver(self) -> dict[str, tuple[str, str]]:
        """(state, reason) of each transport's row, once nothing is due."""
        here = Here()
        here.run(self._deliver(here))
        rows = Notification.objects.filter(user=self.samira, window__startswith="m")
        return {row.transport: (row.state, row.reason) for row in rows}

    async def _forget(self, endpoint: str) -> None:
        self.forgotten.append(endpoint)

    async def _deliver(self, here: Here) -> None:
        await self.service.start()
        here_is = f"{self.service.origin}/a"
        await Worker(lambda _: self.mail, here)._db(
            lambda: self.devices.update(endpoint=here_is)
        )
        push = WebPush(self._forget, test_service=self.service.trust)
        carriers = {Transport.EMAIL: self.mail, Transport.PUSH: push}
        worker = Worker(lambda one: carriers[Transport(one)], database=here)
        await worker.run(until_empty=True)
        await push.close()
        await self.service.stop()


@pytest.fixture
def scene(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(demo, tmp_path, monkeypatch)


SENT = (State.SENT, "")


def test_a_mail_and_a_push_leave_side_by_side(scene: Scene) -> None:
    assert scene.deliver() == {"email": SENT, "push": SENT}
    assert len(scene.service.asked) == 1
    assert scene.samira.email in [parcel.to for parcel in scene.mail.parcels]


def test_whoever_has_read_it_gets_neither(scene: Scene) -> None:
    mark_read(scene.samira, scene.message.thread_id, scene.message.seq)
    assert scene.deliver() == {}
    assert scene.service.asked == []


def test_a_push_service_in_trouble_keeps_no_mail_waiting(scene: Scene) -> None:
    scene.service.will_answer("503 Oh")
    assert scene.deliver() == {"email": SENT, "push": (State.WAITING, Reason.TROUBLE)}
    scene.clock.forward(minutes=2)
    assert scene.deliver() == {"email": SENT, "push": SENT}


@pytest.mark.parametrize("status", ["410 Gone", "403 Forbidden"])
def test_a_push_that_fails_for_good_is_nobodys_dead_letter(
    scene: Scene, status: str
) -> None:
    scene.service.will_answer(status)
    assert scene.deliver() == {"email": SENT, "push": (State.DROPPED, Reason.GONE)}
    assert len(scene.forgotten) == (status == "410 Gone")


def test_a_device_that_was_turned_off_meanwhile_does_not_ring(scene: Scene) -> None:
    scene.service.will_answer("503 Oh")
    assert scene.deliver()["push"][0] == State.WAITING
    scene.devices.delete()
    scene.clock.forward(minutes=2)
    assert scene.deliver()["push"] == (State.DROPPED, Reason.GONE)
    assert len(scene.service.asked) == 1


def test_a_push_does_not_wait_for_the_summary_that_its_mail_joins(
    scene: Scene,
) -> None:
    def quiet(row: Notification, *_: object) -> Verdict | None:
        slot = Slot("quiet:1", scene.clock.now + timedelta(days=9999), Reason.QUIET)
        return Verdict(Reason.QUIET, slot=slot) if row.user == scene.samira else None

    scene.patch.setattr(again, "_put_off", quiet)
    assert scene.deliver() == {
        "email": (State.GATHERED, Reason.QUIET),
        "push": (State.DROPPED, Reason.QUIET),
    }
    assert scene.service.asked == []
