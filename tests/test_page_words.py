"""Nothing that people read stands outside the catalogue. No database."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

from tests.page_text import LETTERS, read

pytestmark = pytest.mark.embedded  # says nothing about a database

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
# French legal texts, which stand in `lang="fr"`; pages for who develops the hub.
EXEMPT = ("legal", "dev")
# The same in every language: a name of a language in itself, of a standard.
SAME = {"English", "EN", "Français", "FR", "SHA-256", "République", "Française"}
OTHER_SIDE = "\N{OBJECT REPLACEMENT CHARACTER}"  # where an expression stands
TRANSLATED = {"_", "gettext", "ngettext", "pgettext", "npgettext", "gettext_lazy"}
TRANSLATED |= {"ngettext_lazy", "pgettext_lazy"}
# Blocks and macros that are parts of a tag: their text is names of classes.
ATTRIBUTES = re.compile(r"_(class|attributes)$")
EXPRESSION = re.compile(r"\$\{(?:[^{}]|\{[^{}]*\})*\}")  # in a string of a script
# Attributes, and parts of addresses: a macro may give either.
INSIDE_A_TAG = re.compile(r'[\w-]+="[^"]*"|[?&#][\w-]+=?')
A_SENTENCE = re.compile(r"[^\W\d_]+[,.:?]?( [^\W\d_]+[’,.:?…]?)+")
A_FULL_SENTENCE = re.compile(r"[A-ZÀ-Ý][^<>{}=]* [^<>{}=]*[.?]")
DOORS = ("hub/views", "hub/actions", "hub/forms", "hub/queries", "hub/acts.py",
         "notifications/views", "notifications/preference", "notifications/link",
         "notifications/words", "notifications/line_words")  # fmt: skip
FOR_OPERATORS = ("hub/views/metrics.py",)


def parsed(path: Path) -> nodes.Template:
    env = jinja2.Environment(
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    return env.parse(path.read_text())


def literal(node: nodes.Node) -> Iterator[str]:
    """The text that the template itself holds, in order; a mark per expression."""
    if isinstance(node, nodes.Block) and ATTRIBUTES.search(node.name):
        return
    if isinstance(node, nodes.Output):
        for part in node.nodes:
            is_text = isinstance(part, nodes.TemplateData)
            yield part.data if is_text else OTHER_SIDE  # type: ignore[attr-defined]
        return
    for child in node.iter_child_nodes():
        yield from literal(child)


def said_in_expressions(node: nodes.Node) -> Iterator[str]:
    """Sentences between quotes that no gettext call holds."""
    if isinstance(node, nodes.Call) and getattr(node.node, "name", "") in TRANSLATED:
        return
    value = node.value if isinstance(node, nodes.Const) else ""
    if isinstance(value, str) and A_SENTENCE.fullmatch(value) and LETTERS.search(value):
        yield value
    for child in node.iter_child_nodes():
        yield from said_in_expressions(child)


def untranslated(path: Path) -> Iterator[str]:
    tree = parsed(path)
    text = "".join(literal(tree))
    pieces = read(text).said if path.suffix == ".html" else text.splitlines()
    for piece in pieces:
        words = INSIDE_A_TAG.sub("", piece).replace(OTHER_SIDE, " ")
        words = words.strip(" :·,.()")
        if LETTERS.search(words) and words not in SAME:
            yield words
    yield from said_in_expressions(tree)


def templates() -> list[Path]:
    found = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())
    return [p for p in found if p.relative_to(TEMPLATES).parts[0] not in EXEMPT]


def test_no_template_says_anything_by_itself() -> None:
    found = {
        str(path.relative_to(TEMPLATES)): words
        for path in templates()
        if (words := list(untranslated(path)))
    }
    assert found == {}


def test_such_words_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        """{% set why = "Not for now" %}<p class="x {{ 'big' }}">{{ _("Right") }}
        <b>Wrong</b> <i title="A title"></i>{{ why }}</p>"""
    )
    assert list(untranslated(page)) == ["Wrong", "A title", "Not for now"]


def sentences(path: Path) -> Iterator[str]:
    """Full sentences in a module that are neither docstrings nor translated."""
    tree = ast.parse(path.read_text())
    apart: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            apart.add(id(node.value))
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            owner = getattr(getattr(node.func, "value", None), "id", "")
            if name in TRANSLATED or owner == "logger":
                apart |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        value = getattr(node, "value", "")
        is_words = isinstance(node, ast.Constant) and isinstance(value, str)
        if is_words and id(node) not in apart and A_FULL_SENTENCE.fullmatch(value):
            yield value


def test_no_module_that_answers_people_says_anything_by_itself() -> None:
    found = {}
    for folder in ("hub", "notifications", "realtime"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            answers = name.startswith(DOORS) and name not in FOR_OPERATORS
            if answers and (words := list(sentences(path))):
                found[name] = words
    assert found == {}


def test_no_script_says_anything_by_itself() -> None:
    """Their words stand in the page, as data attributes."""
    said = re.compile(
        r"(textContent|title|ariaLabel|placeholder|alert\()\s*=?\s*(['\"`])(.*?)\2"
    )
    found = []
    for folder in ("hub", "realtime", "notifications"):
        for path in sorted((ROOT / folder / "static").rglob("*.js")):
            for match in said.finditer(path.read_text()):
                words = EXPRESSION.sub(" ", match[3])
                if LETTERS.search(words):
                    found.append(f"{path.name}: {match[0]}")
    assert found == []
