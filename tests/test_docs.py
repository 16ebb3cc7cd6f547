"""The documents say what the code does: names, frames, columns, commands, links.

Belongs here: comparisons of documents with the code. Deployment files are compared in
test_deployment.py; what the code does is tested elsewhere.
"""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from environment import Environment
from hub.actions.centres import OPTIONAL, REQUIRED
from hub.api import api
from hub.completeness import missing
from hub.models import Measure, MeasureTerms, MessageKind
from realtime.protocol import FRAME_TYPES, decode

pytestmark = pytest.mark.embedded  # says nothing about a database

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text()
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
VARIABLES = {name.upper() for name in Environment.model_fields}
# Written in two halves, so that this file does not hold them.
NEVER = [
    *("pypi" + ".org", "python" + "hosted", "npm" + "js", "deb" + ".debian"),
    *("/wo" + "rk/", "/fa" + "rm/"),
]
SERVER_FRAMES = {
    *("welcome", "posted", "refused", "message", "messages"),
    *("receipt", "measure", "reload", "pong", "attachment"),
    *("typing", "presence"),  # `typing` goes both ways; the server's names the user
}


def section(page: str, title: str) -> str:
    """What stands under a second-level heading."""
    _before, _title, rest = page.partition(f"\n## {title}\n")
    assert rest, f"no section {title}"
    return rest.partition("\n## ")[0]


def first_column(text: str) -> list[str]:
    """The names in backticks that begin the rows of a table."""
    return re.findall(r"^\| `([\w-]+)", text, re.MULTILINE)


def examples() -> list[dict[str, Any]]:
    blocks = re.findall(r"```json\n(.*?)```", PROTOCOL, re.DOTALL)
    return [json.loads(block) for block in blocks]


def is_sent(example: dict[str, Any]) -> bool:
    """Whether a client sends it."""
    return example["type"] in FRAME_TYPES and "user" not in example


def repository_files() -> list[str]:
    listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    command = ["git", "-c", "safe.directory=*", *listing]
    names = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [name for name in names.stdout.split("\0") if (ROOT / name).is_file()]


def test_every_setting_is_documented_and_no_other() -> None:
    assert set(first_column(section(CONFIGURATION, "Variables"))) == VARIABLES


def test_the_example_file_lists_every_setting_commented_out() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = {m[1] for line in lines if (m := re.match(r"#([A-Z_]+)=", line))}
    assert named - {"POSTGRES_PASSWORD"} == VARIABLES
    assert all(line.startswith("#") for line in lines if line)


def test_documented_defaults_are_the_defaults() -> None:
    rows = section(CONFIGURATION, "Variables").splitlines()
    for name in ("host", "port", "mail_from", "session_hours", "log_level", "hub_mode"):
        [row] = [row for row in rows if row.startswith(f"| `{name.upper()}`")]
        assert row.endswith(f"| `{Environment.model_fields[name].default}` |")


def test_every_column_of_the_centres_file_is_documented() -> None:
    rows = section(CONFIGURATION, "The centres' file")
    needed = re.findall(r"^\| `(\w+)` \| yes", rows, re.MULTILINE)
    spare = re.findall(r"^\| `(\w+)` \| no", rows, re.MULTILINE)
    assert (set(needed), set(spare)) == (set(REQUIRED), set(OPTIONAL))


def test_every_command_is_documented_and_no_other() -> None:
    files = ROOT.glob("*/management/commands/[!_]*.py")
    commands = first_column(section(CONFIGURATION, "Commands"))
    assert set(commands) == {file.stem for file in files}


def test_every_client_frame_has_an_example_that_the_server_understands() -> None:
    sent = [e for e in examples() if is_sent(e)]
    assert {example["type"] for example in sent} == FRAME_TYPES
    for example in sent:
        decoded = decode(json.dumps(example))
        assert set(example) <= set(type(decoded).model_fields)


def test_every_server_frame_has_an_example() -> None:
    received = [e for e in examples() if not is_sent(e)]
    assert {example["type"] for example in received} == SERVER_FRAMES


def test_the_server_sends_no_frame_that_the_contract_does_not_show() -> None:
    sources = [p.read_text() for p in (ROOT / "realtime").glob("*.py")]
    sent = re.findall(r'\b(?:encode|tell)\(\s*"(\w+)"', "\n".join(sources))
    assert set(sent) == SERVER_FRAMES


