"""The shape under test, the cast, and signed-in clients. No test logic here.

TEST_SHAPE=embedded (default): SQLite and the in-process layer.
TEST_SHAPE=machine: a real PostgreSQL and a real Valkey, started here.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import another_day
from tests.servers import Clamd, Postgres, Valkey
from tests.servers.clamd import TEST_FILES
from tests.servers.clamd import program as clamd_program

SHAPE = os.environ.get("TEST_SHAPE", "embedded")
# Journeys then run on several processes behind a proxy (tests/cluster), all of them.
CLUSTER = os.environ.get("HUB_SHAPE") == "cluster"
REQUIRE_REAL = os.environ.get("REQUIRE_REAL") == "1"
FOLDER = Path(tempfile.mkdtemp(prefix="hub-tests-"))
SERVERS: list[Postgres | Valkey] = []
# pytest-xdist: workers run the tests, each with servers and a folder of its own; the
# process that hands them out runs none.
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
HANDS_OUT = "-n" in sys.argv and not IS_WORKER

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
os.environ["DATA_FOLDER"] = str(FOLDER)
os.environ["HUB_MODE"] = "development"
for name in (
    "BASE_URL",
    "DATABASE_URL",
    "REDIS_URL",
    "SMTP_URL",
    "PORT",
    "HOST",
    "SCANNER",
    "SECOND_SCANNER",
    "CLAMD_URL",
):
    os.environ.pop(name, None)
if SHAPE == "machine" and not HANDS_OUT:
    SERVERS += [Postgres(), Valkey()]
    for server in SERVERS:
        server.start()
    os.environ["DATABASE_URL"] = SERVERS[0].url
    os.environ["REDIS_URL"] = SERVERS[1].url

import django  # noqa: E402 (the environment above comes first)

from hub.locale_files import compile_catalogues  # noqa: E402

if not IS_WORKER:
    compile_catalogues()
another_day.begin()
django.setup()
# Workers inherit the environment. With this in it they would read their settings before
# this file gives them a folder of their own.
os.environ.pop("DJANGO_SETTINGS_MODULE")

from django.test import Client  # noqa: E402

from hub.demo import Demo  # noqa: E402
from hub.models import User  # noqa: E402
from hub.queries.deployment import forget  # noqa: E402
from tests.cast import create_small_demo, keep_a_copy  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps each test to its shapes; a missing program is said loudly, or fails."""
    for item in items:
        if SHAPE != "machine" and item.get_closest_marker("machine"):
            item.add_marker(pytest.mark.skip(reason="runs in the machine shape"))
        if SHAPE == "machine" and item.get_closest_marker("embedded") and not CLUSTER:
            item.add_marker(pytest.mark.skip(reason="runs in the embedded shape"))
        if SHAPE == "machine" and _asks_no_database(item):
            item.add_marker(pytest.mark.skip(reason="no database: embedded shape"))
        for marker, found, package in NEEDED_PROGRAMS:
            if item.get_closest_marker(marker) and not found() and not REQUIRE_REAL:
                reason = f"NOT RUN: no {package} (apt-get install {package})"
                item.add_marker(pytest.mark.skip(reason=reason))


def _asks_no_database(item: pytest.Item) -> bool:
    """Files on their way, and mails on the wire, are the same on every database."""
    folder = item.path.parent.name
    asked = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return folder in ("files", "notifications") and not asked


def pytest_unconfigure() -> None:
    for server in SERVERS:
        server.close()
    shutil.rmtree(FOLDER, ignore_errors=True)


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


# marker, how the program is found, the package that brings it
NEEDED_PROGRAMS = [
    ("browser", chromium, "chromium"),
    ("clamd", clamd_program, "clamav-daemon"),
    ("clamd", TEST_FILES.is_dir, "clamav-testfiles"),
]


@pytest.fixture(scope="session")
def clamd() -> Iterator[Clamd]:
    """A real clamd for the whole run; whoever breaks it makes its own `Clamd()`."""
    with Clamd() as server:
        yield server


@pytest.fixture(autouse=True)
def _fresh_process_memory() -> Iterator[None]:
    """What a process remembers between requests must not pass between tests."""
    forget()
    yield
    forget()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database, and beside it a copy of the small demo (tests/demo_copy)."""
    with django_db_blocker.unblock():
        keep_a_copy()


@pytest.fixture
def demo(db: None) -> Demo:
    """The courts, two demonstration centres and the cast of hub.demo."""
    return create_small_demo()


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """Gives a page client that is signed in as somebody."""

    def enter(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return enter
