"""What a carrier did not foresee ends one try of one mail, and nothing else."""

from datetime import datetime

import pytest
from django.utils import timezone

from hub.demo import Demo
from hub.models import Thread
from notifications import outbox, worker
from notifications.kinds import Kind
from notifications.models import Notification, Reason, State
from notifications.transports.base import Accepted, Parcel
from notifications.worker import Worker
from tests.notifications.here import Here


class Clumsy:
    """A Carrier with a fault that one parcel brings to light."""

    def __init__(self, tries: int = 0) -> None:
        self.tries = tries

    async def send(self, parcel: Parcel, accepted: Accepted) -> None:
        self.tries += 1
        if self.tries == 1:
            raise ValueError("nobody thought of that")
        await accepted("250")

    async def close(self) -> None:
        return


def test_a_fault_of_the_carrier_is_a_try_in_vain(demo: Demo) -> None:
    Thread.objects.update(look_at=None)
    Notification.objects.all().delete()
    outbox.owe(Kind.TEST, [demo.people["samira"]], window="bad")
    outbox.owe(Kind.TEST, [demo.people["luc"]], window="good")
    carrier, here = Clumsy(), Here()
    here.run(Worker(lambda _transport: carrier, database=here).step())
    states = dict(Notification.objects.values_list("window", "state"))
    assert states == {"bad": State.WAITING, "good": State.SENT}
    bad = Notification.objects.get(window="bad")
    assert (bad.reason, bad.last_answer) == (Reason.TROUBLE, "ValueError")
    assert bad.due_at > timezone.now()


def test_a_thread_that_cannot_be_judged_keeps_no_mail_back(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_now: datetime) -> bool:
        raise KeyError

    Notification.objects.all().delete()
    outbox.owe(Kind.TEST, [demo.people["luc"]], window="good")
    monkeypatch.setattr(worker, "look", fail)
    carrier, here = Clumsy(tries=1), Here()
    here.run(Worker(lambda _transport: carrier, database=here).step())
    assert Notification.objects.get().state == State.SENT
