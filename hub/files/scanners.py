"""Which scanner an installation has, from its settings.

Belongs here: the choice. What a wrong choice is called is in environment.py.
"""

from typing import Protocol

from hub.files.clamd import Clamd
from hub.files.file_scanner import FileScanner
from hub.files.scanner import BothScanners, NoScanner, Scanner

CLAMD, FILE_SCANNER, NONE = "clamd", "file-scanner", "none"


class Choice(Protocol):
    """Values of environment.Environment; settings.SCANNING is one."""

    scanner: str
    second_scanner: str
    file_scanner_url: str
    file_scanner_issuer: str

    @property
    def clamd_address(self) -> str: ...

    @property
    def accepts_unknown_age(self) -> bool: ...

    @property
    def file_scanner_private_key(self) -> str: ...


def scanners_from(choice: Choice) -> Scanner:
    """The scanner to use, or two that are asked one after the other.

    Raises ValueError for values that environment.py would have refused.
    """
    first = _scanner(choice.scanner, choice)
    if choice.second_scanner in ("", choice.scanner):
        return first
    return BothScanners(first, _scanner(choice.second_scanner, choice))


def _scanner(name: str, choice: Choice) -> Scanner:
    if name == CLAMD:
        age = choice.accepts_unknown_age
        return Clamd(choice.clamd_address, accept_unknown_age=age)
    if name == FILE_SCANNER:
        url, issuer = choice.file_scanner_url, choice.file_scanner_issuer
        return FileScanner(url, issuer, choice.file_scanner_private_key)
    return NoScanner()
