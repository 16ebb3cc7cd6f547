"""Scripts leave as one file each, and no module runs twice on a page. No database."""

import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path, PurePosixPath
from posixpath import normpath

import pytest

from hub import script_packs
from hub.script_packs import COMMON, LATE, UnpackableError, in_order, module, pack

pytestmark = pytest.mark.embedded  # says nothing about a database

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = [
    path.relative_to(path.parents[2]).as_posix()
    for path in sorted(ROOT.glob("*/static/*/js/*.js"))
]
NAMED = re.compile(r"'(\w+/js/[\w-]+\.js)'")
PAGES = {
    path.relative_to(ROOT).as_posix(): set(NAMED.findall(path.read_text()))
    for path in (ROOT / "templates").rglob("*.html")
}
EVERYWHERE = set(in_order(COMMON))
FOR_STRANGERS = {"hub/js/forget-drafts.js"}  # its page has no COMMON
ONE_OR_THE_OTHER = {"realtime/js/thread.js", "realtime/js/thread-part.js"}
Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """(name, source): a script of this test alone."""
    monkeypatch.setattr(script_packs.finders, "find", lambda name: tmp_path / name)
    for cached in (module, in_order):
        monkeypatch.setattr(script_packs, cached.__name__, cached.__wrapped__)

    def written(name: str, source: str) -> None:
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(source)

    return written


def test_modules_become_functions_in_the_order_of_their_imports(write: Write) -> None:
    write("a/js/page.js", 'import "./part.js";\nimport { b as c } from "../../b/b.js";')
    write("a/js/part.js", 'import { b } from "../../b/b.js";\nb();')
    write("b/b.js", 'export const b = async () => import("./late.js");')
    assert pack("a/js/page.js").split("\n") == [
        "const $b_b = (() => {",
        'const b = async () => import("../../b/late.js");',
        "return { b };",
        "})();",
        "const $a_js_part = (() => {",
        "const { b } = $b_b;",
        "b();",
        "",
        "})();",
        "const { b: c } = $b_b;",
        "",
    ]


def test_what_every_page_has_is_taken_from_there(write: Write) -> None:
    write(COMMON, 'import { k } from "./k.js";')
    write("hub/js/k.js", "export class k {}")
    write(
        "a/js/page.js",
        'import "../../hub/js/everywhere.js";\nimport { k } from "../../hub/js/k.js";',
    )
    assert pack(COMMON).endswith('export const held = { "hub/js/k.js": $hub_js_k };')
    assert pack("a/js/page.js").split("\n")[:2] == [
        'import { held } from "../../hub/js/everywhere.js";',
        'const { k } = held["hub/js/k.js"];',
    ]


@pytest.mark.parametrize(
    "line",
    ['import one from "./one.js";', 'export { a };', "export default 1;", "export let a = 1;",
     'export * from "./one.js";', "const a = import.meta.url;", "const a = await b();"],
)  # fmt: skip
def test_what_cannot_be_packed_is_refused(write: Write, line: str) -> None:
    write("a/js/page.js", line)
    with pytest.raises(UnpackableError, match=r"page\.js"):
        pack("a/js/page.js")


def test_a_circle_and_a_module_that_is_not_there_are_named(write: Write) -> None:
    write("a/one.js", 'import "./two.js";')
    write("a/two.js", 'import "./one.js";')
    with pytest.raises(UnpackableError, match=r"one\.js imports a/two\.js imports"):
        pack("a/one.js")
    with pytest.raises(FileNotFoundError, match=r"nowhere\.js"):
        pack("a/nowhere.js")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_leaves_with_each_of_its_modules_once(script: str) -> None:
    text = pack(script)
    begun = re.findall(r"^const (\$\w+) = \(\(\) => \{$", text, re.MULTILINE)
    elsewhere = EVERYWHERE if COMMON in in_order(script)[:-1] else set()
    assert len(begun) == len(set(in_order(script)) - elsewhere - {script})
    assert len(set(begun)) == len(begun)
    asked = re.findall(r'^import .* from "(.*)";$', text, re.MULTILINE)
    assert [PurePosixPath(one).name for one in asked] == ["everywhere.js"] * bool(
        elsewhere
    )


def test_no_module_runs_twice_on_a_page() -> None:
    assert PAGES["templates/threads/thread.html"] > ONE_OR_THE_OTHER  # they were found
    for page, named in PAGES.items():
        for one in named - FOR_STRANGERS:
            needed = set(in_order(one))
            assert COMMON in needed or not needed & EVERYWHERE, (page, one)
        for pair in combinations(named, 2):
            twice = set(in_order(pair[0])) & set(in_order(pair[1])) - EVERYWHERE
            assert not twice or set(pair) == ONE_OR_THE_OTHER, (page, pair)


def test_what_comes_late_brings_nothing_that_is_there_already() -> None:
    pages = set().union(*PAGES.values())
    seen = set()
    for script in pages:
        for name in in_order(script):
            for path in LATE.findall(module(name).body):
                late = normpath(PurePosixPath(name).parent / path)
                assert not set(in_order(late)) & (set(in_order(script)) | EVERYWHERE)
                seen.add(late)
    assert "hub/js/length.js" in seen
