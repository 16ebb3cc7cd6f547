"""What an operator sets about virus scanning, and which values are refused.

Belongs here: the variables and their sentences. environment.py reads them with all
others; the scanner itself is made in scanners.py.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from hub.files.clamd_wire import address
from hub.files.file_scanner import private_key
from hub.files.http_line import server


class ScannerSettings(BaseSettings):
    """Part of environment.Environment."""

    scanner: Literal["clamd", "file-scanner", "none"] = Field(
        "clamd",
        description="What looks for viruses in files. `none`: nothing does; every page "
        "says so, and production refuses it.",
    )
    second_scanner: Literal["", "clamd", "file-scanner"] = Field(
        "", description="A second one: a file is published when both find it clean."
    )
    clamd_url: str = Field(
        "",
        description="`unix:///run/clamav/clamd.ctl` or `tcp://host:3310`. "
        "Empty in development: `serve` starts a clamd of its own.",
    )
    clamd_unknown_age: Literal["", "accept", "wait"] = Field(
        "",
        description="What becomes of files when clamd does not tell the age of its "
        "signatures, as with local ones alone. Empty: production waits, development "
        "accepts.",
    )
    file_scanner_url: str = Field(
        "", description="Address of the State's file-scanner, like `https://host`."
    )
    file_scanner_issuer: str = Field(
        "hub", description="The name under which file-scanner knows this hub."
    )
    file_scanner_key: str = Field(
        "", description="The private key that file-scanner's operator handed out."
    )
    file_scanner_key_file: Path | None = Field(
        None, description="A file that holds FILE_SCANNER_KEY."
    )

    @property
    def file_scanner_private_key(self) -> str:
        if self.file_scanner_key_file:
            return self.file_scanner_key_file.read_text()
        return self.file_scanner_key

    def scanner_problems(self, *, production: bool) -> list[str]:
        """One sentence for each value that cannot work or is unsafe."""
        scanners = {self.scanner, self.second_scanner} - {""}
        problems = _clamd_problems(self.clamd_url)
        if "file-scanner" in scanners:
            problems += self._file_scanner_problems()
        if "none" in scanners and len(scanners) > 1:
            problems.append("SECOND_SCANNER needs a first one: set SCANNER.")
        if production and "none" in scanners:
            problems.append(
                "SCANNER=none is for development: in production every file is scanned "
                "for viruses. Set SCANNER=clamd and CLAMD_URL, or SCANNER=file-scanner."
            )
        if production and "clamd" in scanners and not self.clamd_url:
            problems.append(
                "CLAMD_URL is missing: no file could be published. Give the address of "
                "clamd, or set SCANNER=file-scanner."
            )
        return problems

    def _file_scanner_problems(self) -> list[str]:
        problems = []
        try:
            server(self.file_scanner_url)
        except ValueError as error:
            problems.append(f"FILE_SCANNER_URL: {error}.")
        try:
            private_key(self.file_scanner_private_key)
        except OSError:
            problems.append("FILE_SCANNER_KEY_FILE cannot be read.")
        except ValueError as error:
            problems.append(f"FILE_SCANNER_KEY: {error}.")
        return problems


def _clamd_problems(url: str) -> list[str]:
    try:
        if url:
            address(url)
    except ValueError as error:
        return [f"CLAMD_URL: {error}."]
    return []
