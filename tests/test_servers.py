"""Tests of the tests' own servers: they are real, they can be killed, they leave.

Belongs here: what every fault test relies on. Needs no Django.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from signal import SIGKILL

import dj_database_url
import psycopg
import pytest
import redis
from psycopg.conninfo import make_conninfo

from tests.servers import Postgres, ServerError, Valkey
from tests.servers.children import FOLDER_PREFIX, Folder, is_alive, sweep_abandoned

pytestmark = pytest.mark.machine

LEAVE_SECONDS = 20.0
A_RUN_THAT_IS_KILLED = """
import sys, threading, time
from tests.servers import Postgres, Valkey
postgres, valkey = Postgres(own=True), Valkey(own=True)
starter = threading.Thread(target=lambda: (postgres.start(), valkey.start()))
starter.start()
starter.join()
print(postgres._child.pid, valkey._child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with Postgres(own=True) as server:
        yield server


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with Valkey(own=True) as server:
        yield server


def test_a_committed_row_survives_kill_nine(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('été')")
        connection.commit()
        postgres.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    postgres.start()
    with psycopg.connect(postgres.url) as connection:
        rows = connection.execute("SELECT upper(word) FROM kept").fetchall()
    assert rows == [("ÉTÉ",)]


def test_postgres_is_durable_unless_told_otherwise(postgres: Postgres) -> None:
    assert shown(postgres, "fsync", "synchronous_commit") == ["on", "on"]
    postgres.settings(synchronous_commit="off")
    postgres.stop()
    postgres.start()
    assert shown(postgres, "fsync", "synchronous_commit") == ["on", "off"]


def test_killing_leaves_no_process_behind(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        backend = connection.info.backend_pid
        assert is_alive(backend)
        postgres.kill()
        assert not is_alive(backend)
    postgres.start()


def test_django_understands_the_address(postgres: Postgres) -> None:
    parsed = dj_database_url.parse(postgres.url)
    assert parsed["ENGINE"] == "django.db.backends.postgresql"
    assert (parsed["NAME"], parsed["USER"]) == ("postgres", "postgres")
    # Django hands its OPTIONS to psycopg as they are.
    address = make_conninfo("user=postgres dbname=postgres", **parsed["OPTIONS"])
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_start_that_fails_shows_the_log(postgres: Postgres) -> None:
    postgres.stop()
    postgres.settings(shared_buffers="nonsense")
    with pytest.raises(ServerError, match="shared_buffers"):
        postgres.start()
    postgres.settings(shared_buffers="16MB")
    postgres.start()


def test_a_killed_valkey_comes_back_empty_at_the_same_address(valkey: Valkey) -> None:
    address = valkey.url
    with redis.Redis.from_url(valkey.url) as client:
        client.set("key", "value")
        valkey.kill()
        with pytest.raises(redis.ConnectionError):
            client.get("key")
        valkey.start()
        assert valkey.url == address
        assert client.get("key") is None


def test_a_paused_valkey_answers_only_once_resumed(valkey: Valkey) -> None:
    with redis.Redis.from_url(valkey.url, socket_timeout=0.2) as client:
        assert client.ping()
        valkey.pause()
        with pytest.raises(redis.TimeoutError):
            client.ping()
        valkey.resume()
        assert client.ping()


def test_a_paused_valkey_can_be_stopped(valkey: Valkey) -> None:
    valkey.pause()
    valkey.stop()
    with (
        redis.Redis.from_url(valkey.url) as client,
        pytest.raises(redis.ConnectionError),
    ):
        client.ping()


def test_a_given_server_is_never_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://elsewhere/hub")
    monkeypatch.setenv("TEST_REDIS_URL", "redis://elsewhere")
    assert Postgres().url == "postgresql://elsewhere/hub"
    assert Valkey().url == "redis://elsewhere"
    with pytest.raises(ServerError, match="TEST_DATABASE_URL"):
        Postgres().kill()
    with pytest.raises(ServerError, match="TEST_REDIS_URL"):
        Valkey().pause()


def test_only_abandoned_server_folders_are_swept() -> None:
    used = Folder("used")
    beside = used.path.parent
    abandoned = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}left-", dir=beside))
    foreign = Path(tempfile.mkdtemp(prefix="hub-tests-", dir=beside))
    for folder in (used.path, abandoned, foreign):
        os.utime(folder, (0, 0))
    sweep_abandoned()
    remaining = [folder.exists() for folder in (used.path, abandoned, foreign)]
    used.close()
    foreign.rmdir()
    assert remaining == [True, False, True]


def test_the_servers_die_with_the_tests() -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", A_RUN_THAT_IS_KILLED],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    with run:
        assert run.stdout
        pids = [int(pid) for pid in run.stdout.readline().split()]
        # Although the thread that started them has ended.
        assert len(pids) == 2
        assert all(map(is_alive, pids))
        os.kill(run.pid, SIGKILL)
    limit = time.monotonic() + LEAVE_SECONDS
    while any(map(is_alive, pids)) and time.monotonic() < limit:
        time.sleep(0.02)
    assert not any(map(is_alive, pids))


def shown(postgres: Postgres, *names: str) -> list[str]:
    """Return the server's present value of each setting."""
    with psycopg.connect(postgres.url) as connection:
        asked = [connection.execute(f"SHOW {name}").fetchone() for name in names]
    return [row[0] for row in asked if row]
