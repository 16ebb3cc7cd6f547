"""REDIS_URL in each of its forms, and the layer on a cluster and through a failover."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest
import redis
from redis.exceptions import RedisError

from realtime.layer_address import WrongAddress, layer_host
from tests.clients.server import free_port
from tests.servers.children import Child, Folder
from tests.servers.installation import valkey_program

PATIENCE_SECONDS = 30.0
ROOT = Path(__file__).resolve().parent.parent.parent


def test_one_server_keeps_its_address() -> None:
    for url in ("redis://h:6379/0", "rediss://u:p@h", "unix:///run/v.sock"):
        assert layer_host(url) == {"address": url, "socket_timeout": None}


def test_sentinels_are_asked_for_the_master() -> None:
    host = layer_host("redis+sentinel://u:p%40ss@one,two:1/hub?sentinel_password=s")
    assert host["sentinels"] == [("one", 26379), ("two", 1)]
    assert (host["master_name"], host["username"]) == ("hub", "u")
    assert host["password"] == "p@ss"
    assert host["sentinel_kwargs"] == {"password": "s"}


@pytest.mark.parametrize(
    "url",
    [
        *("http://h", "h:6379", "redis+sentinel://one", "redis+sentinel:///hub"),
        *("redis+sentinel://one:x/hub", "redis+sentinel://one,,two/hub"),
    ],
)
def test_another_address_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(WrongAddress, match="REDIS_URL"):
        layer_host(url)


class Server:
    """One Valkey on a port of its own, in whatever role its options give it."""

    def __init__(self, folder: Path, *options: str, settings: str = "") -> None:
        self.port = free_port()
        file = folder / f"{self.port}.conf"
        own = (
            f"port {self.port}\nbind 127.0.0.1\nsave ''\nappendonly no\ndir {folder}\n"
        )
        file.write_text(own.replace("''", '""') + settings)
        command = [str(valkey_program()), str(file), *options]
        self.child = Child(command, folder / f"{self.port}.log", at_death=SIGKILL)
        self.client = redis.Redis(port=self.port, decode_responses=True)
        self.child.wait_until(self._answers, "Valkey")

    def _answers(self) -> bool:
        with suppress(RedisError):
            return bool(self.client.ping())
        return False

    def close(self) -> None:
        self.client.close()
        self.child.kill()


@contextmanager
def folder_and_servers() -> Iterator[tuple[Path, Any]]:
    """The second makes a server that ends with the block."""
    folder = Folder("valkeys")
    with ExitStack() as stack:
        stack.callback(folder.close)

        def make(*options: str, settings: str = "") -> Server:
            server = Server(folder.path, *options, settings=settings)
            stack.callback(server.close)
            return server

        yield folder.path, make


def until(fact: Any) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not fact():
        assert time.monotonic() < limit
        time.sleep(0.05)


@contextmanager
def layers(sender_url: str, receiver_url: str) -> Iterator[Callable[[str], str]]:
    """Two processes' layers; what is given sends a hint through them, until it arrives."""
    command = [sys.executable, "-m", "tests.realtime.hints_between"]
    with subprocess.Popen(
        [*command, sender_url, receiver_url],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as program:  # fmt: skip
        assert program.stdin
        assert program.stdout
        limit = threading.Timer(PATIENCE_SECONDS, program.kill)
        limit.start()

        def pass_on(word: str) -> str:
            assert program.stdin
            assert program.stdout
            program.stdin.write(f"{word}\n")
            program.stdin.flush()
            return program.stdout.readline().strip()

        yield pass_on
        limit.cancel()
        program.kill()


@pytest.mark.machine
def test_hints_pass_between_the_nodes_of_a_redis_cluster() -> None:
    with folder_and_servers() as (_folder, make):
        nodes = [
            make(settings=f"cluster-enabled yes\ncluster-config-file n{number}\n")
            for number in (1, 2)
        ]
        first, second = nodes
        first.client.execute_command("CLUSTER MEET", "127.0.0.1", second.port)
        until(lambda: len(first.client.execute_command("CLUSTER NODES")) == 2)
        urls = [f"redis://127.0.0.1:{node.port}" for node in nodes]
        with layers(*urls) as pass_on:
            assert pass_on("across") == "arrived across"


@pytest.mark.machine
def test_after_a_failover_hints_pass_through_the_new_master() -> None:
    with folder_and_servers() as (_folder, make):
        master = make()
        replica = make(settings=f"replicaof 127.0.0.1 {master.port}\n")
        until(lambda: replica.client.info("replication")["master_link_status"] == "up")
        watch = (
            f"sentinel monitor hub 127.0.0.1 {master.port} 1\n"
            "sentinel down-after-milliseconds hub 500\n"
            "sentinel failover-timeout hub 3000\n"
        )
        sentinel = make("--sentinel", settings=watch)
        until(lambda: sentinel.client.sentinel_slaves("hub"))
        address = f"redis+sentinel://127.0.0.1:{sentinel.port}/hub"
        with layers(address, address) as pass_on:
            assert pass_on("before") == "arrived before"
            master.child.kill()
            assert pass_on("after") == "arrived after"
        assert replica.client.info("replication")["role"] == "master"
