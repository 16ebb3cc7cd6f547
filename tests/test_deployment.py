"""The image, the compose file and the proxy's settings fit the code and each other.

Belongs here: what can be told from their text. There is no docker engine here: none of
them was built or run.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from environment import Environment
from hub.files.limits import MIB
from hub.uploads import FORM_BYTES, ONE_FILE_BYTES, ORDINARY_BYTES, body_limit

pytestmark = pytest.mark.embedded  # says nothing about a database

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = (ROOT / "docker-compose.yml").read_text()
IMAGE = (ROOT / "Dockerfile").read_text()
PROXY = (ROOT / "deploy" / "nginx.conf").read_text()
VARIABLES = {name.upper() for name in Environment.model_fields}
# What the images of others and compose itself know.
IMAGES_OWN = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}
# The image of ClamAV writes these into clamd.conf.
CLAMAV_PREFIXES = ("CLAMD_CONF_", "FRESHCLAM_")
OURS = {"web", "worker", "files", "mail-in", "migrate"}
THREAD = "00000000-0000-4000-8000-000000000000"


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
    return found


NAMES = sorted(services())


def variables_of(name: str) -> dict[str, str]:
    found: dict[str, str] = services()[name].get("environment", {})
    return found


def test_every_part_of_the_shape_is_there() -> None:
    others = {"proxy", "postgres", "valkey", "clamav", "mailpit"}
    assert set(services()) == OURS | others
    commands = {services()[name].get("command", ["", "", "serve"])[2] for name in OURS}
    known = {file.stem for file in ROOT.glob("*/management/commands/[!_]*.py")}
    assert commands <= known
    assert "serve" in commands


@pytest.mark.parametrize("name", NAMES)
def test_a_service_knows_its_variables_and_no_others(name: str) -> None:
    of_clamav = {v for v in variables_of(name) if v.startswith(CLAMAV_PREFIXES)}
    assert not of_clamav or name == "clamav"
    known = VARIABLES if name in OURS else IMAGES_OWN
    assert set(variables_of(name)) - of_clamav <= known
    # `.env` is for us: its other secrets are nobody else's business.
    assert ("env_file" in services()[name]) == (name in OURS)


def test_compose_asks_only_for_what_is_documented() -> None:
    assert set(re.findall(r"\$\{(\w+)", COMPOSE)) <= VARIABLES | {"POSTGRES_PASSWORD"}


def test_no_secret_is_written_into_the_deployment_files() -> None:
    for name in services():
        for variable, value in variables_of(name).items():
            if re.search(r"SECRET|PASSWORD|SMTP_URL|_KEY", variable):
                outside = r"\$\{\w+:(\?[^}]+|-)\}"
                assert re.fullmatch(outside, value), variable
            password = re.search(r"://[^:/]*:(.+)@", str(value))
            assert not password or password[1].startswith("${"), variable
    assert not re.search(r"(SECRET|PASSWORD|TOKEN)\w*=", IMAGE)
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"deploy/tls/", "deploy/keys/"} <= set(ignored)
    assert "deploy" not in (ROOT / ".dockerignore").read_text()


def test_both_keys_can_come_from_files_for_all_who_need_them() -> None:
    added = yaml.safe_load((ROOT / "deploy" / "keys.yml").read_text())
    assert set(added["services"]) == OURS
    for service in added["services"].values():
        paths = set(service["environment"].values())
        assert paths == {f"/run/secrets/{name}" for name in service["secrets"]}
        assert set(service["environment"]) == {"SECRET_KEY_FILE", "FILES_KEY_FILE"}
        assert set(service["secrets"]) == set(added["secrets"])
    files = {secret["file"] for secret in added["secrets"].values()}
    assert {str(Path(file).parent) for file in files} == {"deploy/keys"}
    # Where a key is in neither, the hub says so; compose must not ask before it.
    for name in OURS:
        asked = [variables_of(name)[one] for one in ("SECRET_KEY", "FILES_KEY")]
        assert asked == ["${SECRET_KEY:-}", "${FILES_KEY:-}"]


@pytest.mark.parametrize("name", NAMES)
def test_every_service_is_watched_and_comes_back(name: str) -> None:
    service = services()[name]
    if name == "migrate":
        # Not for ever: a wrong setting is to be seen, and it ends when it succeeded.
        assert re.fullmatch(r"on-failure:\d", service["restart"])
        return
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"]


@pytest.mark.parametrize("name", NAMES)
def test_every_service_is_confined(name: str) -> None:
    service = services()[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert not any("docker.sock" in volume for volume in service.get("volumes", []))
    if name == "clamav":  # the compose file says why
        return
    assert service["read_only"] is True
    assert "cap_add" not in service
    user, _colon, _group = service["user"].partition(":")
    assert int(user) > 0, "it would be root"


def test_only_the_proxy_is_reached_from_outside() -> None:
    for name, service in services().items():
        for port in service.get("ports", []):
            assert name == "proxy" or port.startswith("127.0.0.1:"), (name, port)


def test_web_processes_can_be_many_and_wait_for_the_migration() -> None:
    web = services()["web"]
    assert web["scale"] >= 2
    assert not {"ports", "container_name"} & web.keys(), "a second one could not start"
    for name in OURS - {"migrate"}:
        needed = services()[name]["depends_on"]["migrate"]["condition"]
        assert needed == "service_completed_successfully"
    # What a worker does is not done in the web processes as well.
    assert variables_of("web")["FILE_WORKERS"] == "0"
    assert variables_of("web")["MAIL_WORKER"] == "off"


def test_a_web_process_is_not_killed_while_it_takes_its_leave() -> None:
    found = Environment.model_fields["drain_seconds"].metadata
    [longest] = [one.le for one in found if hasattr(one, "le")]
    # As text: that module makes an event loop when it is imported.
    source = (ROOT / "hub" / "server.py").read_text()
    leave = re.search(r"^LEAVE_SECONDS = ([\d.]+)", source, re.MULTILINE)
    assert leave
    given = services()["web"]["stop_grace_period"]
    assert int(given.removesuffix("s")) > longest + float(leave[1])


def test_the_database_counts_as_healthy_when_others_can_reach_it() -> None:
    """Its image first starts a server that answers on the Unix socket alone."""
    command = services()["postgres"]["healthcheck"]["test"]
    assert command[1:4] == ["pg_isready", "-h", "127.0.0.1"]


def test_the_image_has_stages_installs_by_hash_and_is_not_root() -> None:
    assert len(re.findall(r"^FROM ", IMAGE, re.MULTILINE)) == 2
    assert "--require-hashes -r /requirements/$part.txt" in IMAGE
    user = re.findall(r"^USER (.+)$", IMAGE, re.MULTILINE)
    assert user
    assert user[-1] != "root"
    last_stage = IMAGE.rpartition("\nFROM ")[2]
    assert "pip" not in last_stage
    given = re.findall(r"^(?:ENV|   ) (\w+)=", IMAGE, re.MULTILINE)
    own = {name for name in given if not name.startswith("PYTHON")} - {"PATH"}
    assert own <= VARIABLES


def test_the_image_s_account_is_the_one_that_compose_gives() -> None:
    """Otherwise /data, which the image makes, has another group than its writer."""
    uid, gid = (re.search(rf"add .*--{one} (\d+)", IMAGE) for one in ("uid", "gid"))
    assert uid
    assert gid
    assert {services()[name]["user"] for name in OURS} == {f"{uid[1]}:{gid[1]}"}


def test_everything_that_the_image_copies_exists_and_is_let_in() -> None:
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    for line in re.findall(r"^COPY (?!--from)(.+)$", IMAGE, re.MULTILINE):
        for name in line.split()[:-1]:
            assert (ROOT / name).exists(), name
            assert f"!{name}" in let_in, name


def test_the_tools_of_backups_are_as_new_as_the_database() -> None:
    client = re.search(r"postgresql-client-(\d+)", IMAGE)
    assert client
    assert services()["postgres"]["image"] == f"postgres:{client[1]}"


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT RUN: only root gives files away")
def test_secrets_made_as_documented_can_be_read_by_those_who_need_them(
    tmp_path: Path,
) -> None:
    """Docker binds them with the owner and mode that they have outside."""
    page = (ROOT / "docs" / "operations" / "shape.md").read_text()
    for commands in re.findall(r"^ *```sh\n(.*?)```", page, re.MULTILINE | re.DOTALL):
        script = commands.replace("sudo ", "")
        subprocess.run(
            ["sh", "-euc", script], cwd=tmp_path, check=True, capture_output=True
        )
    keys = yaml.safe_load((ROOT / "deploy" / "keys.yml").read_text())
    certificates = yaml.safe_load(COMPOSE)["secrets"]
    for reader, secrets in (("web", keys["secrets"]), ("proxy", certificates)):
        for name, secret in secrets.items():
            found = (tmp_path / secret["file"]).stat()
            assert found.st_size > 40, name
            if name == "tls_certificate":
                assert found.st_mode & 0o777 == 0o644
                continue
            assert services()[reader]["user"] == f"{found.st_uid}:{found.st_gid}"
            assert found.st_mode & 0o777 == 0o400, name
    said = (tmp_path / ".env").read_text().strip().removeprefix("COMPOSE_FILE=")
    assert all((ROOT / file).is_file() for file in said.split(":"))


def test_documented_commands_name_services_commands_and_accounts_that_exist() -> None:
    pages = "\n".join(p.read_text() for p in (ROOT / "docs/operations").glob("*.md"))
    known = {file.stem for file in ROOT.glob("*/management/commands/[!_]*.py")}
    found = re.findall(
        r"docker compose (?:run|exec) .*?(\S+) python manage\.py (\w+)", pages
    )
    assert len(found) > 4
    assert {service for service, _command in found} <= OURS
    assert {command for _service, command in found} <= known
    [owner] = re.findall(r"install -d -o (\d+) -g (\d+)", pages)
    assert services()["web"]["user"] == ":".join(owner)


def block(begins: str) -> str:
    """What stands between the braces of a block of the proxy's settings."""
    _before, found, rest = PROXY.partition(begins + " {")
    assert found, begins
    depth, end = 1, 0
    while depth:
        depth += {"{": 1, "}": -1}.get(rest[end], 0)
        end += 1
    return rest[: end - 1]


