"""A script as it leaves: one file, with everything that it imports in front of it.

A browser asks for two files instead of forty, and one stream compresses better. The
sources stay modules that run as they are. Here each becomes a function that runs once
and gives what the module exports. What `COMMON` holds is taken from there: every page
of somebody signed in has it, and no module may run twice on a page. What is imported
only when it is needed (`import()`) is asked for then.

Imports and exports that `IMPORT` and `EXPORT` cannot read are refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath

from django.contrib.staticfiles import finders

COMMON = "hub/js/everywhere.js"
IMPORT = re.compile(r'import (?:\{ (?P<names>[\w, ]+) \} from )?"(?P<path>\.[^"]+)";')
EXPORT = re.compile(r"export (?=(?:const|class|function|async function) (\w+))")
LATE = re.compile(r'\bimport\("(\.[^"]+)"\)')
# What only a file of its own can say. At the top of a module nothing is indented.
STATEMENT = re.compile(r"^(?:import|export)\b(?!\()|\bimport\.meta\b")
WAIT_AT_THE_TOP = re.compile(r"^(?![\s/]|.*(?:=>|\basync\b)).*\bawait\b")


class UnpackableError(Exception):
    """A module says what cannot be read here, or imports go in a circle."""


@dataclass(frozen=True)
class Module:
    """`imports`: (static path, names taken, as they are written); `body`: the rest."""

    name: str
    imports: tuple[tuple[str, str], ...]
    exports: tuple[str, ...]
    body: str


def pack(script: str) -> str:
    """The text of a script (a static path) and of what it needs.

    Raises FileNotFoundError for a module that is not there, and UnpackableError.
    """
    return "\n".join(_Pack(script).parts())


@cache
def in_order(script: str) -> tuple[str, ...]:
    """Every module that a script needs, each behind what it imports; itself last."""
    found: dict[str, None] = {}
    _follow(script, (), found)
    return tuple(found)


@cache
def module(name: str) -> Module:
    place = finders.find(name)
    if place is None:
        raise FileNotFoundError(name)
    imports: list[tuple[str, str]] = []
    exports: list[str] = []
    body: list[str] = []
    for line in Path(place).read_text().splitlines():
        if found := IMPORT.fullmatch(line):
            imports.append((_absolute(found["path"], name), found["names"] or ""))
            continue
        if found := EXPORT.match(line):
            exports.append(found[1])
        rest = EXPORT.sub("", line, count=1) if found else line
        if STATEMENT.search(rest) or WAIT_AT_THE_TOP.search(rest):
            raise UnpackableError(f"{name}: {line}")
        body.append(rest)
    return Module(name, tuple(imports), tuple(exports), "\n".join(body))


class _Pack:
    def __init__(self, script: str) -> None:
        self._script = script
        self._modules = in_order(script)
        apart = script != COMMON and COMMON in self._modules
        self._shared = frozenset(in_order(COMMON)) if apart else frozenset()

    def parts(self) -> Iterator[str]:
        *needed, itself = map(module, self._modules)
        if self._shared:
            yield f'import {{ held }} from "{self._address(COMMON)}";'
        for one in needed:
            if one.name not in self._shared:
                yield self._as_function(one)
        yield self._inside(itself)
        if self._script == COMMON:
            held = ", ".join(f'"{one.name}": {_constant(one.name)}' for one in needed)
            yield f"export const held = {{ {held} }};"
        elif itself.exports:
            yield f"export {{ {', '.join(itself.exports)} }};"

    def _as_function(self, one: Module) -> str:
        given = f"return {{ {', '.join(one.exports)} }};" if one.exports else ""
        inside = self._inside(one)
        return f"const {_constant(one.name)} = (() => {{\n{inside}\n{given}\n}})();"

    def _inside(self, one: Module) -> str:
        """Its imports as constants, and its body; late ones as seen from this file."""
        taken = [
            f"const {{ {names.replace(' as ', ': ')} }} = {self._source(name)};"
            for name, names in one.imports
            if names
        ]
        body = LATE.sub(
            lambda late: f'import("{self._address(_absolute(late[1], one.name))}")',
            one.body,
        )
        return "\n".join([*taken, body])

    def _source(self, name: str) -> str:
        return f'held["{name}"]' if name in self._shared else _constant(name)

    def _address(self, name: str) -> str:
        path = relpath(name, PurePosixPath(self._script).parent)
        return path if path.startswith(".") else f"./{path}"


def _follow(name: str, way: tuple[str, ...], found: dict[str, None]) -> None:
    if name in way:
        raise UnpackableError(" imports ".join((*way, name)))
    for imported, _ in module(name).imports:
        if imported not in found:
            _follow(imported, (*way, name), found)
    found[name] = None


def _absolute(path: str, importer: str) -> str:
    return normpath(str(PurePosixPath(importer).parent / path))


def _constant(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))