def test_every_kind_of_message_is_in_the_contract() -> None:
    table = PROTOCOL.partition("| kind | what |")[2].partition("```")[0]
    assert set(first_column(table)) == set(MessageKind.values)


def test_every_call_of_the_json_interface_is_in_the_contract_and_no_other() -> None:
    described = {
        (method.upper(), re.sub(r"\{\w+\}", "<id>", path))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    rows = re.findall(r"^\| `([A-Z]+) (/api/[^`?]+)", PROTOCOL, re.MULTILINE)
    assert set(rows) == described


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_table_is_cut_in_two(page: Path) -> None:
    """Rows that do not stand under a head are shown as text with bars in it."""
    tables = re.findall(r"(?:^\|.*\n)+", page.read_text(), re.MULTILINE)
    assert [t for t in tables if not re.match(r"\|.*\n\|[-| ]+\|\n", t)] == []


def test_every_paper_that_a_comment_cites_is_explained() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    known = set(
        re.findall(r"`([A-Z]+)`", section(page, "12. Papers that comments cite"))
    )
    cited = {
        name
        for file in repository_files()
        if file.endswith((".py", ".js", ".toml", ".html", ".sql", ".yml"))
        for name in re.findall(
            r"\b([A-Z]{6,})(?:\.md)? (?:sections?|promise)\b", (ROOT / file).read_text()
        )
    }
    assert cited == known


def test_the_glossary_names_only_what_the_code_has() -> None:
    page = (
        (ROOT / "docs" / "glossary.md").read_text().partition("\n## Words to avoid")[0]
    )
    names = set(re.findall(r"`([A-Za-z_.]+)`", page))
    folders = [ROOT / name for name in ("hub", "realtime", "notifications")]
    code = "\n".join(p.read_text() for f in folders for p in f.rglob("*.py"))
    code += (ROOT / "settings.py").read_text()
    assert len(names) > 40
    assert [n for n in names if not re.search(rf"\b{re.escape(n)}\b", code)] == []


def test_every_direct_dependency_has_its_line_and_licence() -> None:
    page = (ROOT / "docs" / "decisions" / "0007-dependencies.md").read_text()
    tables = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    documented = {row[0].strip("| ") for row in tables} - {"package"}
    assert all(len(row) == 3 and row[2].strip("| *") for row in tables)
    files = [ROOT / "requirements" / name for name in ("run.in", "dev.in")]
    lines = "\n".join(file.read_text() for file in files)
    assert documented == set(re.findall(r"^([a-z][\w-]*)", lines, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_resolves(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    local = [target for target in targets if "://" not in target]
    assert [t for t in local if not (page.parent / t).exists()] == []


def test_every_command_of_make_that_a_page_names_exists() -> None:
    """But for `new-issuer`, which stands in the file scanner's own Makefile."""
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {
        command
        for page in PAGES
        for command in re.findall(r"(?:`|^    )make ([a-z-]+)", page.read_text(), re.M)
    }
    assert named - known == {"new-issuer"}


def test_decisions_are_numbered_without_a_hole_and_say_their_status() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [f.name[:4] for f in files] == [f"{n:04}" for n in range(1, len(files) + 1)]
    for file in files:
        assert file.read_text().startswith(f"# {file.name[:4]} "), file.name
        assert "\nStatus: " in file.read_text(), file.name


def test_no_file_names_a_registry_or_a_folder_of_some_machine() -> None:
    files = repository_files()
    assert "README.md" in files
    found = [
        (name, word)
        for name in files
        for word in NEVER
        if word.encode() in (ROOT / name).read_bytes()
    ]
    assert found == []


def test_the_counted_form_argues_for_every_field_it_asks_and_no_other() -> None:
    page = (ROOT / "docs" / "usability.md").read_text()
    argued = re.findall(r"^\| `([a-z0-9_-]+)` \|[^|]+\|[^|]+\|$", page, re.M)
    asked = missing(
        Measure(), MeasureTerms(), [], [], order_document="", has_centre=False
    )
    assert set(argued) == {one.field for one in asked}
