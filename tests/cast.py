"""The cast in a small world: all courts, but only the centres the cast needs."""

from hub.actions import reference_data
from hub.demo import CENTRE, OTHER_CENTRE, Demo, create_demo
from tests.demo_copy import DemoCopy

COPIES: list[DemoCopy] = []


def keep_a_copy() -> None:
    """From now on this process copies the small demo instead of making it."""
    COPIES[:] = [DemoCopy(make_small_demo)]


def create_small_demo() -> Demo:
    """Like `manage.py demo`, with 2 centres instead of 192."""
    if COPIES and COPIES[0].fits():
        return COPIES[0].put_back()
    return make_small_demo()


def make_small_demo() -> Demo:
    reference_data.load_courts()
    rows = reference_data.demo_rows()
    for row in rows:
        if row["code"] in (CENTRE, OTHER_CENTRE):
            reference_data.store_demo_centre(row)
    return create_demo()
