"""Documents that cannot rot: settings, commands, frames, links, words that stay out."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from environment import Environment
from hub.actions.centres import OPTIONAL, REQUIRED
from realtime.protocol import FRAME_TYPES, decode

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = (ROOT / "docs/configuration.md").read_text()
VARIABLES = {name.upper() for name in Environment.model_fields}
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
FORBIDDEN = [
    "py" + "pi.org", "python" + "hosted", "npm" + "js.org", "npm" + "js.com",
    "deb." + "debian", "/wo" + "rk/", "/fa" + "rm/", "/ro" + "ot/",
]  # fmt: skip


def repository_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def first_cells(text: str) -> set[str]:
    """What stands in backquotes in the first cell of each table row."""
    return set(re.findall(r"^\| `([^`]+)`", text, flags=re.MULTILINE))


def test_every_variable_is_documented_and_in_the_example() -> None:
    documented = {cell for cell in first_cells(CONFIGURATION) if cell.isupper()}
    example = (ROOT / ".env.example").read_text()
    assert documented == VARIABLES
    assert set(re.findall(r"^# ([A-Z_]+)=", example, re.MULTILINE)) == VARIABLES


def test_every_command_is_documented() -> None:
    named = set(re.findall(r"^\| `manage.py (\w+)", CONFIGURATION, re.MULTILINE))
    files = {path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")}
    assert named == files


def test_every_column_of_the_import_is_documented() -> None:
    table = CONFIGURATION[CONFIGURATION.index("## The list of centres") :]
    assert first_cells(table) == set(REQUIRED + OPTIONAL)


def test_every_client_frame_has_an_example_that_the_server_understands() -> None:
    text = (ROOT / "docs/protocol.md").read_text()
    block = text[text.index("```json") + 7 :].split("```")[0]
    examples = [json.loads(line) for line in block.strip().splitlines()]
    assert {example["type"] for example in examples} == FRAME_TYPES
    for example in examples:
        assert decode(json.dumps(example)).type == example["type"]


@pytest.mark.parametrize(
    "page", [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], ids=lambda p: p.name
)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), target


def test_no_registry_and_no_path_of_a_machine_is_in_any_file() -> None:
    for path in repository_files():
        text = path.read_bytes().decode("utf-8", "ignore")
        found = [word for word in FORBIDDEN if word in text]
        assert not found, f"{path.relative_to(ROOT)}: {found}"


def test_requirements_are_pinned_with_hashes() -> None:
    for path in ROOT.glob("requirements/*.txt"):
        pins = re.findall(r"^([\w.-]+(?:\[.*\])?)==\S+.*$", path.read_text(), re.M)
        assert len(pins) > 20
        blocks = re.split(r"^(?=[\w.-]+(?:\[.*\])?==)", path.read_text(), flags=re.M)
        assert all("--hash=sha256:" in block for block in blocks[1:])


def test_the_compose_file_is_complete_and_holds_no_secret() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert set(compose["services"]) == {"prepare", "web", "postgres", "valkey"}
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            assert name in VARIABLES or name.startswith("POSTGRES_")
            assert "PASSWORD" not in name or value.startswith("${")
