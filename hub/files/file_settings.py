"""What an operator can set about files: keys, place, workers.

Part of environment.Environment, which reads and checks everything at once; apart
only because files have many settings.
"""

import base64
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from hub.files.vault import new_key, read_key


class FileSettings(BaseSettings):
    """Variables about files; hub/files and hub/inspector.py use them."""

    files_key: str = Field(
        "",
        description="Encrypts the files' own keys: base64 of 32 random bytes, kept "
        "secret, and apart from the files. Needed in production.",
    )
    files_key_file: Path | None = Field(
        None, description="A file that holds FILES_KEY, for container secrets."
    )
    files_key_fallbacks: str = Field(
        "",
        description="Earlier values of FILES_KEY, separated by commas: still opened, "
        "until `rotate_keys` has run.",
    )
    storage_url: str = Field(
        "",
        description="`s3://KEY:SECRET@HOST/BUCKET?region=REGION`. "
        "Empty: the folder `files` in DATA_FOLDER.",
    )
    file_workers: int = Field(
        2,
        ge=0,
        le=32,
        description="How many files this process checks at once; 0 leaves them to "
        "`inspect_files` elsewhere.",
    )
    metrics_token: str = Field(
        "",
        description="Who shows it as `Authorization: Bearer` may read /metrics. "
        "Empty: there is no /metrics.",
    )


def read_files_keys(variables: FileSettings, folder: Path) -> list[bytes]:
    """The present key, then the earlier ones. Development keeps a random one.

    Raises ValueError, OSError; `file_problems` says the same in words.
    """
    present = variables.files_key
    if not present and variables.files_key_file:
        present = variables.files_key_file.read_text()
    if not present:
        present = _kept(folder / "files_key")
    earlier = [text for text in variables.files_key_fallbacks.split(",") if text]
    return [read_key(text) for text in (present, *earlier)]


def file_problems(variables: FileSettings, folder: Path, production: bool) -> list[str]:
    """One sentence for an operator per value that cannot be used."""
    given = bool(variables.files_key or variables.files_key_file)
    if production and not given:
        missing = "FILES_KEY is missing: production needs its own key for files "
        return [missing + "(openssl rand -base64 32)."]
    if not given and not variables.files_key_fallbacks:
        return []  # the kept one is read, or made, by settings
    try:
        read_files_keys(variables, folder)
    except (OSError, UnicodeDecodeError):
        return [f"FILES_KEY_FILE: {variables.files_key_file} cannot be read."]
    except ValueError as error:
        return [f"FILES_KEY or FILES_KEY_FALLBACKS: a key {error}."]
    return []


def _kept(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(base64.b64encode(new_key()).decode())
    return path.read_text()
