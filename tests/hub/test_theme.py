"""The look is the project's own; the State's needs its packages and a promise."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.template import engines
from django.test import Client

from hub.theme_settings import PARTS, ThemeSettings, dsfr_folders

ROOT = Path(__file__).resolve().parent.parent.parent
STATE = re.compile(r"marianne|\bfr-[a-z]|république|#000091|#e1000f|dsfr", re.I)
NEUTRAL = [
    *(p for p in ROOT.glob("*/static/**/*.*") if p.name != "dsfr.css"),
    *(p for p in ROOT.glob("templates/**/*.html") if p.parent.name != "dsfr"),
]
ALLOWED = {"sheets.html", "theme.html", "top.html", "foot.html"}  # they choose


@pytest.mark.embedded
def test_nothing_of_the_states_look_is_in_the_neutral_one() -> None:
    found = [p.name for p in NEUTRAL if STATE.search(p.read_text(errors="replace"))]
    assert set(found) <= ALLOWED
    assert STATE.search((ROOT / "hub/static/hub/css/dsfr.css").read_text())


@pytest.mark.django_db
def test_a_neutral_page_shows_and_asks_for_nothing_of_it() -> None:
    page = Client().get("/connexion")
    assert not STATE.search(page.content.decode())
    assert "data:" not in page["Content-Security-Policy"]


@pytest.mark.embedded
def test_the_states_look_is_refused_without_its_packages_or_the_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.theme_settings.find_spec", lambda name: None)
    assert ThemeSettings().theme_problems() == []
    packages, promise = ThemeSettings(hub_theme="dsfr").theme_problems()
    assert "requirements/dsfr.txt" in packages
    assert "DSFR_ACCEPT_LICENSE=true" in promise
    accepted = ThemeSettings(hub_theme="dsfr", dsfr_accept_license=True)
    assert accepted.theme_problems() == [packages]


@pytest.mark.embedded
def test_the_same_template_takes_the_states_header_and_footer() -> None:
    """Without its packages: only what our templates say."""
    context = {"dsfr": True, "theme": "dark", "language": "fr", "clock_of_page": str}
    page = engines["jinja2"].get_template("errors/plain.html").render(context)
    assert 'data-fr-theme="dark"' in page
    assert page.index("dsfr.css") < page.index("hub.css")
    assert '<footer class="fr-footer"' in page
    assert page.count("fr-logo") == 2
    plain = (
        engines["jinja2"]
        .get_template("errors/plain.html")
        .render({**context, "dsfr": False})
    )
    assert 'class="top"' in plain
    assert "fr-" not in plain


@pytest.mark.embedded
@pytest.mark.skipif(
    not find_spec("dsfr"),
    reason="NOT RUN: no django-dsfr (pip install -r requirements/dsfr.txt)",
)
def test_every_sheet_that_is_imported_is_in_the_package() -> None:
    sheet = (ROOT / "hub/static/hub/css/dsfr.css").read_text()
    folders = dict(dsfr_folders())
    wanted = re.findall(r'url\("\.\./\.\./(dsfr/[^"]+)"\)', sheet)
    assert wanted
    for path in wanted:
        part, _, name = path.rpartition("/")
        assert part.removeprefix("dsfr/") in PARTS
        assert (Path(folders[part]) / name).is_file()
