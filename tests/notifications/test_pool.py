"""The pool over a real server: few connections, reused, bounded doubt, closed TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP

from notifications import catcher
from notifications.smtp_listener import Listener
from notifications.transports.base import Busy, Parcel
from notifications.transports.limits import DomainLimit
from notifications.transports.pool import Pool
from notifications.transports.smtp import Server, SmtpError
from tests.notifications.certificates import Authority
from tests.notifications.mail_world import Book, parcel, pool
from tests.notifications.smtp_faults import Fault
from tests.notifications.smtp_server import SmtpServer

pytestmark = pytest.mark.embedded  # says nothing about a database


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
async def sender(server: SmtpServer) -> AsyncIterator[Pool]:
    sender = pool(server)
    yield sender
    await sender.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


async def test_a_mail_arrives_as_it_was_with_its_own_return_path(
    server: SmtpServer, sender: Pool
) -> None:
    book = Book()
    await sender.send(parcel(7), book.accepted)
    [mail] = server.mails
    assert (mail.sender, mail.to) == (
        "retours+7@hub.example",
        "samira@centre.example",
    )
    assert mail.content == parcel(7).content
    assert book.answers == ["smtp 250 2.0.0"]


async def test_one_connection_carries_mail_after_mail(
    server: SmtpServer, sender: Pool
) -> None:
    for number in range(5):
        await sender.send(parcel(number), Book().accepted)
    assert server.connections == 1
    assert len(server.mails) == 5
    assert "NOOP" not in server.commands


async def test_more_mail_than_connections_waits_its_turn(
    server: SmtpServer, sender: Pool
) -> None:
    book = Book()
    await asyncio.gather(*(sender.send(parcel(n), book.accepted) for n in range(20)))
    assert len(book.answers) == len({m.message_id for m in server.mails}) == 20
    assert server.most_open == server.connections == 2


async def test_an_idle_connection_is_asked_before_it_is_used(
    server: SmtpServer,
) -> None:
    sender = pool(server, ask_after_seconds=0.0)
    await sender.send(parcel(1), Book().accepted)
    await sender.send(parcel(2), Book().accepted)
    assert server.commands.count("NOOP") == 1
    server.drop_connections()
    await sender.send(parcel(3), Book().accepted)
    assert (len(server.mails), server.connections) == (3, 2)
    await sender.close()


async def test_a_connection_that_ends_between_two_mails_costs_neither(
    server: SmtpServer, sender: Pool
) -> None:
    await sender.send(parcel(1), Book().accepted)
    server.fail(Fault.MAIL_421)  # "too many mails on this connection"
    await sender.send(parcel(2), Book().accepted)
    assert server.left(Fault.MAIL_421) == 0
    assert [m.connection for m in server.mails] == [1, 2]


async def test_a_connection_that_nobody_needs_is_ended_politely(
    server: SmtpServer,
) -> None:
    sender = pool(server, idle_seconds=0.0)
    await sender.send(parcel(1), Book().accepted)
    await server.until(lambda s: s.open == 0)
    assert server.commands[-1] == "QUIT"
    await sender.send(parcel(2), Book().accepted)
    assert (len(server.mails), server.connections) == (2, 2)
    await sender.close()


async def test_closing_ends_what_is_open(server: SmtpServer, sender: Pool) -> None:
    await sender.send(parcel(1), Book().accepted)
    assert server.open == 1
    await sender.close()
    await server.until(lambda s: s.open == 0)
    with pytest.raises(Busy):
        await sender.send(parcel(2), Book().accepted)


async def test_no_more_mails_are_in_doubt_than_allowed(server: SmtpServer) -> None:
    sender = pool(server, size=4, in_doubt=2)
    server.hold()
    book = Book()
    sends = [
        asyncio.create_task(sender.send(parcel(n), book.accepted)) for n in range(4)
    ]
    # The others said MAIL and RCPT already and wait before DATA.
    await server.until(lambda s: s.holding == 2 and s.commands.count("RCPT") == 4)
    assert server.commands.count("DATA") == len(server.mails) == 2
    spare = pool(server)  # a fifth mail overtakes: time enough for the others to err
    server.fail(Fault.DATA_451)
    with pytest.raises(SmtpError, match="451"):
        await spare.send(parcel(5), book.accepted)
    server.release()
    await asyncio.gather(*sends)
    assert server.most_holding == 2
    assert len(book.answers) == len(server.mails) == 4
    for each in (sender, spare):
        await each.close()


async def test_the_next_mail_waits_until_the_last_is_written_down(
    server: SmtpServer, sender: Pool
) -> None:
    slow, quick = Book(), Book()
    slow.may_end.clear()
    first = asyncio.create_task(sender.send(parcel(1), slow.accepted))
    await slow.started.wait()
    second = asyncio.create_task(sender.send(parcel(2), quick.accepted))
    await server.until(lambda s: s.commands.count("RCPT") == 2)
    assert server.commands.count("DATA") == 1
    slow.may_end.set()
    await asyncio.gather(first, second)
    assert (len(slow.answers), len(quick.answers)) == (1, 1)


async def test_whoever_cannot_write_it_down_hears_their_own_error(
    server: SmtpServer, sender: Pool
) -> None:
    async def accepted(answer: str) -> None:
        raise LookupError(answer)

    with pytest.raises(LookupError):
        await sender.send(parcel(1), accepted)
    await sender.send(parcel(2), Book().accepted)  # nothing is held on to
    assert len(server.mails) == 2


async def test_a_mail_that_finds_no_connection_in_time_was_not_tried(
    server: SmtpServer,
) -> None:
    sender = pool(server, size=1)
    server.hold()
    first = asyncio.create_task(sender.send(parcel(1), Book().accepted))
    await server.until(lambda s: s.holding == 1)
    sender._mail_seconds = 0.2  # for the second alone: the first one stays where it is
    with pytest.raises(Busy) as tried:
        await sender.send(parcel(2), Book().accepted)
    assert not tried.value.permanent
    server.release()
    await first
    assert [mail.to for mail in server.mails] == [parcel(1).to]
    await sender.close()


async def test_a_cancelled_mail_leaves_no_connection_in_mid_sentence(
    server: SmtpServer, sender: Pool
) -> None:
    server.hold()
    first = asyncio.create_task(sender.send(parcel(1), Book().accepted))
    await server.until(lambda s: s.holding == 1)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    server.release()
    await sender.send(parcel(2), Book().accepted)
    assert [m.connection for m in server.mails] == [1, 2]


async def test_a_server_that_wants_fewer_connections_gets_fewer(
    server: SmtpServer, sender: Pool
) -> None:
    server.hold()
    first = asyncio.create_task(sender.send(parcel(1), Book().accepted))
    await server.until(lambda s: s.holding == 1)
    server.fail(Fault.CONNECT_421, times=100)
    rest = [
        asyncio.create_task(sender.send(parcel(n), Book().accepted)) for n in (2, 3, 4)
    ]
    await server.until(lambda s: s.left(Fault.CONNECT_421) == 99)
    server.release()
    await asyncio.gather(first, *rest)
    assert len(server.mails) == 4
    assert server.connections == 2  # one try, no storm


async def test_a_server_that_is_away_is_asked_once_and_then_left_alone(
    server: SmtpServer, sender: Pool
) -> None:
    server.fail(Fault.CONNECT_421, times=100)
    with pytest.raises(SmtpError, match=r"^smtp 421 4\.3\.2$"):
        await sender.send(parcel(1), Book().accepted)
    for _ in range(5):
        with pytest.raises(Busy) as pause:
            await sender.send(parcel(1), Book().accepted)
        assert 0 < pause.value.seconds <= 1.25
    assert server.connections == 1


async def test_nobody_listening_is_transient(server: SmtpServer) -> None:
    sender = pool(server, url="smtp://127.0.0.1:1")
    with pytest.raises(SmtpError, match="ConnectionRefusedError") as failed:
        await sender.send(parcel(), Book().accepted)
    assert not failed.value.permanent


@pytest.mark.parametrize(
    "to", ["a", "a@b>\r\nRCPT TO:<c@d", "a@b, c@d", "<a@b>", "a b@c"]
)
async def test_an_address_that_is_none_reaches_no_server(
    server: SmtpServer, sender: Pool, to: str
) -> None:
    with pytest.raises(SmtpError, match="impossible address") as failed:
        await sender.send(parcel(to=to), Book().accepted)
    assert failed.value.permanent
    assert "RCPT" not in server.commands
    await sender.send(parcel(to="é@centre.example"), Book().accepted)
    assert server.mails[0].to == "é@centre.example"


async def test_mail_goes_encrypted_to_a_server_that_is_who_it_says(
    authority: Authority,
) -> None:
    both = {"tls": authority.server()}, {"starttls": authority.server()}
    for options in both:
        with SmtpServer(login=("hub", "p@ss"), **options) as server:
            url = server.url.replace("p@ss", "p%40ss")
            sender = pool(server, url, authority.file)
            await sender.send(parcel(), Book().accepted)
            assert len(server.mails) == 1
            await sender.close()
            assert ("STARTTLS" in server.commands) == ("starttls" in options)


@pytest.mark.parametrize("host", ["127.0.0.1", "mail.example"])
@pytest.mark.parametrize("way", ["tls", "starttls"])
async def test_a_wrong_certificate_is_refused(
    authority: Authority, tmp_path: Path, host: str, way: str
) -> None:
    """Of an unknown authority for the right host, of the right one for another."""
    signer = Authority(tmp_path, "other") if host == "127.0.0.1" else authority
    with SmtpServer(**{way: signer.server(host)}) as server:
        sender = pool(server, ca_file=authority.file)
        with pytest.raises(SmtpError, match="wrong certificate") as failed:
            await sender.send(parcel(), Book().accepted)
        assert not failed.value.permanent
        assert not server.mails
        assert "MAIL" not in server.commands


@pytest.mark.parametrize("fault", [Fault.TLS_NOT_OFFERED, Fault.TLS_454])
async def test_nothing_is_said_in_clear_when_tls_was_asked_for(
    authority: Authority, fault: Fault
) -> None:
    with SmtpServer(starttls=authority.server(), login=("hub", "p")) as server:
        server.fail(fault)
        sender = pool(server, ca_file=authority.file)
        with pytest.raises(SmtpError, match=r"TLS not offered|454 4\.7\.0") as failed:
            await sender.send(parcel(), Book().accepted)
        assert not failed.value.permanent
        assert {"AUTH", "MAIL"}.isdisjoint(server.commands)


async def test_smtps_to_a_server_without_tls_is_refused(
    server: SmtpServer, authority: Authority
) -> None:
    sender = pool(server, f"smtps://{server.place}", authority.file, mail_seconds=2.0)
    with pytest.raises(SmtpError) as failed:
        await sender.send(parcel(), Book().accepted)
    assert not failed.value.permanent
    assert not server.mails


async def test_another_implementation_of_smtp_agrees(authority: Authority) -> None:
    """aiosmtpd, which insists on the order of commands."""
    box = catcher.Mailbox()

    class Strict(Listener):
        def session(self) -> SMTP:
            tls = authority.server()
            return SMTP(box, tls_context=tls, require_starttls=True)

    controller = Strict(box, "127.0.0.1", catcher._free_port())
    controller.start()
    try:
        url = f"submission://127.0.0.1:{controller.port}"
        sender = pool(SmtpServer(), url, authority.file)
        content = b"To: a@b.example\r\nSubject: x\r\n\r\nbody\r\n.\r\n..\r\n"
        for _ in range(3):
            await sender.send(Parcel("a@b.example", content, ""), Book().accepted)
        assert [m.text.split() for m in box.mails] == [["body", ".", ".."]] * 3
        await sender.close()
    finally:
        controller.stop()


def test_a_domain_gets_so_many_a_minute_and_others_are_not_held_up() -> None:
    now = 0.0
    limit = DomainLimit(2, lambda: now)
    limit.take("a@justice.example")
    limit.take("b@JUSTICE.example")
    with pytest.raises(Busy) as busy:
        limit.take("c@justice.example")
    assert busy.value.seconds == pytest.approx(30)
    limit.take("a@centre.example")
    now = 30.1
    limit.take("c@justice.example")
    limit.give_back("c@justice.example")  # it did not leave after all
    limit.take("d@justice.example")
    with pytest.raises(Busy):
        limit.take("e@justice.example")


def test_a_long_queue_for_one_domain_is_not_written_again_for_each_mail() -> None:
    now, tries = 0.0, 0
    limit = DomainLimit(60, lambda: now)
    waiting = {f"{n}@justice.example": 0.0 for n in range(300)}
    while waiting:
        now = min(waiting.values())
        for address in [a for a, at in waiting.items() if at <= now]:
            tries += 1
            try:
                limit.take(address)
                del waiting[address]
            except Busy as busy:
                waiting[address] = now + busy.seconds + 0.001
    assert now < 260  # no slower than the limit
    assert tries < 3 * 300


def test_tls_is_of_this_decade(authority: Authority) -> None:
    context = Server.from_url("smtps://a", "hub", authority.file).context
    assert context is not None
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.check_hostname
