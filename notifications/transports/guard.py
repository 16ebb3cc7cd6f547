"""Stub until the transport's own part is merged."""


def is_paused() -> bool:
    return False
