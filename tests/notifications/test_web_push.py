"""Web push on the wire: a real HTTPS service, and a request that says nothing."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from notifications import push, push_endpoints, push_key
from notifications.devices import forget
from notifications.kinds import Kind, Subject
from notifications.models import Notification, PushDevice, Transport
from notifications.outbox import Owed, write
from notifications.push_endpoints import WrongEndpoint, is_public
from notifications.transports import webpush
from notifications.transports.base import Busy, Carrier, Parcel, TransportError
from notifications.transports.webpush import WebPush
from tests.cast import create_small_demo
from tests.hub.test_settings import manage
from tests.notifications.mail_world import Book
from tests.notifications.push_service import PushService

KEY = "pG3b8kQIFzQmqoSjCm8zAM4iQm0_5hsM6bU4jdCN0Yw"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.MAIL, "push_key", KEY)
    monkeypatch.setattr(settings.MAIL, "mail_support", "aide@hub.example")


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[PushService]:
    service = PushService.under(tmp_path)
    await service.start()
    yield service
    await service.stop()


async def _db(work: Callable[..., Any], *arguments: Any) -> Any:
    return await database_sync_to_async(work)(*arguments)


class Forgotten(list[str]):
    async def note(self, endpoint: str) -> None:
        self.append(endpoint)


@pytest.fixture
def forgotten() -> Forgotten:
    return Forgotten()


@pytest.fixture
async def carrier(service: PushService, forgotten: Forgotten) -> AsyncIterator[Carrier]:
    carrier: Carrier = WebPush(forgotten.note, test_service=service.trust)
    yield carrier
    await carrier.close()


def parcel(service: PushService, path: str = "/wpush/v2/abc?d=1") -> Parcel:
    return Parcel(service.origin + path, topic="t" * 32)


async def send(carrier: Carrier, one: Parcel) -> list[str]:
    book = Book()
    await carrier.send(one, book.accepted)
    return book.answers


async def test_a_push_has_no_body_and_only_the_headers_of_its_way(
    service: PushService, carrier: Carrier
) -> None:
    assert await send(carrier, parcel(service)) == ["push 201"]
    [asked] = service.asked
    assert asked.line == "POST /wpush/v2/abc?d=1 HTTP/1.1"
    assert asked.body == b""
    assert {k: v for k, v in asked.headers.items() if k != "authorization"} == {
        "host": f"localhost:{service.port}",
        "content-length": "0",
        "ttl": "86400",
        "urgency": "normal",
        "topic": "t" * 32,
    }


async def test_the_service_can_tell_who_sends_and_no_other_key_will_do(
    service: PushService, carrier: Carrier
) -> None:
    await send(carrier, parcel(service))
    claims = service.asked[0].claims(push_key.public_key())
    assert claims["aud"] == service.origin
    assert claims["sub"] == "mailto:aide@hub.example"
    left = claims["exp"] - timezone.now().timestamp()
    assert 0 < left <= timedelta(hours=12).total_seconds()
    with pytest.raises(AssertionError):
        service.asked[0].claims(push_key.public_key(push_key.new_key()))


async def test_pushes_share_a_connection(
    service: PushService, carrier: Carrier
) -> None:
    for _ in range(3):
        await send(carrier, parcel(service))
    assert (len(service.asked), service.connections) == (3, 1)


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted"])
async def test_each_word_for_yes_is_understood(
    service: PushService, carrier: Carrier, status: str
) -> None:
    service.will_answer(status, "Location: https://push.example/m/1", body="{}")
    assert await send(carrier, parcel(service)) == [f"push {status[:3]}"]


@pytest.mark.parametrize(
    ("status", "permanent"),
    [("400 No", True), ("401 No", True), ("403 No", True), ("413 No", True),
     ("301 Moved", True), ("302 Found", True), ("307 Moved", True),
     ("429 Slow", False), ("500 Oh", False), ("503 Oh", False)],
)  # fmt: skip
async def test_a_refusal_says_whether_trying_again_would_help(
    service: PushService,
    carrier: Carrier,
    caplog: pytest.LogCaptureFixture,
    status: str,
    permanent: bool,
) -> None:
    service.will_answer(status, f"Location: {service.origin}/elsewhere")
    with caplog.at_level(logging.ERROR), pytest.raises(TransportError) as refused:
        await send(carrier, parcel(service))
    assert (refused.value.permanent, refused.value.reason) == (
        permanent,
        f"push {status[:3]}",
    )
    assert len(service.asked) == 1  # a redirect is not followed
    assert ("refuses us" in caplog.text) == permanent
    assert "abc" not in caplog.text


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
async def test_a_device_that_its_service_forgot_is_forgotten(
    service: PushService, carrier: Carrier, forgotten: Forgotten, status: str
) -> None:
    await send(carrier, parcel(service))
    assert forgotten == []
    service.will_answer(status)
    with pytest.raises(TransportError) as refused:
        await send(carrier, parcel(service))
    assert refused.value.permanent
    assert forgotten == [parcel(service).to]


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("90", 90), ("0", 1), ("99999999999", 3600), ("in a minute", None), ("-5", None)],
)
async def test_a_service_says_how_long_it_wants_to_be_left_alone(
    service: PushService, carrier: Carrier, asked: str, seconds: float | None
) -> None:
    service.will_answer("429 Too Many Requests", f"Retry-After: {asked}")
    with pytest.raises(TransportError) as told:
        await send(carrier, parcel(service))
    assert not told.value.permanent
    assert getattr(told.value, "seconds", None) == seconds


async def test_a_date_says_it_too(service: PushService, carrier: Carrier) -> None:
    until = timezone.now() + timedelta(minutes=30)
    service.will_answer("503 Later", f"Retry-After: {format_datetime(until)}")
    with pytest.raises(Busy) as told:
        await send(carrier, parcel(service))
    assert 1500 < told.value.seconds <= 1800


async def test_a_service_that_hangs_up_or_says_nonsense_is_tried_again(
    service: PushService, carrier: Carrier
) -> None:
    for answer in ("", "SMTP 220 hello\r\n\r\n", "HTTP/1.1 2O1 Created\r\n\r\n"):
        service.answers.append(answer)
        with pytest.raises(TransportError) as failed:
            await send(carrier, parcel(service))
        assert not failed.value.permanent
    assert await send(carrier, parcel(service)) == ["push 201"]


async def test_a_service_that_never_answers_is_given_up(
    service: PushService, forgotten: Forgotten, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webpush, "SEND_SECONDS", 0.2)
    silent = socket.create_server(("127.0.0.1", 0))  # nobody takes its calls
    port = silent.getsockname()[1]
    carrier = WebPush(forgotten.note, test_service=service.trust)
    with pytest.raises(TransportError) as failed:
        await send(carrier, Parcel(f"https://localhost:{port}/x"))
    assert (failed.value.reason, failed.value.permanent) == ("ConnectTimeout", False)
    silent.close()
    await carrier.close()


async def test_a_service_that_stops_in_mid_answer_is_given_up(
    service: PushService, forgotten: Forgotten, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webpush, "SEND_SECONDS", 1.0)
    carrier = WebPush(forgotten.note, test_service=service.trust)
    service.answers.append("HTTP/1.1 201 Crea")
    with pytest.raises(TransportError) as failed:
        await send(carrier, parcel(service))
    assert not failed.value.permanent
    await carrier.close()


async def test_an_answer_with_an_endless_rest_was_an_answer(
    service: PushService, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webpush, "LAST_BYTES_SECONDS", 0.1)
    service.answers.append("HTTP/1.1 201 Created\r\nContent-Length: 99999999\r\n\r\n")
    assert await send(carrier, parcel(service)) == ["push 201"]


async def test_a_certificate_of_somebody_else_is_no_push_service(
    service: PushService, forgotten: Forgotten, carrier: Carrier, tmp_path: Path
) -> None:
    assert await send(carrier, parcel(service)) == ["push 201"]
    other = tmp_path / "other"
    other.mkdir()
    wary = WebPush(forgotten.note, test_service=PushService.under(other).trust)
    with pytest.raises(TransportError) as failed:
        await send(wary, parcel(service))
    assert not failed.value.permanent
    assert len(service.asked) == 1
    await wary.close()


async def test_what_accepted_raises_is_not_taken_for_the_services_word(
    service: PushService, carrier: Carrier
) -> None:
    async def lost(answer: str) -> None:
        raise TimeoutError(answer)

    with pytest.raises(TimeoutError, match="push 201"):
        await carrier.send(parcel(service), lost)


GOOD = "https://fcm.googleapis.com/fcm/send/abc:def"


@pytest.mark.parametrize(
    "endpoint",
    ["http://fcm.googleapis.com/x", "https://127.0.0.1/x", "https://[::1]/x",
     "https://2130706433/x", "https://0x7f.1/x", "https://127.1/x",
     "https://localhost/x", "https://intranet/x", "https://a.b:8443/x",
     "https://u:p@fcm.googleapis.com/x", "https://fcm.googleapis.com@a.b/x",
     "https://push.example.org./x", "https://a_b.example.org/x", "https://é.fr/x",
     "https://a.example.org:99999/x", "https://a.example.org/\r\nX: y", "ftp://a.b/",
     "https://a.example.org\\@b.c/", "https://" + "a" * 64 + ".example.org/x",
     "", "x", "https:///x", "https://a.example.org/" + "x" * 480],
)  # fmt: skip
def test_an_endpoint_is_the_plain_name_of_a_public_host(endpoint: str) -> None:
    assert push_endpoints.read(GOOD).origin == "https://fcm.googleapis.com"
    with pytest.raises(WrongEndpoint):
        push_endpoints.read(endpoint)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.1.2.3",
     "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
     "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
     "2002:7f00:1::", "2001:0:1::1", "nonsense"],
)  # fmt: skip
def test_no_address_of_an_inner_network_is_public(address: str) -> None:
    for fine in ("8.8.8.8", "2a00:1450:4007::1", "::ffff:8.8.8.8", "64:ff9b::808:808"):
        assert is_public(fine)
    assert not is_public(address)


Resolve = Callable[..., list[tuple[object, ...]]]


def resolving(*addresses: str) -> Resolve:
    def getaddrinfo(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, 1, 6, "", (one, 443)) for one in addresses]

    return getaddrinfo


async def test_a_name_is_judged_by_where_it_leads_when_it_is_called(
    forgotten: Forgotten, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving("8.8.8.8"))
    assert await webpush.public_address("push.example.org", 443) == "8.8.8.8"
    carrier = WebPush(forgotten.note)
    for addresses in (["127.0.0.1"], ["8.8.8.8", "10.0.0.1"]):
        monkeypatch.setattr(socket, "getaddrinfo", resolving(*addresses))
        with pytest.raises(TransportError) as refused:
            await send(carrier, Parcel("https://push.example.org/x"))
        assert refused.value.permanent
        assert refused.value.reason == "push: an address that is not public"
    await carrier.close()


async def test_the_address_that_was_looked_at_is_the_one_connected_to(
    forgotten: Forgotten, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a name cannot lead elsewhere a moment later (DNS rebinding)."""
    called: list[str] = []

    async def connect(host: str, *_: object, **__: object) -> None:
        called.append(host)
        raise OSError("not here")

    monkeypatch.setattr(socket, "getaddrinfo", resolving("8.8.8.8"))
    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", connect)
    monkeypatch.setattr(
        "anyio.connect_tcp", lambda remote_host, **_: connect(remote_host)
    )
    carrier = WebPush(forgotten.note)
    with pytest.raises(TransportError) as failed:
        await send(carrier, Parcel("https://push.example.org/x"))
    assert (called, failed.value.permanent) == (["8.8.8.8"], False)
    await carrier.close()


