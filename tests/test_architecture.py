"""The shape of the code: directions, sizes, words at the top, templates."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.template import engines

pytestmark = pytest.mark.embedded  # says nothing about a database

ROOT = Path(__file__).resolve().parent.parent
MODULES = [
    path
    for package in ("hub", "realtime", "notifications", "scripts", "bench")
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FOREIGN = {".venv", "var"}  # installed here, not written here
LONGEST_FUNCTION, LONGEST_MODULE = 50, 280
INLINE = re.compile(r"\s(style|on[a-z]+)=[\"']|<style|<script(?![^>]* src=)", re.I)


def test_imports_keep_their_direction() -> None:
    contracts = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([contracts], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_says_what_belongs_there_and_stays_small(path: Path) -> None:
    source = path.read_text()
    tree = ast.parse(source)
    assert ast.get_docstring(tree) or not source.strip() or path.name == "__init__.py"
    assert source.count("\n") <= LONGEST_MODULE
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_template_compiles_opens_with_a_word_and_keeps_the_policy(path: Path) -> None:
    name = str(path.relative_to(ROOT / "templates"))
    assert engines["jinja2"].get_template(name)
    source = path.read_text()
    assert source.startswith("{#"), "say in one line what it is and what it takes"
    if path.parent.name != "emails":  # mail programs drop style sheets
        assert not INLINE.search(source)


def test_scripts_stay_small_and_never_set_inner_html() -> None:
    scripts = [p.relative_to(ROOT) for p in ROOT.rglob("*.js")]
    ours = [p for p in scripts if "static" in p.parts and p.parts[0] not in FOREIGN]
    assert ours
    for path in ours:
        source = (ROOT / path).read_text()
        assert source.count("\n") <= 200, path
        assert "innerHTML" not in source
        assert source.startswith("//"), "say in one line what it does"
