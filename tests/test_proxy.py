"""The proxy of the deployment, run for real: what it answers without the hub."""

import shutil
import subprocess
from collections.abc import Iterator
from getpass import getuser
from http.client import HTTPConnection
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


def test_who_meets_a_limit_reads_when_to_try_again(proxy: int) -> None:
    connection = HTTPConnection("127.0.0.1", proxy, timeout=10)
    connection.request("GET", "/")
    passed = connection.getresponse()
    passed.read()
    assert passed.status == 502, "no hub stands behind it"
    connection.request("POST", "/", body="said=x")
    limited = connection.getresponse()
    page = limited.read().decode()
    assert (limited.status, limited.headers["Retry-After"]) == (429, "30")
    assert "Attendez une demi-minute" in page
    assert "Wait for half a minute" in page
    connection.close()
    assert "http" not in page.partition("<body>")[2], "it asks for nothing more"
