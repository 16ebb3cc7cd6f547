"""Showing how far long work has come: a bar on a terminal, nothing in a log."""

from django.core.management.base import OutputWrapper

WIDTH = 30


class ProgressBar:
    """Called with (done, total); draws only on a terminal."""

    def __init__(self, out: OutputWrapper, label: str) -> None:
        self.out, self.label = out, label

    def __call__(self, done: int, total: int) -> None:
        if not self.out.isatty():
            return
        filled = WIDTH * done // max(total, 1)
        bar = "#" * filled + "." * (WIDTH - filled)
        ending = "\n" if done == total else ""
        self.out.write(f"\r{self.label} [{bar}] {done}/{total}", ending=ending)
        self.out.flush()