def test_the_proxy_says_itself_what_the_hub_believes() -> None:
    server = PROXY.partition("listen 8443")[2]
    for header in ("Host $host", "X-Forwarded-For $remote_addr"):
        assert f"proxy_set_header {header};" in server
    assert "proxy_set_header X-Forwarded-Proto https;" in server
    # One header in a location would drop all of the server's.
    for location in re.findall(r"location [^{]+", PROXY):
        assert "proxy_set_header" not in block(location.strip())


def test_the_proxy_passes_sockets_that_live_for_hours() -> None:
    assert "proxy_http_version 1.1;" in PROXY
    assert "proxy_set_header Upgrade $http_upgrade;" in PROXY
    assert "proxy_set_header Connection $connection_wanted;" in PROXY
    assert "proxy_read_timeout 1h;" in block("location /ws/")


def test_during_an_upgrade_a_page_gets_the_files_of_its_own_version() -> None:
    assert "proxy_next_upstream error timeout http_404;" in block("location /static/")


def test_the_proxy_lets_through_what_the_hub_takes() -> None:
    """And a little more, so that the hub's own answer says why not."""
    [server, *_] = re.findall(r"client_max_body_size (\d+)m", PROXY)
    limits = {"server": (server, ORDINARY_BYTES)}
    for path, taken in (
        ("location ~ ^/api/v1/threads/[0-9a-f-]+/attachments$", ONE_FILE_BYTES),
        ("location ~ ^/mesures/[^/]+/completer/", FORM_BYTES),
        ("location ~ ^/fils/[0-9a-f-]+/?$", FORM_BYTES),
    ):
        [given] = re.findall(r"client_max_body_size (\d+)m", block(path))
        limits[path] = (given, taken)
    for place, (megabytes, taken) in limits.items():
        assert int(megabytes) * MIB > taken, place
    assert body_limit(f"/fils/{THREAD}") == FORM_BYTES
    assert body_limit(f"/api/v1/threads/{THREAD}/attachments") == ONE_FILE_BYTES
    assert body_limit("/mesures/x/completer/decision") == FORM_BYTES


def test_the_proxy_keeps_secrets_of_links_out_of_its_log() -> None:
    shown = block("map $uri $shown")
    for begins in ("/r/", "/connexion/lien", "/desinscription"):
        assert f"~^{begins}" in shown
    log = PROXY.partition("log_format hub")[2].partition(";")[0]
    assert "$shown" in log
    assert not re.search(r"\$(request|request_uri|uri|args|http_referer)\b", log)
    assert "error_log /dev/stderr crit;" in PROXY, "its lines quote whole requests"


@pytest.mark.skipif(not shutil.which("nginx"), reason="NOT RUN: no nginx")
def test_nginx_understands_its_settings(tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=hub.test", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    settings = tmp_path / "nginx.conf"
    settings.write_text(
        PROXY.replace("/run/secrets/tls_certificate", str(certificate)).replace(
            "/run/secrets/tls_key", str(key)
        )
    )
    done = subprocess.run(
        ["nginx", "-t", "-c", settings], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