def test_a_hub_in_production_form_sends_nowhere_near_itself(
    forgotten: Forgotten, service: PushService
) -> None:
    with pytest.raises(TransportError) as refused:
        WebPush(forgotten.note)._request(parcel(service))
    assert refused.value.permanent


async def test_from_owed_to_the_device_nothing_of_the_thread_is_said(
    transactional_db: None, service: PushService
) -> None:
    """The whole seam; the canaries are words that only the record knows."""
    owed, names = await _db(_owe_to_samira, service.origin)
    carrier = WebPush(forget, test_service=service.trust)
    parcels = await _db(push.write, owed)
    assert len(parcels) == len(owed) == 2
    for one in parcels.values():
        await send(carrier, one)
    await carrier.close()
    wire = b"".join(asked.raw for asked in service.asked).decode()
    claims = [asked.claims(push_key.public_key()) for asked in service.asked]
    assert all(set(claim) == {"aud", "exp", "sub"} for claim in claims)
    assert [name for name in names if name.lower() in wire.lower()] == []
    assert "/device-a" in wire
    first, second = (asked.headers["topic"] for asked in service.asked)
    assert first != second  # nobody can put two devices of one thread together
    assert [asked.headers["urgency"] for asked in service.asked] == ["high", "high"]


def _owe_to_samira(origin: str) -> tuple[list[Notification], list[str]]:
    demo = create_small_demo()
    samira, thread = demo.people["samira"], demo.threads[0]
    for device in ("a", "b"):
        PushDevice.objects.create(user=samira, endpoint=f"{origin}/device-{device}")
    write([Owed(Kind.MESSAGES, "m1", samira.pk, thread=thread.pk, first_seq=1, last_seq=2,
                subject=Subject.URGENT)])  # fmt: skip
    mails = Notification.objects.filter(user=samira, transport=Transport.EMAIL)
    Notification.objects.bulk_create(push.add_push(list(mails)), ignore_conflicts=True)
    measure = thread.designation.measure
    names = [samira.email, samira.usual_name, samira.given_name, measure.reference,
             thread.designation.centre.name, str(thread.pk), thread.pk.hex]  # fmt: skip
    return list(Notification.objects.filter(transport=Transport.PUSH)), names


