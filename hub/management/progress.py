"""Showing how far long work has come: a bar on a terminal, a few lines in a log."""

from django.core.management.base import OutputWrapper

WIDTH = 30


class ProgressBar:
    """Called with (done, total); draws only on a terminal.

    `log_every`: for work of minutes, the share after which a log gets a plain line.
    """

    def __init__(
        self, out: OutputWrapper, label: str, *, log_every: float | None = None
    ) -> None:
        self.out, self.label, self.log_every = out, label, log_every
        self.logged = 0.0

    def __call__(self, done: int, total: int) -> None:
        if not self.out.isatty():
            self._log(done, total)
            return
        filled = WIDTH * done // max(total, 1)
        bar = "#" * filled + "." * (WIDTH - filled)
        ending = "\n" if done == total else ""
        self.out.write(f"\r{self.label} [{bar}] {done}/{total}", ending=ending)
        self.out.flush()

    def _log(self, done: int, total: int) -> None:
        share = done / max(total, 1)
        if self.log_every and share - self.logged >= self.log_every:
            self.logged = share
            self.out.write(f"{self.label}: {done} of {total}")
