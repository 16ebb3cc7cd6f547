"""The cast in a small world: all courts, but only the centres the cast needs."""

from hub.actions import reference_data
from hub.demo import CENTRE, OTHER_CENTRE, Demo, create_demo


def create_small_demo() -> Demo:
    """Like `manage.py demo`, with 2 centres instead of 192: 0.2 s instead of 2."""
    reference_data.load_courts()
    rows = reference_data.demo_rows()
    for row in rows:
        if row["code"] in (CENTRE, OTHER_CENTRE):
            reference_data.store_demo_centre(row)
    return create_demo()
