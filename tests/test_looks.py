"""No page can be forgotten by `make looks`."""

from hub import permissions
from tests.looks.views import NOT_PAGES, VIEWS


def test_every_page_has_a_view_that_is_looked_at() -> None:
    seen = {view.route for view in VIEWS if view.route}
    asked = {
        name for name, doors in permissions.matrix().routes.items() if "GET" in doors
    }
    assert seen | set(NOT_PAGES) == asked
    assert not seen & set(NOT_PAGES)


def test_every_view_has_a_name_of_its_own() -> None:
    names = [view.name for view in VIEWS]
    assert len(names) == len(set(names))
