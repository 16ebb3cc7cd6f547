"""The proxy of the deployment, run for real: what it answers without the hub."""

import shutil
import subprocess
from collections.abc import Iterator
from getpass import getuser
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests.clients.server import ROOT, free_port

pytestmark = [
    pytest.mark.embedded,  # says nothing about a database
    pytest.mark.skipif(not shutil.which("nginx"), reason="NOT RUN: no nginx"),
]
SETTINGS = (ROOT / "deploy" / "nginx.conf").read_text()


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[int]:
    """The port of an nginx with these settings, that lets one request a minute pass."""
    port = free_port()
    told = SETTINGS
    for ours, here in (
        ("listen 8443 ssl http2 default_server", f"listen 127.0.0.1:{port}"),
        ("listen 8080 default_server", f"listen 127.0.0.1:{free_port()}"),
        ("rate=100r/s", "rate=1r/m"),
        ("burst=400 nodelay", "nodelay"),
        ("http://web:8000", f"http://127.0.0.1:{free_port()}"),
        ("/tmp/", f"{tmp_path}/"),  # noqa: S108 (of the image)
        ("/etc/nginx/pages", str(ROOT / "deploy" / "pages")),
        ("/dev/stdout", f"{tmp_path}/log"),
    ):
        assert ours in told
        told = told.replace(ours, here)
    told = "\n".join(line for line in told.splitlines() if "ssl_" not in line)
    settings = tmp_path / "nginx.conf"
    settings.write_text(f"user {getuser()};\n{told}")
    # It comes back once it listens; a pipe would stay open for as long as it runs.
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["nginx", "-c", settings], check=True, **quiet)
    yield port
    subprocess.run(["nginx", "-c", settings, "-s", "stop"], check=True, **quiet)


def ask(port: int, method: str, body: str | None = None) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, "/", body=body)
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    return answer, page


def test_who_meets_a_limit_or_no_hub_reads_when_to_try_again(proxy: int) -> None:
    alone, said = ask(proxy, "GET")
    assert (alone.status, alone.headers["Retry-After"]) == (502, "30")
    assert "Le service ne répond pas" in said
    assert "The service does not answer" in said
    limited, page = ask(proxy, "POST", "said=x")
    assert (limited.status, limited.headers["Retry-After"]) == (429, "30")
    assert "Attendez une demi-minute" in page
    assert "Wait for half a minute" in page
    for one in (said, page):
        assert "http" not in one.partition("<body>")[2], "it asks for nothing more"


def test_both_pages_of_the_proxy_look_alike() -> None:
    pages = [(ROOT / "deploy" / "pages" / f"{n}.html").read_text() for n in (429, 502)]
    styles = {page.partition("<style>")[2].partition("</style>")[0] for page in pages}
    assert len(styles) == 1
