"""A thread's page names beforehand every module that its script imports. No database."""

from pathlib import Path

import pytest

from hub.script_imports import imported_by

pytestmark = pytest.mark.embedded  # says nothing about a database

ROOT = Path(__file__).resolve().parent.parent.parent


def test_modules_of_modules_are_named_once_and_late_ones_not() -> None:
    named = imported_by("realtime/js/thread.js")
    assert len(set(named)) == len(named)
    assert {"realtime/js/timeline.js", "realtime/js/layout.js"} <= set(named)
    assert "hub/js/upload.js" in named  # from another folder
    assert "realtime/js/thread.js" not in named
    late = [
        name
        for path in ROOT.glob("*/static/*/js/*.js")
        for line in path.read_text().splitlines()
        if "await import(" in line
        for name in [line.partition("await import(")[2].split('"')[1]]
    ]
    assert late
    assert not {Path(one).name for one in late} & {Path(one).name for one in named}


def test_a_script_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.js"):
        imported_by("hub/js/nowhere.js")