async def test_a_forgotten_device_is_marked_and_left_out(
    transactional_db: None, service: PushService
) -> None:
    owed, _names = await _db(_owe_to_samira, service.origin)
    service.will_answer("410 Gone")
    carrier = WebPush(forget, test_service=service.trust)
    parcels = await _db(push.write, owed)
    with pytest.raises(TransportError):
        await send(carrier, parcels[owed[0].pk])
    await carrier.close()
    left = await _db(push.write, owed)
    assert set(left) == {owed[1].pk}
    gone = PushDevice.objects.filter(gone_at__isnull=False)
    assert await _db(lambda: [d.pk for d in gone]) == [owed[0].facts["device"]]


def test_a_new_key_is_printed_with_its_public_key_and_can_be_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("push_key")
    first, second = capsys.readouterr().out.splitlines()
    key = first.removeprefix("PUSH_KEY=")
    assert push_key.problems(key) == []
    assert second.endswith(push_key.public_key(key))
    assert len(push_key.decode(push_key.public_key(key))) == 65


@pytest.mark.parametrize("text", ["x", "é" * 43, KEY[:-2], "A" * 43, "_" * 43, KEY * 2])
def test_what_is_no_key_is_refused(text: str) -> None:
    assert push_key.problems(KEY) == []
    [problem] = push_key.problems(text)
    assert problem.startswith("PUSH_KEY is not a key")


def test_a_wrong_key_stops_the_start(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", PUSH_KEY=KEY)
    assert done.returncode == 0, done.stderr
    done = manage(tmp_path, "check", PUSH_KEY="secret")
    assert done.returncode != 0
    assert "PUSH_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_key_without_the_extra_stops_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert push_key.problems(KEY) == []
    monkeypatch.setattr(push_key, "find_spec", lambda name: None)
    [problem] = push_key.problems(KEY)
    assert "requirements/push.txt" in problem
    assert push_key.problems("") == []


def test_without_a_key_there_is_no_carrier(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(push.carrier(), WebPush)
    monkeypatch.setattr(settings.MAIL, "push_key", "")
    assert push.carrier() is None


def test_whom_a_service_may_write_to_is_always_an_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings.MAIL, "mail_support", "01 02 03 04 05")
    assert push_key._contact() == "mailto:ne-pas-repondre@hub.invalid"
