"""Each fault of an SMTP server, at each stage: what it means, and what it leaves."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifications.transports.base import TransportError
from notifications.transports.pool import Pool
from notifications.transports.smtp import SmtpError, Stage
from tests.notifications.mail_world import Book, parcel, pool
from tests.notifications.smtp_faults import ANSWERS, Fault
from tests.notifications.smtp_server import SmtpServer

pytestmark = pytest.mark.embedded  # says nothing about a database

# fault: reason, whether it is for good, how many mails the server has kept
FAULTS = {
    Fault.CONNECT_421: ("smtp 421 4.3.2", False, 0),
    Fault.CONNECT_554: ("smtp 554 5.7.1", False, 0),
    Fault.CONNECT_DROP: ("SMTPServerDisconnected", False, 0),
    Fault.EHLO_421: ("smtp 421 4.3.2", False, 0),
    Fault.AUTH_535: ("smtp 535 5.7.8", False, 0),
    Fault.MAIL_421: ("smtp 421 4.3.2", False, 0),
    Fault.MAIL_451: ("smtp 451 4.3.0", False, 0),
    Fault.MAIL_553: ("smtp 553 5.1.8", False, 0),
    Fault.RCPT_421: ("smtp 421 4.3.2", False, 0),
    Fault.RCPT_450: ("smtp 450 4.2.0", False, 0),
    Fault.RCPT_550: ("smtp 550 5.1.1", True, 0),
    Fault.RCPT_552: ("smtp 552 5.2.2", False, 0),
    Fault.RCPT_DROP: ("SMTPServerDisconnected", False, 0),
    Fault.DATA_421: ("smtp 421 4.3.2", False, 0),
    Fault.DATA_451: ("smtp 451 4.3.0", False, 0),
    Fault.DATA_552: ("smtp 552 5.2.2", False, 0),
    Fault.DATA_554: ("smtp 554 5.6.0", True, 0),
    Fault.DATA_DROP_LOST: ("SMTPServerDisconnected", False, 0),
    Fault.DATA_DROP_KEPT: ("SMTPServerDisconnected", False, 1),
    Fault.LONG_LINE: ("smtp bad reply", False, 0),
    Fault.NONSENSE: ("smtp bad reply", False, 0),
}
STAY_USABLE = {  # plain refusals: both sides know where they are
    Fault.MAIL_451, Fault.MAIL_553, Fault.RCPT_450, Fault.RCPT_550, Fault.RCPT_552,
    Fault.DATA_451, Fault.DATA_552, Fault.DATA_554,
}  # fmt: skip


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer(login=("hub", "secret")) as server:
        yield server


async def failure(sender: Pool, number: int = 1) -> TransportError:
    book = Book()
    with pytest.raises(TransportError) as failed:
        await sender.send(parcel(number), book.accepted)
    assert not book.answers
    return failed.value


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_a_fault_is_told_by_its_codes_alone_and_the_next_mail_passes(
    server: SmtpServer, fault: Fault
) -> None:
    reason, permanent, kept = FAULTS[fault]
    server.fail(fault)
    sender = pool(server)
    error = await failure(sender)
    assert (error.reason, error.permanent) == (reason, permanent)
    assert server.left(fault) == 0
    assert len(server.mails) == kept

    sender._connect_at = 0.0  # the pause is over
    book = Book()
    await sender.send(parcel(2), book.accepted)
    assert book.answers == ["smtp 250 2.0.0"]
    assert server.mails[-1].to == parcel().to
    assert server.connections == (1 if fault in STAY_USABLE else 2)
    await sender.close()


@pytest.mark.parametrize(
    ("fault", "stage"),
    [(Fault.BANNER_LATE, Stage.CONNECT), (Fault.DRIP, None),
     (Fault.DATA_SILENT_KEPT, None)],
    ids=str,
)  # fmt: skip
async def test_a_server_that_never_comes_to_an_end_is_given_up(
    server: SmtpServer, fault: Fault, stage: Stage | None
) -> None:
    server.fail(fault)
    sender = pool(server, mail_seconds=0.5)
    error = await failure(sender)
    assert (error.reason, error.permanent) == ("TimeoutError", False)
    if stage:
        assert isinstance(error, SmtpError)
        assert error.stage is stage
    # The server sees that the connection was given up.
    await server.until(lambda s: s.connections == 1 and s.open == 0)
    assert len(server.mails) == (1 if fault is Fault.DATA_SILENT_KEPT else 0)


async def test_a_mail_that_was_accepted_counts_even_if_the_server_then_goes(
    server: SmtpServer,
) -> None:
    server.fail(Fault.DROP_AFTER_250)
    sender = pool(server)
    book = Book()
    await sender.send(parcel(1), book.accepted)
    await sender.send(parcel(2), book.accepted)
    assert len(book.answers) == len(server.mails) == 2
    await sender.close()


async def test_one_refused_mail_does_not_harm_those_beside_it(
    server: SmtpServer,
) -> None:
    server.fail(Fault.RCPT_550, times=10, every=3)
    sender = pool(server, size=3, in_doubt=3)
    book = Book()
    sends = (sender.send(parcel(n), book.accepted) for n in range(30))
    results = await asyncio.gather(*sends, return_exceptions=True)
    refused = [r for r in results if isinstance(r, TransportError) and r.permanent]
    assert len(refused) == 10
    assert len(book.answers) == len({m.message_id for m in server.mails}) == 20
    assert server.connections == 3
    await sender.close()


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [("550 5.1.1 x", True), ("550 no such user", True), ("551 5.1.6 moved", True),
     ("501 5.1.3 bad address", True), ("550 5.4.1 Exchange: unknown", True),
     ("552 full", False), ("552 5.2.2 full", False), ("550 5.2.2 full", False),
     ("550 5.2.1 closed", True), ("552 5.3.4 too big", True),
     ("550 5.7.1 relaying denied", False), ("554 5.7.1 blocked", False),
     ("530 sign in", False), ("452 4.3.1 full", False)],
)  # fmt: skip
async def test_what_a_refusal_of_the_recipient_means(
    server: SmtpServer,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    permanent: bool,
) -> None:
    monkeypatch.setitem(ANSWERS, Fault.RCPT_550, answer)
    server.fail(Fault.RCPT_550)
    sender = pool(server)
    error = await failure(sender)
    assert error.permanent is permanent
    code, word = answer.split()[:2]
    enhanced = f" {word}" if word.count(".") == 2 else ""
    assert error.reason == f"smtp {code}{enhanced}"
    await sender.close()


async def test_no_address_and_no_word_of_the_server_is_in_an_error(
    server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = f"550 5.1.1 <{parcel().to}> is unknown here"
    monkeypatch.setitem(ANSWERS, Fault.RCPT_550, said)
    server.fail(Fault.RCPT_550)
    sender = pool(server)
    error = await failure(sender)
    everything = f"{error} {error!r} {error.__cause__} {error.__dict__}"
    assert error.__suppress_context__
    for word in ("samira", "centre.example", "unknown"):
        assert word not in everything
    await sender.close()


async def test_a_wrong_password_is_not_a_storm(server: SmtpServer) -> None:
    server.fail(Fault.AUTH_535, times=100)
    sender = pool(server)
    results = await asyncio.gather(
        *(sender.send(parcel(n), Book().accepted) for n in range(20)),
        return_exceptions=True,
    )
    assert all(isinstance(r, TransportError) and not r.permanent for r in results)
    assert server.connections <= 2  # as many as the pool is large
    assert not server.mails


@pytest.mark.parametrize(
    "module", ["bench.smtp_sink", "tests.notifications.smtp_server"]
)
async def test_both_servers_also_run_on_their_own(module: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    extra = [] if module.startswith("bench") else ["--log", log, "--faults", "rcpt_450"]
    command = [sys.executable, "-m", module, *extra]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = f"smtp://127.0.0.1:{int(process.stdout.readline())}"
        sender = pool(SmtpServer(), url)
        if extra:
            assert (await failure(sender)).reason == "smtp 450 4.2.0"
        book = Book()
        for number in range(3):
            await sender.send(parcel(number), book.accepted)
        await sender.close()
        process.terminate()
        said = process.stdout.read()
    assert len(book.answers) == 3
    if extra:
        lines = [line.split("\t") for line in log.read_text().splitlines()]
        assert [line[0] for line in lines] == [f"<{n}@hub.example>" for n in range(3)]
        assert {line[1] for line in lines} == {parcel().to}
    else:
        assert said.startswith("3 ")
