"""A wrong setting stops the start with a sentence; production refuses what is unsafe."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.embedded  # says nothing about a database

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCTION = {
    "HUB_MODE": "production",
    "BASE_URL": "https://hub.exemple.fr",
    "SECRET_KEY": "k7" * 40 + "!zQ",
    "FILES_KEY": "a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2U=",
    "SMTP_URL": "submission://u:p@mail.exemple.fr",
    "DATABASE_URL": "postgresql://hub@localhost/hub",
    "REDIS_URL": "redis://localhost:6379/0",
    "CLAMD_URL": "tcp://clamd:3310",
}


def manage(
    folder: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    names = ("PATH", "HOME", "LANG")
    clean = {name: os.environ[name] for name in names if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**clean, "DATA_FOLDER": str(folder), **environment},
        capture_output=True,
        text=True,
    )


def test_options_of_a_database_address_are_kept_beside_ours() -> None:
    import settings

    address = "postgresql://hub@localhost/hub?options=-c%20statement_timeout%3D9"
    options = settings.database(address)["OPTIONS"]
    assert options["options"].startswith("-c statement_timeout=9 -c plan_cache_mode=")
    assert options["pool"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "eighty"), ("PORT", "99999"), ("HUB_MODE", "test"),
     ("SMTP_URL", "smtp+tls://a"), ("DATABASE_URL", "mysql://a"),
     ("SECRET_KEY_FILE", "/nowhere"), ("SESSION_HOURS", "0"),
     ("SCANNER", "off"), ("CLAMD_URL", "clamd:3310"), ("CLAMD_UNKNOWN_AGE", "7")],
)  # fmt: skip
def test_a_wrong_value_is_named_in_one_line(
    tmp_path: Path, name: str, value: str
) -> None:
    done = manage(tmp_path, "check", **{name: value})
    assert done.returncode != 0
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_production_is_refused_without_what_makes_it_safe(tmp_path: Path) -> None:
    for name in ("BASE_URL", "SECRET_KEY", "SMTP_URL", "CLAMD_URL"):
        left = {k: v for k, v in PRODUCTION.items() if k != name}
        done = manage(tmp_path, "check", **left)
        assert done.returncode != 0
        assert name in done.stderr
        assert "Traceback" not in done.stderr


def test_keys_may_come_from_files_which_are_named_when_they_cannot_be_read(
    tmp_path: Path,
) -> None:
    """With empty variables beside them, as docker-compose.yml passes them on."""
    empty, files = {}, {}
    for name in ("SECRET_KEY", "FILES_KEY"):
        (tmp_path / name).write_text(PRODUCTION[name] + "\n")
        empty[name], files[f"{name}_FILE"] = "", str(tmp_path / name)
    given = {**PRODUCTION, **empty}
    done = manage(tmp_path, "check", **given, **files)
    assert done.returncode == 0, done.stderr
    nowhere = dict.fromkeys(files, "/nowhere")
    done = manage(tmp_path, "check", **given, **nowhere)
    assert done.returncode != 0
    for name in nowhere:
        assert f"{name}: /nowhere cannot be read." in done.stderr
    assert "Traceback" not in done.stderr


def test_deployment_checks_are_clean_with_everything_and_name_what_is_missing(
    tmp_path: Path,
) -> None:
    deploy = ("check", "--deploy", "--fail-level", "WARNING")
    done = manage(tmp_path, *deploy, **PRODUCTION)
    assert done.returncode == 0, done.stderr
    without = {k: v for k, v in PRODUCTION.items() if k != "REDIS_URL"}
    assert "hub.W003" in manage(tmp_path, *deploy, **without).stderr
    assert "hub.W001" in manage(tmp_path, *deploy).stderr


def test_production_has_host_cookies_and_no_development_pages(tmp_path: Path) -> None:
    script = (
        "from django.conf import settings as s; from django.urls import resolve, Resolver404\n"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE)\n"
        "try: resolve('/dev/mail')\n"
        "except Resolver404: print('no mailbox')\n"
    )
    done = manage(tmp_path, "shell", "-v", "0", "-c", script, **PRODUCTION)
    assert done.stdout.split("\n")[:2] == [
        "__Host-session __Host-csrf True", "no mailbox",
    ]  # fmt: skip


def test_a_port_in_use_and_a_folder_that_cannot_be_written_are_one_sentence(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = manage(tmp_path, "serve", PORT=port)
    assert done.returncode != 0
    assert f"Port {port}" in done.stderr
    assert "Traceback" not in done.stderr
    file = tmp_path / "file"
    file.touch()
    done = manage(file / "below", "check")
    assert "DATA_FOLDER" in done.stderr
    assert "Traceback" not in done.stderr
